"""The questions that rules ask of a file.

Built once for a file: all units are interpreted until callers and callees agree, then linked.
Unknown stays unknown: every question answers with what is certain, or says that it is not.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from functools import cached_property

from flake8_nograd.deadline import Deadline
from flake8_nograd.facts import code
from flake8_nograd.frameworks import Frameworks
from flake8_nograd.frameworks.schema import Hook
from flake8_nograd.model import naming
from flake8_nograd.model.events import (
    Accumulation,
    CallSite,
    Forward,
    GradientUse,
    Notice,
    NoticeKind,
    Place,
)
from flake8_nograd.model.guards import lazily_returned
from flake8_nograd.model.interpreter import Interpreter
from flake8_nograd.model.program import MODULE, Program, Unit
from flake8_nograd.model.state import lineage, mode_in
from flake8_nograd.model.text import text_of
from flake8_nograd.model.values import (
    UNKNOWN,
    Beside,
    External,
    Grad,
    Instance,
    LocalFunction,
    Member,
    Mode,
    Origin,
    Parameter,
    Result,
    Self,
    Thing,
    Use,
    members,
)

_TAKEN = Use.NUMBERS | Use.ARRAY | Use.PASSED | Use.RETURNED | Use.YIELDED
_CONSTANT_INPUT = frozenset(f"torch.{name}" for name in "zeros ones empty full".split())
_RANDOM_INPUT = _CONSTANT_INPUT | {f"torch.{name}" for name in "randn rand randint arange".split()}


@dataclass(frozen=True)
class Entry:
    """The gradient mode in which a unit is entered, and the unguarded calls of it."""

    grad: Grad
    unguarded: tuple[CallSite, ...] = ()


def _interpret(program: Program, unit: Unit) -> None:
    Interpreter(program, unit).run()


class ModuleModel:
    """What one file means."""

    def __init__(
        self,
        facts: code.Module,
        frameworks: Frameworks,
        deadline: Deadline,
        asleep: Set[int] = frozenset(),
    ) -> None:
        """The functions whose refs are in ``asleep`` are not looked into.

        Raises :class:`OutOfTime`, as every question does, once the time for the file is over.
        """
        self.program = Program(facts, frameworks, deadline, _interpret, asleep)
        self._fates: dict[int, Use] = {}
        self._left_in: dict[Thing, tuple[dict[int, Mode], Counter[Mode]]] = {}
        """The modes in which units leave a model, and how many leave it so."""
        self.program.settle()

    # -------------------------------------------------------------------- units

    @cached_property
    def units(self) -> Sequence[Unit]:
        """All units of the file, in the order of their definition."""
        return sorted(self.program.units.values(), key=lambda unit: unit.ref)

    def unit(self, ref: int) -> Unit:
        """The unit with this ref."""
        return self.program.units[ref]

    def unit_or_none(self, ref: int) -> Unit | None:
        """The function with this ref, where it is one."""
        return None if ref == MODULE else self.program.units.get(ref)

    def forwards(self) -> Iterator[Forward]:
        """All forwards of the file."""
        for unit in self.units:
            seen: set[int] = set()
            for forward in unit.events.forwards:
                if forward.place.ref not in seen:
                    seen.add(forward.place.ref)
                    yield forward

    def notices(self, kind: NoticeKind) -> Iterator[Notice]:
        """All notices of a kind."""
        for unit in self.units:
            yield from (notice for notice in unit.events.notices if notice.kind == kind)

    def modes_as_attributes(self) -> Iterator[Notice]:
        """The statements that assign to the ``training`` of a model."""
        yield from self.notices("eval as attribute")
        yield from self.notices("train as attribute")

    def gradients(self) -> Iterator[GradientUse]:
        """All gradient uses of the file."""
        for unit in self.units:
            yield from unit.events.gradients

    @cached_property
    def _callers(self) -> dict[int, list[CallSite]]:
        callers: dict[int, list[CallSite]] = {}
        for unit in self.units:
            for call in unit.events.calls:
                callers.setdefault(call.callee, []).append(call)
        return callers

    def callers(self, unit: int) -> list[CallSite]:
        """The calls of a unit in this file, but for those by what decorates it."""
        self.program.deadline.check()  # every way through callers comes by here
        decorators = {
            each.unit
            for each in self.unit(unit).decorators.things
            if isinstance(each, LocalFunction)
        }
        return [
            call
            for call in self._callers.get(unit, [])
            if not decorators or self.unit(call.place.unit).parent not in decorators
        ]

    def is_module_method(self, unit: Unit) -> bool:
        """A method of an ``nn.Module`` of this file, or a function nested in one."""
        each: Unit | None = unit
        while each is not None:
            if each.owner is not None:
                return self.program.is_module_class(each.owner) or self._is_built_as_module(
                    each.owner
                )
            each = None if each.parent is None else self.unit(each.parent)
        return False

    def _is_built_as_module(self, owner: int) -> bool:
        """A class that holds modules, and may be one by a base in another file or by `forward`."""
        program = self.program
        if program.unknown_bases(owner):
            if any(name.startswith("forward") for name in program.classes[owner].methods):
                return True
        elif program.find_method(owner, "forward") is None:
            return False
        return bool(program.children(owner, MODULE))

    def serves_modules(self, unit: Unit) -> bool:
        """A helper that only methods of modules call: who calls them decides for it too."""
        callers = self.callers(unit.ref)
        return bool(callers) and all(
            self.is_module_method(self.unit(call.place.unit)) for call in callers
        )

    def is_optimizer_method(self, unit: Unit) -> bool:
        """A method of an optimizer of this file, by its base or its name."""
        if unit.owner is None:
            return False
        name = self.program.classes[unit.owner].name
        return self.program.is_optimizer_class(unit.owner) or naming.is_optimizer(name)

    def is_step_method(self, unit: Unit) -> bool:
        """The ``step`` of an object that may wrap an optimizer."""
        return unit.owner is not None and unit.name in ("step", "first_step", "second_step")

    def hook(self, unit: Unit) -> Hook | None:
        """The framework hook that a method is, on a real subclass only."""
        if unit.owner is None:
            return None
        for hook in self.program.hooks(unit.owner):
            for name in hook.methods:
                if unit.name == name or (name.endswith("*") and unit.name.startswith(name[:-1])):
                    return hook
        return None

    def is_test(self, unit: Unit) -> bool:
        """A unit test or its helper: of a ``TestCase``, with asserts, or in a file of tests."""
        if self._is_test_file:
            return True
        each: Unit | None = unit
        while each is not None:
            if each.owner is not None and any(
                path.endswith("TestCase") for path in self.program.external_bases(each.owner)
            ):
                return True
            is_test = each.name.startswith(("test_", "assert_", "check_")) or each.name.endswith(
                "_test"
            )
            is_test = is_test or (
                each.name == "test"
                and each.function is not None
                and not each.function.parameters
                and not any(forward.held_out for forward in each.events.forwards)
            )
            if is_test and _asserts(each.body):
                return True
            each = None if each.parent is None else self.unit(each.parent)
        return False

    @cached_property
    def _is_test_file(self) -> bool:
        """Whether the file holds a unit test, or runs a model that is made for tests."""
        return self.program.tests_models or any(
            unit.name.startswith("test_") and (self.program.imports_tests or _asserts(unit.body))
            for unit in self.units
        )

    def takes_mode(self, unit: Unit) -> bool:
        """Whether a ``train`` method can stand in for that of ``nn.Module``."""
        if unit.owner is None or not self.program.is_module_class(unit.owner):
            return True
        parameters = () if unit.function is None else unit.function.parameters[1:]
        if any(each.kind == "*" for each in parameters):
            return True
        positional = [each for each in parameters if each.kind == "positional"]
        required = [each for each in parameters if each.default is None and "*" not in each.kind]
        if not positional or len(required) > 1 or (required and required[0] is not positional[0]):
            return False
        first = positional[0]
        return (
            naming.is_mode(first.name)
            or first.annotation == code.Name("bool")
            or first.default in (code.Constant(True), code.Constant(False))
        )

    def has_own_eval(self, unit: Unit) -> bool:
        """Whether a method's class overrides ``eval`` too, which then calls no ``train(False)``."""
        return unit.owner is not None and self.program.find_method(unit.owner, "eval") is not None

    def yields_on_purpose(self, unit: Unit) -> bool:
        """A context manager, or what an unknown decorator may make one: a fixture, a hook."""
        return unit.is_context_manager or any(
            isinstance(each, (External, Member, Result)) for each in unit.decorators.things
        )

    # ----------------------------------------------------------- gradient mode

    def entry(self, unit: Unit) -> Entry:
        """How a unit is entered: by its framework, by all its callers, else recording."""
        return self._entries[unit.ref]

    @cached_property
    def _entries(self) -> dict[int, Entry]:
        """How each unit is entered: callers hand on their own mode until all is stable."""
        grads = {unit.ref: self._given_entry(unit) for unit in self.units}
        calls = {
            unit.ref: [call for call in self.callers(unit.ref) if call.place.unit != unit.ref]
            for unit in self.units
            if not grads[unit.ref]
        }
        while True:
            changed = False
            for ref, callers in calls.items():
                for call in callers:
                    found = call.grad.within(grads[call.place.unit])
                    if found | grads[ref] != grads[ref]:
                        grads[ref] |= found
                        changed = True
            if changed:
                continue
            unknown = next((ref for ref in calls if not grads[ref]), None)
            if unknown is None:
                break
            grads[unknown] = self._uncalled(self.unit(unknown))
        return {
            ref: Entry(
                grad,
                tuple(
                    call
                    for call in calls.get(ref, ())
                    if call.grad.within(grads[call.place.unit]) == Grad.ON
                ),
            )
            for ref, grad in grads.items()
        }

    def _given_entry(self, unit: Unit) -> Grad:
        """How a unit is entered whoever calls it; no flag where its callers decide."""
        hook = self.hook(unit)
        if hook is not None and hook.grad != "unchanged":
            return Grad.ON if hook.grad == "on" else Grad.OFF
        if unit.ref == MODULE:
            return Grad.ON
        if all(call.place.unit == unit.ref for call in self.callers(unit.ref)):
            return self._uncalled(unit)
        return UNKNOWN

    def _uncalled(self, unit: Unit) -> Grad:
        """Nothing in the file calls it: recording, unless an unknown framework may."""
        script = self.program.summary(MODULE, MODULE)
        if script is not None and not script.exit_grad & (Grad.ON | Grad.INHERITED):
            return script.exit_grad
        if unit.wrapped_in != Grad.INHERITED:
            return unit.wrapped_in
        if self._is_off_since_construction(unit):
            return Grad.OFF
        if self._is_called_as_another_copy(unit):
            return Grad.ON | Grad.OFF
        if self.is_callback(unit) or self.may_be_hook(unit):
            return Grad.ON | Grad.OFF
        return Grad.ON

    def _is_off_since_construction(self, unit: Unit) -> bool:
        """A method of an object whose constructor leaves gradients off, for the whole thread."""
        if unit.owner is None or unit.name == "__init__":
            return False
        init = self.program.find_method(unit.owner, "__init__")
        summary = None if init is None else self.program.summary(init, init)
        return summary is not None and summary.exit_grad.is_off

    def _is_called_as_another_copy(self, unit: Unit) -> bool:
        """The file calls the function, but never with this value of its flag."""
        if unit.copy_of is None:
            return False
        return any(self.callers(each) for each in self.unit(unit.copy_of).copies)

    def may_be_hook(self, unit: Unit) -> bool:
        """A method named as one that its base runs, on a class whose base is in another file."""
        if unit.owner is None or not self.program.unknown_bases(unit.owner):
            return False
        return unit.name in _HOOK_NAMES or naming.is_hook(unit.name)

    def is_recording(self, forward: Forward) -> Entry | None:
        """How the unit of a recording forward is entered; None if it may not record."""
        if forward.grad == Grad.ON:
            return Entry(Grad.ON)
        if forward.grad != Grad.INHERITED:
            return None
        entry = self.entry(self.unit(forward.place.unit))
        if entry.unguarded or entry.grad == Grad.ON:
            return entry
        return None

    def is_guarded(self, forward: Forward) -> bool:
        """Whether a forward certainly runs without recording."""
        grad = forward.grad
        if grad & Grad.INHERITED:
            grad = grad.within(self.entry(self.unit(forward.place.unit)).grad)
        return grad.is_off

    def grad_of(self, use: GradientUse) -> Grad:
        """The mode at a gradient use, through its unit's callers where no ``if`` is around it."""
        return self._seen_by_callers(use.grad, use)

    def made(self, use: GradientUse) -> Grad:
        """The modes under which the loss of a gradient use was made, through its unit's callers."""
        made = use.made
        if not made:
            for each in use.things:
                if isinstance(each, Parameter) and each.unit == use.place.unit:
                    for call in self.callers(each.unit):
                        given = call.arguments.get(each.name)
                        made |= UNKNOWN if given is None else self._at(given.made, call)
            return made
        return self._seen_by_callers(made, use)

    def _seen_by_callers(self, grad: Grad, use: GradientUse) -> Grad:
        if grad != Grad.INHERITED or use.place.conditional or use.place.unit == MODULE:
            return grad
        entry = self.entry(self.unit(use.place.unit)).grad
        return entry if entry.is_off else grad

    def _at(self, grad: Grad, call: CallSite) -> Grad:
        if not grad & Grad.INHERITED:
            return grad
        entry = self.entry(self.unit(call.place.unit)).grad
        return grad.within(entry) if entry.is_off else grad

    def leaves_gradients_off(self, unit: Unit) -> bool:
        """Whether a unit may return with gradients off, for the thread that called it."""
        summary = self.program.summary(unit.ref, unit.ref)
        return summary is not None and bool(summary.exit_grad & (Grad.OFF | Grad.INFERENCE))

    def leaves_gradients_on(self, unit: Unit) -> bool:
        """Whether a unit switches gradients on and returns so: one half of a pair."""
        summary = self.program.summary(unit.ref, unit.ref)
        return summary is not None and summary.exit_grad == Grad.ON and unit.ref != MODULE

    def called_by(self, unit: Unit) -> set[int]:
        """The units that a unit calls, directly or through others."""
        found: set[int] = set()
        pending = [unit.ref]
        while pending:
            for call in self.unit(pending.pop()).events.calls:
                if call.callee not in found:
                    found.add(call.callee)
                    pending.append(call.callee)
        return found

    def is_entered_recording(self, unit: Unit) -> bool:
        """Whether a unit may be entered while gradients are recorded."""
        return bool(self.entry(unit).grad & Grad.ON)

    def goes_backward(self, notice: Notice) -> bool:
        """Whether the loss of a notice goes backward later in its unit."""
        return any(
            use.kind == "backward"
            and use.loss == notice.text
            and use.place.ref > notice.place.ref
            and (naming.is_loss(notice.text) or bool(use.made))
            for use in self.unit(notice.place.unit).events.gradients
        )

    def makes_loss_require_gradient(self, unit: Unit) -> bool:
        """Whether a unit sets ``requires_grad`` on a loss and walks it: it means to train."""
        return any(
            notice.kind == "required gradient" and self.goes_backward(notice)
            for notice in unit.events.notices
        )

    def is_required_by_hand(self, use: GradientUse) -> bool:
        """Whether the loss of a gradient use was made to require one before."""
        return any(
            notice.kind == "required gradient" and use.loss == notice.text
            for notice in self.unit(use.place.unit).events.notices
        )

    # ------------------------------------------------------------------- values

    def fate(self, forward: Forward) -> Use:
        """Where the result of a forward went, through the callers of its unit."""
        place = forward.place
        if place.ref not in self._fates:
            self._fates[place.ref] = self._fate(place.ref, place.unit, set())
        return self._fates[place.ref]

    def _fate(self, ref: int, unit: int, seen: set[int]) -> Use:
        use = self.program.uses(ref)
        if not use & (Use.RETURNED | Use.YIELDED) or ref in seen:
            return use
        seen.add(ref)
        calls = self.callers(unit)
        if not calls:
            return use | Use.HANDED if self.is_handed_out(self.unit(unit)) else use
        use &= ~(Use.RETURNED | Use.YIELDED)
        for call in calls:
            use |= self._fate(call.place.ref, call.place.unit, seen)
        return use

    def returned_origins(self, unit: Unit) -> frozenset[object]:
        """The forwards whose graph a unit's result carries."""
        summary = self.program.summary(unit.ref, unit.ref)
        return frozenset() if summary is None else frozenset(summary.returns.origins)

    def autocasts(self, unit: Unit) -> bool:
        """Whether autocast is in sight of a unit's forwards: in its code, or as its decorator."""
        decorators = () if unit.function is None else unit.function.decorators
        return unit.events.autocasts or any(
            naming.is_autocast(text_of(each.value)) for each in decorators
        )

    def is_frozen(self, forward: Forward) -> bool:
        """Whether no parameter of the model requires a gradient."""
        return bool(forward.models) and all(
            self._is_frozen_before(forward, model) or self._is_frozen(model, forward.place.unit)
            for model in forward.models
        )

    def _is_frozen_before(self, forward: Forward, model: Thing) -> bool:
        """Whether the last statement on it before a forward in its unit froze a model."""
        said = [
            each.is_required
            for each in self.unit(forward.place.unit).events.requirements
            if each.model == model and each.ref < forward.place.ref
        ]
        return bool(said) and not said[-1]

    def _is_frozen(self, model: Thing, unit: int, depth: int = 0) -> bool:
        each: Thing = model
        while True:
            if self.program.is_frozen(each):
                return True
            if not isinstance(each, Member):
                break
            each = each.owner
        if isinstance(each, Parameter) and depth < 4:
            given = self.program.arguments(each, unit).things - {each}
            return bool(given) and all(self._is_frozen(one, unit, depth + 1) for one in given)
        return False

    # -------------------------------------------------------- training and loops

    @cached_property
    def _training_units(self) -> set[int]:
        """The units that take a gradient or step, themselves or in what they call."""
        return self._with_callers({unit.ref for unit in self.units if unit.events.gradients})

    def _with_callers(self, units: set[int]) -> set[int]:
        """Some units, and those that call them, directly or through others."""
        found, pending = set(units), list(units)
        while pending:
            for call in self._callers.get(pending.pop(), ()):
                if call.place.unit not in found:
                    found.add(call.place.unit)
                    pending.append(call.place.unit)
        return found

    @cached_property
    def _runners(self) -> dict[Thing, set[int]]:
        """The units that run a model or a part of it themselves, by the whole model."""
        runners: dict[Thing, set[int]] = {}
        for unit in self.units:
            for forward in unit.events.forwards:
                for model in forward.models:
                    runners.setdefault(_model_of(model), set()).add(unit.ref)
        return runners

    @cached_property
    def gradient_loops(self) -> set[int]:
        """The loops in which a gradient is taken, directly or in a unit that they call."""
        loops: set[int] = set()
        for unit in self.units:
            for use in unit.events.gradients:
                loops.update(use.place.loops)
            for call in unit.events.calls:
                if call.callee in self._training_units:
                    loops.update(call.place.loops)
            for forward in unit.events.forwards:
                if self.fate(forward) & Use.GRADIENT:
                    loops.update(forward.place.loops)
        return loops

    def was_switched(self, forward: Forward) -> bool:
        """Whether the unit itself puts a forward's model in eval mode; no parent undoes it."""
        switches = self.unit(forward.place.unit).events.switches
        models = {_without_underscore(each) for each in forward.models | self._aliases(forward)}
        return any(
            switch.mode & Mode.EVAL
            and not models.isdisjoint(map(_without_underscore, switch.models))
            and not any(
                later.place.ref > switch.place.ref
                and later.text != switch.text
                and later.mode == Mode.TRAIN
                and later.models & forward.models
                and not later.place.conditional
                for later in switches
            )
            for switch in switches
        )

    def _aliases(self, forward: Forward) -> set[Thing]:
        """The parameters for which callers give what they give for a forward's model too.

        A model and the wrapper around it, for example: the one is switched, the other is run.
        """
        unit = self.unit(forward.place.unit)
        given = set[Thing]()
        for each in forward.models:
            if isinstance(each, Parameter):
                given |= self.program.arguments(each, unit.ref).things
        if not given or unit.function is None:
            return set()
        parameters = [Parameter(unit.ref, each.name) for each in unit.function.parameters]
        return {
            each
            for each in parameters
            if not given.isdisjoint(self.program.arguments(each, unit.ref).things)
        }

    def is_trained_beside(self, forward: Forward) -> bool:
        """Whether the unit also trains a forward's model, and nowhere switches its mode."""
        unit = self.unit(forward.place.unit)
        return (
            bool(forward.models)
            and not any(switch.models & forward.models for switch in unit.events.switches)
            and any(
                self.fate(other) & Use.GRADIENT and other.models == forward.models
                for other in unit.events.forwards
            )
        )

    def is_trained_in_parts(self, forward: Forward) -> bool:
        """Whether a part of a forward's model is put in train mode by itself."""
        parts = {
            each.owner
            for unit in self.units
            for switch in unit.events.switches
            for each in switch.models
            if switch.mode & Mode.TRAIN and isinstance(each, Member)
        }
        return not parts.isdisjoint(forward.models)

    def trains_elsewhere(self, forward: Forward) -> bool:
        """Whether the same line also trains: for another value of a flag, in another phase."""
        return code.original(forward.place.ref) in self._trained_lines

    @cached_property
    def _trained_lines(self) -> set[int]:
        """The forwards, copies as their originals, of which a gradient is taken."""
        return {
            code.original(forward.place.ref)
            for forward in self.forwards()
            if self.fate(forward) & Use.GRADIENT
        }

    def is_switched_by_script(self, forward: Forward) -> bool:
        """Whether the module's own code puts a model of the same name in eval mode."""
        return any(
            switch.mode & Mode.EVAL and switch.text == forward.model_text
            for switch in self.unit(MODULE).events.switches
        )

    def is_switched_too(self, notice: Notice) -> bool:
        """Whether the mode that is assigned to a model is set by its method too, in the suite."""
        mode = Mode.TRAIN if notice.kind == "train as attribute" else Mode.EVAL
        return any(
            switch.mode == mode
            and switch.text == notice.text
            and switch.place.block == notice.place.block
            for switch in self.unit(notice.place.unit).events.switches
        )

    def switches_both_ways(self, unit: Unit) -> bool:
        """Whether a unit calls both ``.eval()`` and ``.train()``."""
        return {switch.mode for switch in unit.events.switches} >= {Mode.EVAL, Mode.TRAIN}

    def outermost_evaluation(self, forward: Forward) -> int:
        """The outermost loop around a forward that takes no gradient, or the forward itself."""
        loop = self.evaluation_loop(forward)
        return forward.place.ref if loop is None else loop

    def is_switch(self, place: Place) -> bool:
        """Whether a call switches a mode itself, not in what it calls."""
        return any(switch.place == place for switch in self.unit(place.unit).events.switches)

    def receiver(self, unit: Unit) -> str:
        """What a method, or the one around a nested function, calls ``self``."""
        while not unit.receives and unit.parent is not None:
            unit = self.unit(unit.parent)
        return unit.function.parameters[0].name if unit.function is not None else "self"

    @property
    def trains_anything(self) -> bool:
        """Whether the file takes a gradient anywhere."""
        return bool(self._training_units)

    def loops_around(self, forward: Forward) -> set[int]:
        """The loops in which a forward runs: those of its unit, and those of the callers."""
        loops = set(forward.place.loops)
        waiting, seen = [forward.place.unit], set[int]()
        while waiting:
            unit = waiting.pop()
            if unit in seen:
                continue
            seen.add(unit)
            for call in self.callers(unit):
                loops.update(call.place.loops)
                waiting.append(call.place.unit)
        return loops

    def is_seen_from_outside(self, forward: Forward) -> bool:
        """Whether a forward's model comes from code that this file does not show."""
        unit = self.unit(forward.place.unit)
        return not self.callers(unit.ref) and any(
            isinstance(each, (Parameter, Self, Member)) for each in forward.models
        )

    def trains(self, unit: Unit) -> bool:
        """Whether a unit takes gradients, itself or in what it calls."""
        return unit.ref in self._training_units

    def is_part_of_an_attack(self, forward: Forward) -> bool:
        """Whether the unit takes gradients for an input that it lets require them: it is scored."""
        return self.is_part_of_a_step(forward) and any(
            notice.kind == "required gradient" and not naming.is_loss(notice.text)
            for notice in self.unit(forward.place.unit).events.notices
        )

    def is_trained_by_running(self, forward: Forward) -> bool:
        """Whether the model's own ``forward`` takes a gradient, as in test-time adaptation."""
        classes = [self.program.class_of(each) for each in forward.models]
        units = [self.program.find_method(each, "forward") for each in classes if each is not None]
        return any(each is not None and self.trains(self.unit(each)) for each in units)

    def is_in_epochs_without_training(self, forward: Forward) -> bool:
        """Whether epochs pass around a forward in which nothing that the file shows is trained.

        What trains then is what runs: a meta-learner that takes its own steps, for example.
        """
        return bool(self._idle_epochs) and not self._idle_epochs.isdisjoint(
            self.loops_around(forward)
        )

    @cached_property
    def _idle_epochs(self) -> set[int]:
        epochs = set().union(*(unit.events.epochs for unit in self.units))
        return epochs - self.gradient_loops

    def is_evaluated_elsewhere(self, forward: Forward) -> bool:
        """Whether a unit that runs a forward's model, itself or in what it calls, evaluates it.

        It puts the model in eval mode for that, and it is neither the forward's nor a constructor.
        """
        return any(
            switch.mode == Mode.EVAL and switch.models & forward.models
            for model in forward.models
            for ref in self._with_callers(self._runners.get(_model_of(model), set()))
            if ref != forward.place.unit and not _sets_up(self.unit(ref))
            for switch in self.unit(ref).events.switches
        )

    def is_optimized(self, forward: Forward) -> bool:
        """Whether an optimizer made in this file has the parameters of a forward's model."""
        return bool(forward.models) and all(
            self._is_optimized(each, forward.place.unit) for each in forward.models
        )

    def _is_optimized(self, model: Thing, unit: int, depth: int = 0) -> bool:
        if model in self.program.optimized:
            return True
        if not isinstance(model, Parameter) or depth > 3:
            return False
        given = self.program.arguments(model, unit).things - {model}
        return bool(given) and all(self._is_optimized(one, unit, depth + 1) for one in given)

    def is_backpropagated_alone(self, accumulation: Accumulation) -> bool:
        """Whether what is added goes backward in the loop, and the sum never does."""
        if not accumulation.carried or not accumulation.is_known:
            return False
        place = accumulation.place
        fate = self._fate(accumulation.origin, place.unit, set())
        if fate & Use.GRADIENT or (fate & (Use.STORED | Use.SHAPE) and not fate & _TAKEN):
            return False  # what is stored or counted, and no more, is for code that is not seen
        unit = self.unit(place.unit)
        if not any(
            forward.place.ref in accumulation.added and place.loops[-1] in forward.place.loops
            for forward in unit.events.forwards
        ):
            return False
        walked: set[Origin] = set()
        for use in unit.events.gradients:
            if use.kind == "backward" and set(use.place.loops) & set(place.loops):
                walked |= use.origins
        for forward in unit.events.forwards:
            if forward.through is not None and self._walks_its_result(self.unit(forward.through)):
                walked.add(forward.place.ref)
        if any(isinstance(each, Beside) and each not in walked for each in accumulation.added):
            return False
        return any(
            isinstance(each, int)
            and each in walked
            and not self.program.forwards.get(each, Grad.OFF).is_off
            for each in accumulation.added
        )

    def _walks_its_result(self, unit: Unit) -> bool:
        """Whether a unit takes a gradient of what it returns, itself or in what it calls."""
        return self.trains(unit) and any(
            isinstance(each, int) and self.program.uses(each) & Use.GRADIENT
            for each in self.returned_origins(unit)
        )

    def gradient_refs(self, unit: Unit) -> frozenset[int]:
        """The calls of a unit that take a gradient, or compute what a gradient is taken of."""
        found: set[int] = set()
        for each in self._copies[code.original(unit.ref)]:
            found.update(use.place.ref for use in each.events.gradients)
            found.update(
                call.place.ref for call in each.events.calls if call.callee in self._training_units
            )
            found.update(
                forward.place.ref
                for forward in each.events.forwards
                if self.fate(forward) & Use.GRADIENT
            )
        return frozenset(found)

    @cached_property
    def _copies(self) -> dict[int, list[Unit]]:
        """The units that stand for one function, by its ref."""
        copies: dict[int, list[Unit]] = {}
        for unit in self.units:
            copies.setdefault(code.original(unit.ref), []).append(unit)
        return copies

    def takes_gradients(self, unit: Unit) -> bool:
        """Whether a unit's own code takes gradients."""
        return bool(unit.events.gradients)

    def is_part_of_a_step(self, forward: Forward) -> bool:
        """Whether a gradient is taken where a forward runs: in a loop of both, or a step."""
        if self.evaluation_loop(forward) is not None:
            return False
        around = set(forward.place.loops)
        return any(
            not use.place.loops or not around.isdisjoint(use.place.loops)
            for use in self.unit(forward.place.unit).events.gradients
        )

    def evaluation_loop(self, forward: Forward) -> int | None:
        """The outermost loop around a forward in which no gradient is taken."""
        for loop in forward.place.loops:
            if loop not in self.gradient_loops:
                return loop
        return None

    # ----------------------------------------------------------------- evidence

    def is_evaluation(self, forward: Forward) -> bool:
        """Whether the code says that a forward evaluates: mode, data, or the unit's own name."""
        if forward.held_out:
            return True
        unit = self.unit(forward.place.unit)
        if forward.mode == Mode.EVAL:
            return True
        if self.mode(forward) == Mode.EVAL and not naming.is_training(unit.name):
            return True
        return self.is_evaluation_unit(unit)

    def is_plainly_evaluation(self, forward: Forward) -> bool:
        """Whether an evaluation shows by its mode, data, weights, or a name such as evaluate."""
        return (
            self.mode(forward) == Mode.EVAL
            or self.is_inference_file
            or self.is_strict_evaluation(forward)
        )

    def is_firmly_evaluation(self, forward: Forward) -> bool:
        """Whether more than a name such as ``embed`` or ``sample`` tells of an evaluation."""
        unit = self.unit(forward.place.unit)
        if self.is_strict_evaluation(forward):
            return True
        if self.mode(forward) == Mode.EVAL and not unit.events.reads_mode:
            return True
        if unit.flag is not None and not unit.flag.trains:
            return True
        owner = unit.owner
        return self.is_inference_file or (
            owner is not None and naming.is_strict_evaluation(self.program.classes[owner].name)
        )

    def is_evaluation_unit(self, unit: Unit, depth: int = 0) -> bool:
        """Whether a unit is an evaluation by its name, its class's, or all its callers'."""
        if unit.flag is not None and naming.is_training_flag(unit.flag.parameter):
            return not unit.flag.trains
        if naming.is_training(unit.name):
            return False
        if naming.is_evaluation(unit.name):
            return True
        if unit.owner is not None and unit.name in ("run", "__call__", "forward", "main", "step"):
            if naming.is_evaluation(self.program.classes[unit.owner].name):
                return True
        calls = self.callers(unit.ref)
        return (
            depth < 3
            and bool(calls)
            and all(
                call.place.unit not in (unit.ref, MODULE)
                and self.is_evaluation_unit(self.unit(call.place.unit), depth + 1)
                for call in calls
            )
        )

    def is_deliberate(self, unit: Unit) -> bool:
        """Whether a comment or a name says that train mode is meant, here or in a caller."""
        units = [unit, *(self.unit(call.place.unit) for call in self.callers(unit.ref))]
        return any(
            naming.tries_dropout(each.name)
            or any(map(naming.is_said_to_be_deliberate, (each.name, *each.events.comments)))
            for each in units
        )

    @property
    def is_inference_file(self) -> bool:
        """Whether the file loads trained weights and trains nothing."""
        return self.program.loads and not self._training_units

    def is_strict_evaluation(self, forward: Forward) -> bool:
        """Whether the name of its unit, or of its data, says that a forward only evaluates."""
        unit = self.unit(forward.place.unit)
        return forward.held_out or naming.is_strict_evaluation(unit.name)

    def is_sampled_in_training(self, forward: Forward) -> bool:
        """Whether a generator, by its name, is run in the unit that trains it."""
        unit = self.unit(forward.place.unit)
        return self.takes_gradients(unit) and naming.is_generator(forward.model_text)

    def is_sampling(self, forward: Forward) -> bool:
        """Whether a forward's unit samples from a generative model, by its name."""
        return naming.is_sampling(self.unit(forward.place.unit).name)

    def is_loaded_elsewhere(self, forward: Forward) -> bool:
        """Whether a model comes from where it may be put in eval mode.

        Its outputs are those of a pretrained model, or it is made by ``X.from_config(...)`` or the
        like of a class in another file.
        """
        own = {each.name for each in self.program.classes.values()}
        return forward.place.ref in self.program.pretrained or any(
            naming.is_alternative_constructor(each.path) and each.path.partition(".")[0] not in own
            for each in map(_whole, forward.models)
            if isinstance(each, Result)
        )

    def is_smoke_test(self, forward: Forward) -> bool:
        """A fresh model, or random input, in a file that neither trains nor loads anything."""
        unit = self.unit(forward.place.unit)
        if unit.ref != MODULE and not naming.is_smoke_test(unit.name):
            return False
        if self.program.loads or any(use.kind in ("backward", "step") for use in self.gradients()):
            return False
        if forward.inputs and all(
            isinstance(each, Result) and each.path in _RANDOM_INPUT for each in forward.inputs
        ):
            return True
        return bool(forward.models) and all(
            isinstance(each, Instance)
            and (isinstance(each.made_by, int) or each.made_by.startswith("torch.nn."))
            for each in forward.models
        )

    def runs_models_later(self, ref: int) -> bool:
        """Whether what a function returns to be done later runs a model."""
        unit = self.unit(ref)
        for work in lazily_returned(unit.body):
            if isinstance(work, code.Lambda):
                if self.unit(work.function.ref).events.forwards:
                    return True
            elif any(
                work.ref in (*each.place.loops, each.place.ref) for each in unit.events.forwards
            ):
                return True
        return False

    def runs_models_as_called(self, ref: int) -> bool:
        """Whether a unit runs a model in the gradient mode of whoever calls it."""
        return any(each.grad == Grad.INHERITED for each in self.unit(ref).events.forwards)

    def is_idly_decorated(self, unit: Unit) -> bool:
        """Whether a guard decorates a unit that it cannot guard: the one mistake to tell."""
        return unit.function is not None and unit.ref in self._idly_decorated

    @cached_property
    def _idly_decorated(self) -> set[int]:
        """What guards, and threads under them, are about in vain."""
        return {
            notice.about
            for owner in self.units
            for notice in owner.events.notices
            if notice.kind not in ("no_grad", "work for a thread")
        }

    def is_called_by_name_only(self, forward: Forward) -> bool:
        """``model.eval`` without parentheses in the unit: that is the one mistake to tell."""
        return any(
            notice.kind == "mode not called" and notice.text == f"{forward.model_text}.eval"
            for notice in self.unit(forward.place.unit).events.notices
        )

    def is_behind_idle_guard(self, forward: Forward) -> bool:
        """Whether a guard that was made but not entered stands before a forward in its unit."""
        return any(
            notice.kind in ("guard not entered", "guard in and", "guard not called")
            and notice.place.ref < forward.place.ref
            for notice in self.unit(forward.place.unit).events.notices
        )

    def is_thrown_away(self, forward: Forward) -> bool:
        """Whether nobody takes the result: a warm-up, lazy initialisation, a run for its hooks."""
        return forward.place.ref in self.unit(forward.place.unit).events.thrown_away

    def is_never_read(self, forward: Forward) -> bool:
        """Whether the result of a forward goes into a name that nobody reads."""
        kept = self.unit(forward.place.unit).events.kept_in_names
        return forward.place.ref in kept and not self.program.uses(forward.place.ref) & Use.READ

    def is_probe(self, forward: Forward) -> bool:
        """Whether only the shape of the result is asked for, or the input is a constant."""
        if forward.inputs and all(
            isinstance(each, Result) and each.path in _CONSTANT_INPUT for each in forward.inputs
        ):
            return True
        fate = self.fate(forward)
        return bool(fate & Use.SHAPE) and not fate & ~(Use.SHAPE | Use.READ)

    def may_be_no_model(self, forward: Forward) -> bool:
        """Whether a name alone makes a model of what may be a fixed filter, a table, a tokenizer.

        It is an object of a class in another file, or a parameter, and nobody asks for a number
        of what it gives. What is detached has a graph, but where a class may have frozen itself.
        """
        if not forward.by_name:
            return False
        if self.is_of_another_file(forward):
            return not self.fate(forward) & Use.CUT or any(
                isinstance(each, Result) and naming.is_class(each.path)
                for each in map(_whole, forward.models)
            )
        return not self.fate(forward) & Use.NUMBERS and all(
            isinstance(each, Parameter) for each in forward.models
        )

    def may_be_any_callable(self, forward: Forward) -> bool:
        """Whether only its name makes a model of a parameter with a default of None."""
        declared = [
            self.program.parameter(each.unit, each.name)
            for each in forward.models
            if isinstance(each, Parameter)
        ]
        none = code.Constant(None)
        return forward.by_name and any(each and each.default == none for each in declared)

    def is_of_another_file(self, forward: Forward) -> bool:
        """Whether what is run is made by code of another file, and only names make it a model."""
        made = {_whole(each) for each in forward.models}
        for each in list(made):
            if isinstance(each, Parameter):
                made |= self.program.arguments(each, each.unit).things
        return forward.by_name and any(isinstance(each, Result) for each in made)

    def may_guard_itself(self, forward: Forward) -> bool:
        """A method such as ``encode`` of an object of another file, which may hold a guard."""
        return forward.text not in (
            forward.model_text,
            f"{forward.model_text}.forward",
        ) and self.is_of_another_file(forward)

    def gives_its_own_kind(self, unit: Unit) -> bool:
        """A method that returns a new object of its class: the next state, as of a filter."""
        summary = self.program.summary(unit.ref, unit.ref)
        return (
            unit.owner is not None
            and summary is not None
            and any(
                isinstance(each, Instance) and each.made_by == unit.owner
                for each in summary.returns.things
            )
        )

    def is_handed_out(self, unit: Unit) -> bool:
        """Whether callers that cannot be seen take a unit's result."""
        if self.callers(unit.ref):
            return False
        is_private = unit.name.startswith("_") and not unit.name.endswith("__")
        return is_private or self.is_callback(unit) or self._may_be_called_by_base(unit)

    def is_run_by_others(self, unit: Unit) -> bool:
        """Whether a unit, or all that calls it, is run by callers that cannot be seen."""
        callers = {call.place.unit for call in self.callers(unit.ref)} or {unit.ref}
        return all(self.is_handed_out(self.unit(each)) for each in callers)

    def _may_be_called_by_base(self, unit: Unit) -> bool:
        """A method that nothing here calls, of a class whose base is in another file."""
        return unit.owner is not None and bool(self.program.unknown_bases(unit.owner))

    def is_callback(self, unit: Unit) -> bool:
        """Whether code that cannot be looked into may call a unit in a state of its own."""
        if self.callers(unit.ref):
            return False
        if unit.is_passed or unit.name == "<lambda>":
            return True
        parent = None if unit.parent is None else self.unit(unit.parent)
        if parent is None or parent.ref == MODULE:
            return False
        summary = self.program.summary(parent.ref, unit.ref)
        return summary is not None and LocalFunction(unit.ref) in summary.returns.things

    # -------------------------------------------------------------- module mode

    def mode(self, forward: Forward) -> Mode:
        """The mode of a forward's model, as far as this file tells; no flag where it does not."""
        return self._resolved(forward) & ~Mode.INHERITED

    def is_in_eval_mode(self, forward: Forward) -> bool:
        """Whether a forward's model is in eval mode, whoever calls its unit."""
        return self._resolved(forward) == Mode.EVAL

    def _resolved(self, forward: Forward) -> Mode:
        """The mode of a forward's model; ``INHERITED`` where some callers tell nothing."""
        mode = forward.mode & ~Mode.INHERITED
        for model in forward.models:
            mode |= self.at_entry(forward.mode, model, self.unit(forward.place.unit))
        return mode

    def at_entry(self, mode: Mode, model: Thing, unit: Unit) -> Mode:
        """A mode of a model in a unit, as its callers see it; ``INHERITED`` where nothing tells."""
        if not mode & Mode.INHERITED:
            return mode
        return mode & ~Mode.INHERITED | self._entry_mode(model, unit.ref, set())

    def _entry_mode(self, model: Thing, unit: int, seen: set[tuple[int, Thing]]) -> Mode:
        """The mode in which a model comes into a unit; ``INHERITED`` where nothing tells."""
        if (unit, model) in seen:
            return Mode(0)
        seen.add((unit, model))
        hook = self.hook(self.unit(unit))
        if hook is not None and hook.mode == "eval":
            return Mode.EVAL
        mode = Mode(0)
        calls = self._callers.get(unit, [])
        for call in calls:
            given = self.given(model, call)
            if not given:
                mode |= Mode.TRAIN | Mode.EVAL  # a library calls it, with what it was given
            for each in given:
                found = mode_in(call.modes, each)
                mode |= found & ~Mode.INHERITED
                if found & Mode.INHERITED:
                    mode |= self._entry_mode(each, call.place.unit, seen)
        if not mode & ~Mode.INHERITED and isinstance(model, Parameter) and model.unit != unit:
            mode |= self._entry_mode(model, model.unit, seen)  # as its constructor got it
        if not calls or not mode & ~Mode.INHERITED:
            mode |= self._ambient_mode(model, unit)
        return mode or Mode.INHERITED

    def exit_modes(self, unit: int) -> frozenset[tuple[Thing, Mode]]:
        """The modes in which a unit leaves models."""
        summary = self.program.summary(unit, unit)
        return frozenset() if summary is None else summary.exit_modes

    def given(self, model: Thing, call: CallSite) -> list[Thing]:
        """What a callee's model is at a call."""
        return _given(model, call)

    def name_of(self, model: Thing, call: CallSite) -> str:
        """The name at a call of a model that the callee leaves; ``model`` where it has none."""
        if isinstance(model, Member):
            return f"{self.name_of(model.owner, call)}.{model.name}"
        if isinstance(model, Self):
            return call.text.rpartition(".")[0] or "model"
        return model.name if isinstance(model, Parameter) else "model"

    def _ambient_mode(self, model: Thing, unit: int) -> Mode:
        """The mode that the module leaves a model in, and what sets it up without running it."""
        if model not in self._left_in:
            running = self._runners.get(_model_of(model), set())
            by = {
                each.ref: mode_in(each.events.exit_modes, model) & ~Mode.INHERITED
                for thing in lineage(model)
                for each in self._switching.get(thing, ())
                if each.ref not in running or _sets_up(each)
            }
            self._left_in[model] = by, Counter(by.values())
        by, times = self._left_in[model]
        mode = Mode(0)
        for each, count in times.items():
            if count > (by.get(unit) == each):  # another unit than this one leaves it so
                mode |= each
        return mode

    @cached_property
    def _switching(self) -> dict[Thing, list[Unit]]:
        """The units that leave a model in a mode, by the model."""
        switching: dict[Thing, list[Unit]] = {}
        for unit in self.units:
            for model in unit.events.exit_modes:
                switching.setdefault(model, []).append(unit)
        return switching


def _sets_up(unit: Unit) -> bool:
    """The module's own code, and constructors, set a model up whether they run it or not."""
    return unit.ref == MODULE or unit.name == "__init__"


def _given(model: Thing, call: CallSite) -> list[Thing]:
    """What a callee's thing is at a call."""
    if isinstance(model, Parameter):
        if model.unit != call.callee:
            return [model]
        value = call.arguments.get(model.name)
        return [] if value is None else list(value.things)
    if isinstance(model, Self):
        return [model if call.receiver is None else call.receiver]
    if isinstance(model, Member):
        return members(_given(model.owner, call), model.name)
    return [model]


def _without_underscore(model: Thing) -> Thing:
    """``self._model``, by the name of the property that gives it: ``self.model``."""
    return Member(model.owner, model.name.lstrip("_")) if isinstance(model, Member) else model


def _whole(model: Thing) -> Thing:
    """The model that a part belongs to."""
    while isinstance(model, Member):
        model = model.owner
    return model


def _model_of(part: Thing) -> Thing:
    """The model that a part belongs to, where the unit's own object may hold several models."""
    while isinstance(part, Member) and not isinstance(part.owner, Self):
        part = part.owner
    return part


def _asserts(body: code.Block) -> bool:
    for statement in body:
        if isinstance(statement, code.Assert) or _calls_assertion(statement):
            return True
        if isinstance(statement, (code.For, code.With, code.While, code.Try)):
            if _asserts(statement.body):
                return True
        if isinstance(statement, code.If) and any(_asserts(body) for _, body in statement.branches):
            return True
    return False


def _calls_assertion(statement: code.Statement) -> bool:
    """``torch.testing.assert_close(...)``, ``self.assertEqual(...)``."""
    if not isinstance(statement, code.Evaluate) or not isinstance(statement.value, code.Call):
        return False
    function = statement.value.function
    return isinstance(function, code.Attribute) and function.name.startswith("assert")


_HOOK_NAMES = frozenset(
    "validation_step test_step predict_step prediction_step eval_step evaluate_batch "
    "compute_forward compute_objectives compute_loss".split()
)
