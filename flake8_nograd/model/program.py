"""The units and classes of a file, and all that is known of them so far.

Knowledge only grows. Whoever reads a piece of it is run again when that piece has grown, so that
callers, callees and attributes settle together, in any order of the file.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Set
from dataclasses import dataclass, field

from flake8_nograd.deadline import Deadline
from flake8_nograd.facts import code
from flake8_nograd.frameworks import Frameworks
from flake8_nograd.frameworks.schema import Hook
from flake8_nograd.model.events import Events, Summary
from flake8_nograd.model.phases import Flag, Phases
from flake8_nograd.model.values import (
    NOTHING,
    External,
    Grad,
    Instance,
    LocalClass,
    LocalFunction,
    Method,
    Origin,
    Parameter,
    Self,
    Thing,
    Use,
    Value,
    ordered,
)

MODULE = code.NO_REF
"""The unit of the code outside every function."""

MODULE_CLASS = "torch.nn.Module"
NO_GRAD = "torch.no_grad"
OPTIMIZER_CLASS = "torch.optim.Optimizer"

_BACKWARD = ("backward", "backward_argument")

MOST_RUNS = 8
"""A unit is interpreted at most so often: recursion that would not settle ends here."""

DEEPEST_RUN = 20
"""So many units are interpreted at a time, each for the call that another has just come to."""


@dataclass
class Unit:
    """A function, method, lambda, or the module's own code (``function`` is None)."""

    ref: int
    name: str
    qualname: str
    function: code.Function | None
    body: code.Block
    parent: int | None
    owner: int | None
    """The class that it is a method of."""
    initial: Grad = Grad.INHERITED
    """The mode that its decorators set."""
    decorators: Value = NOTHING
    receives: bool = False
    """Its first parameter is the instance or class."""
    receives_class: bool = False
    wrapped_in: Grad = Grad.INHERITED
    """The mode of a guard that it is wrapped in: ``run = torch.no_grad()(_run)``."""
    is_property: bool = False
    is_overload: bool = False
    """It only declares one of the ways in which another function is called."""
    is_context_manager: bool = False
    is_passed: bool = False
    """It was given by name to a call that cannot be looked into."""
    copies: tuple[int, ...] = ()
    """The units that it stands for, one for each value of a flag; it has no code of its own."""
    flag: Flag | None = None
    """What is known of a parameter here, where the unit is such a copy."""
    copy_of: int | None = None
    runs: int = 0
    events: Events = field(default_factory=Events)


@dataclass
class ClassInfo:
    """A class of the file."""

    ref: int
    name: str
    bases: tuple[Thing, ...] = ()
    methods: dict[str, int] = field(default_factory=dict)
    fields: tuple[str, ...] = ()
    """The annotated names of its body, in order: a dataclass's parameters."""


class Program:
    """Everything known of one file."""

    def __init__(
        self,
        module: code.Module,
        frameworks: Frameworks,
        deadline: Deadline,
        run: Callable[[Program, Unit], None],
        asleep: Set[int],
    ) -> None:
        """``run`` interprets a unit. Functions with a ref in ``asleep`` are not looked into."""
        self.frameworks = frameworks
        self.deadline = deadline
        self._run = run
        self._running: set[int] = set()
        self._asleep = asleep
        self._phases = Phases(self._is_gradient)
        script = self._phases.spelled_out(module.body)
        self.units: dict[int, Unit] = {
            MODULE: Unit(MODULE, "<module>", "<module>", None, script, None, None)
        }
        self._split: dict[int, list[tuple[Flag | None, code.Function]]] = {}
        self.classes: dict[int, ClassInfo] = {}
        self._derived: dict[int, set[int]] = {}
        self._summaries: dict[int, Summary] = {}
        self._values: dict[Hashable, Value] = {}
        self._fields: dict[int, dict[Hashable, None]] = {}
        """The keys of the attributes of a class and those that derive from it."""
        self._uses: dict[Origin, int] = {}
        self._models: set[Thing] = set()
        self._frozen: dict[Thing, bool] = {}
        self.forwards: dict[int, Grad] = {}
        """The gradient mode at each forward, by the ref of its call."""
        self.pretrained: set[Origin] = set()
        """The forwards whose results show that the model is a pretrained one."""
        self.detached: dict[int, frozenset[Origin]] = {}
        """Whose graph was cut off, by the ref of the call that did it."""
        self._readers: defaultdict[Hashable, set[int]] = defaultdict(set)
        self._dirty: dict[int, None] = {MODULE: None}
        self.optimized: set[Thing] = set()
        """The models whose parameters an optimizer of this file has."""
        self._switched: set[Thing] = set()
        self.plain_functions: set[Thing] = set()
        """What is annotated as a callable: no model by its name alone."""
        self.optimizers: set[Thing] = set()
        """What is annotated as an optimizer."""
        self.imports_tests = False
        """The file imports a test framework."""
        self.tests_models = False
        """A model is loaded that is made for tests."""
        self.imports_torch = False
        """The file imports something of torch, or may by a star import."""
        self.imports_stars = False
        self.loads = False
        """The file loads trained weights."""

    def _is_gradient(self, method: str) -> bool:
        return any(row.does in _BACKWARD for row in self.frameworks.methods(method))

    def split(self, function: code.Function) -> list[tuple[Flag | None, code.Function]]:
        """A function, its phases spelled out; a copy for each value of its flag, if it has one."""
        if function.ref in self._asleep:
            return [(None, function)]
        found = self._split.get(function.ref)
        if found is None:
            body = self._phases.spelled_out(function.body, self.units[MODULE].body)
            whole = function._replace(body=body)
            found = [*self._phases.split(whole)] or [(None, whole)]
            self._split[function.ref] = found
        return found

    # ------------------------------------------------------------ units to run

    def settle(self) -> None:
        """Interpret units until nothing changes any more."""
        while self._dirty:
            self._interpret(next(iter(self._dirty)))

    def _interpret(self, ref: int) -> None:
        del self._dirty[ref]
        unit = self.units[ref]
        if unit.runs < MOST_RUNS:
            unit.runs += 1
            self._running.add(ref)
            self._run(self, unit)
            self._running.discard(ref)

    def begin(self, ref: int) -> None:
        """A unit is interpreted from its first statement on: it sees all that is known by now."""
        self._dirty.pop(ref, None)

    def add_unit(self, unit: Unit) -> Unit:
        """Register a unit when its definition is first interpreted."""
        known = self.units.get(unit.ref)
        if known is None:
            self.units[unit.ref] = unit
            self._to_run(unit.ref)
            return unit
        if (known.initial, known.decorators) != (unit.initial, unit.decorators):
            known.initial, known.decorators = unit.initial, unit.decorators
            known.is_context_manager = unit.is_context_manager
            self._to_run(unit.ref)
        return known

    def _to_run(self, ref: int) -> None:
        if code.original(ref) not in self._asleep:
            self._dirty[ref] = None

    def _watch(self, key: Hashable, reader: int) -> None:
        self._readers[key].add(reader)

    def _changed(self, key: Hashable) -> None:
        for reader in sorted(self._readers.get(key, ())):
            self._dirty[reader] = None

    # ------------------------------------------------------------------ values

    def add_value(self, key: Hashable, value: Value) -> None:
        """What ``key`` stands for may also be ``value``."""
        before = self._values.get(key, NOTHING)
        after = before | value
        if after is not before and after != before:
            self._values[key] = after
            self._changed(key)
            if isinstance(key, tuple) and key[0] == "field":
                fields = self._fields.setdefault(key[1], {})
                if key not in fields:
                    fields[key] = None
                    self._changed(("children", key[1]))

    def value(self, key: Hashable, reader: int) -> Value:
        """Everything that was ever added under ``key``."""
        self._watch(key, reader)
        return self._values.get(key, NOTHING)

    def globals(self) -> Iterator[tuple[str, Value]]:
        """What the module's own code has bound so far."""
        for key, value in self._values.items():
            if isinstance(key, tuple) and key[:2] == ("name", MODULE):
                yield key[2], value

    def add_use(self, origins: Iterable[Origin], use: Use) -> None:
        """Values that carry the graph of ``origins`` went where ``use`` says."""
        flags = int(use)  # as numbers they join at a tenth of the price
        for origin in origins:
            before = self._uses.get(origin, 0)
            if before | flags != before:
                self._uses[origin] = before | flags
                self._changed(("uses", origin))

    def uses(self, origin: Origin, reader: int | None = None) -> Use:
        """Where values that carry the graph of ``origin`` went."""
        if reader is not None:
            self._watch(("uses", origin), reader)
        return Use(self._uses.get(origin, 0))

    # --------------------------------------------------------------- summaries

    def set_summary(self, unit: int, summary: Summary) -> None:
        """What callers of ``unit`` see from now on."""
        if self._summaries.get(unit) != summary:
            self._summaries[unit] = summary
            self._changed(("summary", unit))

    def mark_passed(self, things: Iterable[Thing]) -> None:
        """Units among these things were given by name to code that cannot be looked into."""
        for each in things:
            if isinstance(each, (LocalFunction, Method)):
                for ref in (each.unit, *self.units[each.unit].copies):
                    self.units[ref].is_passed = True

    def summary(self, unit: int, reader: int) -> Summary | None:
        """What a caller sees of ``unit``; None while it has not been interpreted."""
        if unit not in self._summaries and unit in self._dirty and len(self._running) < DEEPEST_RUN:
            self._interpret(unit)
        self._watch(("summary", unit), reader)
        return self._summaries.get(unit)

    # ---------------------------------------------------------- models, classes

    def add_model(self, things: Iterable[Thing]) -> None:
        """The code treats these things as modules (``.eval()``, ``.parameters()``)."""
        for each in things:
            if each not in self._models:
                self._models.add(each)
                self._changed(("model", each))

    def is_used_as_model(self, model: Thing, reader: int) -> bool:
        """Whether the code anywhere treats ``model`` as a module."""
        self._watch(("model", model), reader)
        return model in self._models

    def add_switched(self, things: Iterable[Thing]) -> None:
        """``.train()`` is called on these things: those that are called too are models."""
        for each in things:
            if each not in self._switched:
                self._switched.add(each)
                self._changed(("switched", each))

    def is_switched(self, model: Thing, reader: int) -> bool:
        """Whether ``.train()`` without arguments is called on a thing, anywhere."""
        self._watch(("switched", model), reader)
        return model in self._switched

    def freeze(self, models: Iterable[Thing]) -> None:
        """All parameters of these models have ``requires_grad = False``."""
        for each in models:
            if each not in self._frozen:
                self._frozen[each] = True
                self._changed(("frozen", each))

    def unfreeze(self, models: Iterable[Thing]) -> None:
        """Some parameter of these models requires a gradient."""
        for each in models:
            self._frozen[each] = False

    def is_frozen(self, model: Thing, reader: int | None = None) -> bool:
        """Whether no parameter of ``model`` requires a gradient."""
        if reader is not None:
            self._watch(("frozen", model), reader)
        return self._frozen.get(model, False)

    def add_class(self, ref: int, name: str, bases: Iterable[Thing]) -> ClassInfo:
        """Register a class, or what its bases are by now."""
        info = self.classes.setdefault(ref, ClassInfo(ref, name))
        for base in info.bases:
            if isinstance(base, LocalClass):
                self._derived[base.ref].discard(ref)
        info.bases = tuple(
            each
            for each in bases
            if isinstance(each, External)
            or (isinstance(each, LocalClass) and each.ref in self.classes)
        )
        for base in info.bases:
            if isinstance(base, LocalClass):
                self._derived.setdefault(base.ref, set()).add(ref)
        return info

    def ancestors(self, ref: int) -> list[int]:
        """The class and its bases in this file, nearest first."""
        self.deadline.check()
        found = [ref]
        for each in found:
            for base in self.classes[each].bases:
                if isinstance(base, LocalClass) and base.ref not in found:
                    found.append(base.ref)
        return found

    def family(self, ref: int) -> int:
        """The farthest base in this file: classes of one family share their attributes."""
        return self.ancestors(ref)[-1]

    def external_bases(self, ref: int) -> list[str]:
        """The library classes that a class derives from, through bases of this file."""
        paths: list[str] = []
        for each in self.ancestors(ref):
            for base in self.classes[each].bases:
                if isinstance(base, External):
                    paths += self.frameworks.ancestors(self.frameworks.canonical(base.path))
        return paths

    def hooks(self, ref: int) -> list[Hook]:
        """The framework hooks that a class really inherits."""
        return [
            hook
            for each in self.ancestors(ref)
            for base in self.classes[each].bases
            if isinstance(base, External)
            for hook in self.frameworks.hooks(self.frameworks.canonical(base.path))
        ]

    def unknown_bases(self, ref: int) -> list[str]:
        """The bases of a class that are neither torch's nor Python's: their code is not seen.

        A mixin stands for those that it is mixed with.
        """
        known = ("torch.", "abc.", "typing.")
        paths = [path for path in self.external_bases(ref) if not path.startswith(known)]
        name = self.classes[ref].name
        return [*paths, name] if name.endswith("Mixin") else paths

    def is_module_class(self, ref: int) -> bool:
        """Whether instances are modules: by torch's base, or an unknown one and ``forward``."""
        paths = self.external_bases(ref)
        if MODULE_CLASS in paths or any(self.frameworks.makes_module(path) for path in paths):
            return True
        unknown = self.unknown_bases(ref)
        if not unknown:
            return False
        return self.find_method(ref, "forward") is not None or any(
            "Module" in path.rpartition(".")[2] for path in unknown
        )

    def children(self, ref: int, reader: int) -> list[Thing]:
        """The modules that instances of a class of this file hold in their attributes."""
        family = self.family(ref)
        self._watch(("children", family), reader)
        keys = self._fields.get(family, ())
        held = {each for key in keys for each in self.value(key, reader).things}
        return [each for each in ordered(held) if self._is_module(each)]

    def _is_module(self, each: Thing) -> bool:
        if not isinstance(each, Instance):
            return False
        if isinstance(each.made_by, int):
            return self.is_module_class(each.made_by)
        return self.frameworks.makes_module(each.made_by)

    def is_optimizer_class(self, ref: int) -> bool:
        """Whether instances are optimizers."""
        return OPTIMIZER_CLASS in self.external_bases(ref)

    def find_method(self, ref: int, name: str) -> int | None:
        """The method that an instance of the class has under this name."""
        for each in self.ancestors(ref):
            unit = self.classes[each].methods.get(name)
            if unit is not None:
                return unit
        return None

    def overrides(self, ref: int, name: str) -> list[int]:
        """The methods of this name in classes of this file that derive from the class."""
        derived = {ref}
        pending = [ref]
        for each in pending:
            more = self._derived.get(each, set()) - derived
            derived |= more
            pending += more
        methods = [self.classes[each].methods for each in sorted(derived - {ref})]
        return [each[name] for each in methods if name in each]

    def class_of(self, model: Thing) -> int | None:
        """The class of this file that a thing is an instance of."""
        if isinstance(model, Self):
            return model.ref
        if isinstance(model, Instance) and isinstance(model.made_by, int):
            return model.made_by
        return None

    def parameter(self, unit: int, name: str) -> code.Parameter | None:
        """The declaration of a parameter."""
        function = self.units[unit].function
        if function is None:
            return None
        return next((each for each in function.parameters if each.name == name), None)

    def arguments(self, parameter: Parameter, reader: int) -> Value:
        """What the calls in this file give for a parameter."""
        return self.value(("argument", parameter.unit, parameter.name), reader)
