"""The state of a run through a unit's code: copied at branches, joined where they meet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from flake8_nograd.model.values import NOTHING, Grad, Member, Mode, Thing, Value


@dataclass(slots=True)
class State:
    """What holds at one point: the gradient mode, what names stand for, the mode of each model.

    ``names`` also holds dotted paths (``self.model``) that this unit has assigned. A model that is
    absent from ``modes`` is as the caller left it.
    """

    grad: Grad
    names: dict[str, Value] = field(default_factory=dict)
    modes: dict[Thing, Mode] = field(default_factory=dict)
    paths: set[str] = field(default_factory=set)
    """The dotted paths that may be in ``names``: a script of 5,000 functions binds as many names,
    and must not look through all of them at each.
    """
    bound: set[str] = field(default_factory=set)
    """What was bound since the innermost loop around began, on each way to this point."""

    def copy(self) -> State:
        """An independent copy."""
        return State(
            self.grad, dict(self.names), dict(self.modes), set(self.paths), set(self.bound)
        )

    def join(self, other: State) -> State:
        """What holds where control may come from either."""
        names = dict(self.names)
        for name, value in other.names.items():
            mine = names.get(name)
            if mine is None:
                if "." not in name:
                    names[name] = value
            elif mine is not value:
                names[name] = mine | value
        for name in self.names.keys() - other.names.keys():
            if "." in name:
                del names[name]
        modes = {
            model: self.modes.get(model, Mode.INHERITED) | other.modes.get(model, Mode.INHERITED)
            for model in {**self.modes, **other.modes}
        }
        return State(
            self.grad | other.grad, names, modes, self.paths | other.paths, self.bound & other.bound
        )

    def bind(self, path: str, value: Value) -> None:
        """Assign ``value`` to a name or dotted path; what was known below the path is forgotten."""
        self.names[path] = value
        self.bound.add(path)
        if self.paths:
            below = path + "."
            for name in [each for each in self.paths if each.startswith(below)]:
                self.names.pop(name, None)
        if "." in path:
            self.paths.add(path)

    def name(self, path: str) -> Value:
        """What ``path`` stands for; NOTHING where this unit has not assigned it."""
        return self.names.get(path, NOTHING)

    def set_mode(self, models: Iterable[Thing], mode: Mode) -> None:
        """Switch models, and with them every child that was switched alone."""
        for model in models:
            for child in [each for each in self.modes if _is_child(each, model)]:
                del self.modes[child]
            self.modes[model] = mode

    def mode(self, model: Thing) -> Mode:
        """The mode of a model here."""
        return mode_in(self.modes, model)


def mode_in(modes: Mapping[Thing, Mode], model: Thing) -> Mode:
    """The mode of a model: its own, else that of the model that it is a child of."""
    for each in lineage(model):
        if each in modes:
            return modes[each]
    return Mode.INHERITED


def lineage(model: Thing) -> Iterator[Thing]:
    """A model, what it is a child of, and so on."""
    yield model
    while isinstance(model, Member):
        model = model.owner
        yield model


def joined(states: Iterable[State | None]) -> State | None:
    """The join of the states that are reached; None where none is."""
    result: State | None = None
    for state in states:
        if state is not None:
            result = state if result is None else result.join(state)
    return result


def _is_child(model: Thing, parent: Thing) -> bool:
    return isinstance(model, Member) and parent in lineage(model.owner)
