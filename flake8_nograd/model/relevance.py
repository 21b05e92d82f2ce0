"""Which functions of a file can matter to any rule, told from the names in them alone.

Most functions of PyTorch code cannot be reported at: the layers of a model, its configuration, its
data. Interpreting them is what costs most. Here a function sleeps unless

- its code guards in an odd way, or takes a gradient near a guard or a mode,
- or it is no method of a module and calls what may be a model,
- or such a function calls it, is called by it, or is built by it.

Names say less than values, so this errs on the side of waking. It only serves the question whether
a file has any finding: what is reported is decided by an analysis in which nothing sleeps.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Hashable, Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import pairwise
from typing import TypeAlias, TypeVar

from flake8_nograd.facts.outline import BARE, RUN, Called, Outline
from flake8_nograd.frameworks import Frameworks
from flake8_nograd.frameworks.schema import Effect, Guard, Returns, Row
from flake8_nograd.model import naming
from flake8_nograd.model.program import MODULE, Program, Unit
from flake8_nograd.model.values import External, LocalClass, LocalFunction

_GRADIENTS = ("backward", "backward_argument", "gradient", "needs_gradient")
_MODES = ("eval", "train", "freeze_model")
_USES_OF_MODELS = (*_MODES, "parameters", "freeze", "load")
_MODELS = ("model", "layer", "copy")

_SWITCHES = frozenset(("set_grad_enabled", "enable_grad"))
_MAKES = frozenset(("__init__",))
_BEGIN = frozenset(("__init__", "__call__", "__enter__", "__exit__"))
_OWN = frozenset(("self", "cls"))
_PLAIN_METHODS = frozenset(name for each in (str, list, dict, set) for name in dir(each))
_FILLS = frozenset("append extend insert add update put appendleft push store setdefault".split())
_ODD_UNDER_GUARD = frozenset(
    """
    yield await async lambda def generator and map filter contextmanager enter_context step
    """.split()
)
"""Keywords and calls beside which a guard may do something else than it seems."""

_Need: TypeAlias = str | tuple[int, frozenset[str]]
"""The name of functions, or a class and the names of methods."""
_Key = TypeVar("_Key", bound=Hashable)


class Signs:
    """The last names of framework rows, by what they tell."""

    def __init__(self, frameworks: Frameworks) -> None:
        self.guards = set(frameworks.own_guards)
        self.inference: set[str] = set()
        self.gradients: set[str] = set()
        self.threads: set[str] = set()
        self.modes: set[str] = set()
        self.dropouts: set[str] = set()
        self.layers: set[str] = set()
        self.models: set[str] = set()
        self.forwards: set[str] = set()
        self.exports: set[str] = set()
        self.callers: set[str] = set()
        self.uses_of_models: set[str] = set()
        for row in frameworks.rows:
            self._add(row)

    def _add(self, row: Row) -> None:
        if isinstance(row, Guard) and row.grad != "unchanged":
            self.guards.add(_last(row.name))
            if row.grad == "inference" or row.when_true == "inference":
                self.inference.add(_last(row.name))
        elif isinstance(row, Returns):
            name = _last(row.name)
            if row.mode_dependent:
                self.layers.add(name)
            if row.what in _MODELS:
                self.models.add(name)
                if row.mode != "train":
                    self.modes.add(name)
        elif isinstance(row, Effect):
            self._add_effect(row.does, row.method or row.attribute or _last(row.name))

    def _add_effect(self, does: str, name: str) -> None:
        for found, effects in (
            (self.gradients, _GRADIENTS),
            (self.threads, ("thread",)),
            (self.modes, _MODES),
            (self.dropouts, ("dropout", "attention_dropout")),
            (self.forwards, ("forward",)),
            (self.exports, ("export",)),
            (self.callers, ("calls",)),
            (self.uses_of_models, _USES_OF_MODELS),
        ):
            if does in effects:
                found.add(name)


_signs_of = lru_cache(maxsize=4)(Signs)


class Relevance:
    """The functions of one file, once the module's own code was interpreted."""

    def __init__(
        self, program: Program, outlines: Mapping[int, Outline], is_test_file: bool
    ) -> None:
        self._program = program
        self._outlines = outlines
        self._is_test_file = is_test_file
        self._signs = _signs_of(program.frameworks)
        self._units = [unit for unit in program.units.values() if unit.ref in outlines]
        self._words = {ref: frozenset(outline.words) for ref, outline in outlines.items()}
        self._by_name: dict[str, list[Unit]] = {}
        for unit in self._units:
            self._by_name.setdefault(unit.name, []).append(unit)
        self._naming: dict[str, list[Unit]] = {}
        for unit in self._units:
            for name in self._words[unit.ref] & self._by_name.keys():
                self._naming.setdefault(name, []).append(unit)
        self._classes: dict[str, list[int]] = {}
        for info in program.classes.values():
            self._classes.setdefault(info.name, []).append(info.ref)
        self._imported: dict[str, str] = {}
        self._defined: set[str] = set()
        for name, value in program.globals():
            for each in value.things:
                if isinstance(each, External):
                    self._imported[name] = each.path
                elif isinstance(each, (LocalFunction, LocalClass)):
                    self._defined.add(name)
        self._models = self._may_be_models()
        switches = self._signs.guards | self._signs.modes
        switching = [unit for unit in self._units if self._words[unit.ref] & switches]
        self._switching = {unit.ref for unit in switching}
        self._switching_functions = {unit.name for unit in switching if not self._is_forward(unit)}
        self._switching_names = frozenset().union(*(self._words[each] for each in self._switching))
        self._infers = any(each & self._signs.inference for each in self._words.values())
        self._trains = any(map(self._takes_gradient, outlines.values()))

    def awake(self) -> set[int]:
        """The refs of the functions that may matter."""
        found = {unit.ref: unit for unit in self._units if self._stands_out(unit)}
        _spread(found, self._called_as, self._callers)
        _spread(found, self._needs, self._needed)
        return set(found)

    # ------------------------------------------------------------------- models

    def _may_be_models(self) -> set[str]:
        """The names that may stand for models, or for what makes them: names flow as values do."""
        words = frozenset().union(*self._words.values())
        found = {each for each in words if naming.is_model(each) or naming.is_model_class(each)}
        found |= words & self._signs.models
        found |= {name for name in self._classes if self._is_module(name)}
        found |= {name for name, path in self._imported.items() if self._makes_models(path)}
        for outline in self._outlines.values():
            found.update(
                call.receiver.removesuffix("()")
                for call in outline.calls
                if call.name in self._signs.uses_of_models
            )
        found -= _OWN
        before = 0
        while len(found) > before:
            before = len(found)
            for outline in self._outlines.values():
                self._flow(outline, found)
        return found

    def _flow(self, outline: Outline, found: set[str]) -> None:
        """What is bound to something found, or is a parameter that is given it, is found too."""
        words = outline.words
        for flow in outline.flows:
            if not found.isdisjoint(words[flow.start : flow.end]):
                found.update(flow.to)
        for call in outline.calls:
            units = self._named(call.name)
            if units and not found.isdisjoint(words[call.start : call.end]):
                for function in (unit.function for unit in units):
                    assert function is not None
                    found.update(each.name for each in function.parameters)
        found -= _OWN

    def _is_module(self, name: str) -> bool:
        return any(self._program.is_module_class(ref) for ref in self._classes[name])

    def _makes_models(self, path: str) -> bool:
        """Whether an import makes models: a class, one with loaders, or a package of them."""
        frameworks = self._program.frameworks
        rows = (
            frameworks.returns(frameworks.canonical(path + end))
            for end in ("", ".from_pretrained", ".x")
        )
        return any(row is not None and row.what in _MODELS for row in rows)

    # --------------------------------------------------------- what may be reported

    def _stands_out(self, unit: Unit) -> bool:
        """Whether something in a function's own code may be reported."""
        outline, words = self._outlines[unit.ref], self._words[unit.ref]
        if "volatile" in words or _stands_before(outline, ("eval", "train"), BARE):
            return True
        if self._guards_oddly(outline, words) or self._takes_gradient_oddly(unit, outline, words):
            return True
        if "training" in words:
            if any("training" in flow.to for flow in outline.flows):
                return True
        elif any(
            call.name in self._signs.dropouts and call.root not in _OWN for call in outline.calls
        ):
            return True
        if unit.name == "forward" and any(
            call.name in self._signs.layers for call in outline.calls
        ):
            return True
        if self._is_test_file:
            return False
        if any(call.name in self._signs.exports for call in outline.calls):
            return True
        if self._is_module_method(unit):
            return False
        return any(self._may_be_forward(call, outline) for call in outline.calls)

    def _guards_oddly(self, outline: Outline, words: frozenset[str]) -> bool:
        """Whether a guard is more than a ``with`` or a decorator around plain code."""
        guards = words & self._signs.guards
        if not guards:
            return False
        signs = self._signs
        if self._trains and guards & signs.inference:
            return True
        if guards & _SWITCHES or words & (_ODD_UNDER_GUARD | signs.threads | signs.gradients):
            return True
        called = sum(call.name in guards for call in outline.calls)
        named = sum(word in guards for word in outline.words)
        return called < named or _stands_before(outline, guards, RUN)

    def _takes_gradient_oddly(self, unit: Unit, outline: Outline, words: frozenset[str]) -> bool:
        """Whether a gradient is taken and added up, or with a guard or a mode near."""
        if not self._takes_gradient(outline):
            return False
        if self._infers or words & {"requires_grad", "requires_grad_"} or _accumulates(outline):
            return True
        if unit.ref in self._switching or MODULE in self._switching:
            return True
        return any(each in self._switching_names for each in self._called_as(unit)) or any(
            each in self._switching_functions
            if isinstance(each, str)
            else any(method.ref in self._switching for method in self._needed(each))
            for each in self._needs(unit)
        )

    def _takes_gradient(self, outline: Outline) -> bool:
        return any(call.name in self._signs.gradients for call in outline.calls)

    def _may_be_forward(self, call: Called, outline: Outline) -> bool:
        name = call.name
        if name in self._signs.forwards:
            return True
        if name in self._signs.callers:
            return not self._models.isdisjoint(outline.words[call.start : call.end])
        if name.endswith("()"):
            return name[:-2] in self._models
        if call.receiver in self._models and any(map(self._is_module_method, self._named(name))):
            return True
        if name not in self._models or call.root in self._imported or name in self._signs.models:
            return False
        if not call.receiver:
            return name not in self._defined
        if name in self._by_name:
            return False
        known = name in _PLAIN_METHODS or bool(self._program.frameworks.methods(name))
        return naming.is_model(name) or not known

    def _named(self, name: str) -> list[Unit]:
        return self._by_name.get(name, [])

    def _is_module_method(self, unit: Unit) -> bool:
        return unit.owner is not None and self._program.is_module_class(unit.owner)

    # -------------------------------------------------------------- what is near

    def _called_as(self, unit: Unit) -> Iterator[str]:
        """The name that a function is called by; for what a model's call runs, none."""
        if not _is_special(unit.name) and not self._is_forward(unit):
            yield unit.name

    def _callers(self, name: str) -> list[Unit]:
        """The functions that name a function."""
        return self._naming.get(name, [])

    def _needs(self, unit: Unit) -> Iterator[_Need]:
        """What a function names of the file's functions, and what builds the objects in it."""
        words = self._words[unit.ref]
        yield from (name for name in words & self._by_name.keys() if not _is_special(name))
        if unit.owner is not None:
            yield from ((owner, _MAKES) for owner in self._program.ancestors(unit.owner))
        if not self._is_module_method(unit):  # a module's layers need not be known
            for name in words & self._classes.keys():
                for ref in self._classes[name]:
                    yield ref, _MAKES if self._program.is_module_class(ref) else _BEGIN

    def _needed(self, need: _Need) -> Iterator[Unit]:
        """The functions of a name, or the methods of a class that have one of some names."""
        if isinstance(need, str):
            yield from (each for each in self._by_name[need] if not self._is_forward(each))
        else:
            owner, names = need
            methods = self._program.classes[owner].methods
            yield from (self._program.units[methods[name]] for name in names & methods.keys())

    def _is_forward(self, unit: Unit) -> bool:
        return unit.name == "forward" and self._is_module_method(unit)


def _spread(
    found: dict[int, Unit],
    keys: Callable[[Unit], Iterable[_Key]],
    near: Callable[[_Key], Iterable[Unit]],
) -> None:
    """Add what is near to what was found, directly or by others.

    What is near a key is looked up once: a thousand classes may have a method of one name.
    """
    pending = list(found.values())
    known: set[_Key] = set()
    for unit in pending:
        for key in keys(unit):
            if key in known:
                continue
            known.add(key)
            for each in near(key):
                if each.ref not in found:
                    found[each.ref] = each
                    pending.append(each)


def _stands_before(outline: Outline, names: Container[str], mark: str) -> bool:
    return any(after == mark and word in names for word, after in pairwise(outline.words))


def _accumulates(outline: Outline) -> bool:
    """Whether something is added to what it was before, or put into a container."""
    return any(call.name in _FILLS for call in outline.calls) or any(
        not set(flow.to).isdisjoint(outline.words[flow.start : flow.end]) for flow in outline.flows
    )


def _is_special(name: str) -> bool:
    return name.startswith("__")


def _last(path: str) -> str:
    return path.rpartition(".")[2]
