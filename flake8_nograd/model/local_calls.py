"""Calls of units and classes of the same file."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from flake8_nograd.facts import code
from flake8_nograd.model.events import Arguments, CallSite, Forward
from flake8_nograd.model.program import Unit
from flake8_nograd.model.state import State, joined
from flake8_nograd.model.text import text_of
from flake8_nograd.model.values import (
    NOTHING,
    UNKNOWN,
    Beside,
    ContextManager,
    Grad,
    Instance,
    Literal,
    Member,
    Mode,
    Origin,
    Parameter,
    Self,
    Thing,
    Use,
    Value,
    join,
    members,
    ordered,
    thing,
)

if TYPE_CHECKING:
    from flake8_nograd.model.interpreter import Interpreter


class LocalCalls:
    """The calls of this file's own units within one run of a unit."""

    def __init__(self, run: Interpreter) -> None:
        self._run = run
        self._program = run.program
        self._frameworks = run.frameworks
        self._bound: dict[int, tuple[int, Thing | None, dict[str, Value]]] = {}

    def call_unit(
        self,
        ref: int,
        unit_ref: int,
        receiver: Thing | None,
        arguments: Arguments,
        text: str,
        quiet: bool = False,
    ) -> Value:
        """Call a unit of this file; ``quiet``: the caller records the forward itself."""
        run, program = self._run, self._program
        unit = program.units[unit_ref]
        bound = self._bind(unit, arguments)
        if unit.copies:
            return self._call_copies(ref, unit, receiver, arguments, text, quiet)
        for name, value in bound.items():
            program.add_value(("argument", unit_ref, name), Value(value.things))
            if program.is_frozen(Parameter(unit_ref, name), run.unit.ref):
                program.freeze(value.things)
        state = run.live
        run.events.calls.append(
            CallSite(run.place(ref), unit_ref, state.grad, dict(state.modes), bound, receiver, text)
        )
        self._bound[ref] = (unit_ref, receiver, bound)
        if unit.is_context_manager:
            return thing(ContextManager(unit_ref, ref))
        summary = program.summary(unit_ref, run.unit.ref)
        given = join(list(bound.values()))
        if summary is None:
            return Value(frozenset(), given.origins)
        for name, value in bound.items():
            use = program.uses(Parameter(unit_ref, name), run.unit.ref) & ~(
                Use.RETURNED | Use.YIELDED
            )
            if use:
                run.use(value, use)
        if summary.is_abstract:
            run.use(given, Use.PASSED)
        is_lazy = unit.function is not None and unit.function.is_generator
        if not is_lazy:
            self.apply_modes(ref, summary.exit_modes)
            if summary.exit_grad != Grad.INHERITED:
                state.grad = summary.exit_grad.within(state.grad)
                if summary.exit_grad & (Grad.OFF | Grad.INFERENCE):
                    state.grad |= Grad.LEFT
        return self._returned(ref, unit, summary.returns, text, quiet)

    def _call_copies(
        self,
        ref: int,
        unit: Unit,
        receiver: Thing | None,
        arguments: Arguments,
        text: str,
        quiet: bool,
    ) -> Value:
        """Call the copies of a unit that a call may reach by what it gives for their flag."""
        before = self._run.live
        ends: list[State | None] = []
        result = NOTHING
        for copy in unit.copies:
            if self._reaches(self._program.units[copy], self._bind(unit, arguments), arguments):
                self._run.state = before.copy()
                result |= self.call_unit(ref, copy, receiver, arguments, text, quiet)
                ends.append(self._run.state)
        self._run.state = joined(ends) or before
        return result

    def _reaches(self, copy: Unit, bound: dict[str, Value], arguments: Arguments) -> bool:
        """Whether a call may be one of a copy, as far as it shows what the flag is."""
        if copy.flag is None:  # among copies of copies one may have been met as a whole before
            return True
        known = copy.flag.known
        given = bound.get(copy.flag.parameter)
        if given is None:
            if any(argument.star for argument, _ in arguments):
                return True
            declared = self._program.parameter(copy.ref, copy.flag.parameter)
            default = None if declared is None else declared.default
            return not isinstance(default, code.Constant) or known.admits(default.value)
        constants = [each.value for each in given.things if isinstance(each, Literal)]
        if constants and len(constants) == len(given.things):
            return any(known.admits(each) for each in constants)
        return known.constant is not None or bool(constants)

    def _bind(self, unit: Unit, arguments: Arguments) -> dict[str, Value]:
        """Which argument goes to which parameter."""
        if unit.function is None:
            return {}
        parameters = unit.function.parameters[1 if unit.receives else 0 :]
        positional = [each.name for each in parameters if each.kind == "positional"]
        names = {each.name for each in parameters if each.kind in ("positional", "keyword")}
        rest = next((each.name for each in parameters if each.kind == "*"), None)
        keywords = next((each.name for each in parameters if each.kind == "**"), None)
        bound: dict[str, Value] = {}
        index = 0
        for argument, value in arguments:
            name: str | None
            if argument.star:
                continue
            if argument.keyword is not None:
                name = argument.keyword if argument.keyword in names else keywords
            else:
                name = positional[index] if index < len(positional) else rest
                index += 1
            if name is not None:
                bound[name] = bound.get(name, NOTHING) | value
        return bound

    def _returned(self, ref: int, unit: Unit, value: Value, text: str, quiet: bool) -> Value:
        """A unit's result as the caller sees it: parameters are arguments, forwards this call."""
        run, program = self._run, self._program
        _, receiver, bound = self._bound[ref]
        origins: set[Origin] = set()
        grads = UNKNOWN
        for origin in value.origins:
            if isinstance(origin, Parameter):
                if origin.unit != unit.ref:
                    origins.add(origin)
                elif origin.name in bound:
                    origins |= bound[origin.name].origins
            elif isinstance(origin, Beside):
                origins.add(origin)
            else:
                grads |= program.forwards.get(origin, Grad.INHERITED)
        attached = grads & (Grad.ON | Grad.INHERITED)
        if grads and not quiet:
            origins.add(ref)
            grad = grads.within(run.live.grad) if attached else grads
            program.forwards[ref] = grad
            if attached:
                run.events.forwards.append(
                    Forward(
                        place=run.place(ref),
                        text=text,
                        model_text=text,
                        models=frozenset() if receiver is None else frozenset([receiver]),
                        grad=grad,
                        mode=Mode.INHERITED if receiver is None else run.live.mode(receiver),
                        inputs=frozenset(),
                        inputs_made=UNKNOWN,
                        held_out=any(run.held_out),
                        by_name=False,
                        kind="through",
                        through=unit.ref,
                    )
                )
        things: set[Thing] = set()
        for each in value.things:
            things.update(self._seen_from_here(each, unit, receiver, bound))
        parts = tuple(self._returned(ref, unit, part, text, quiet=True) for part in value.parts)
        if ref in origins:
            parts = tuple(
                Value(part.things, part.origins | {ref}, part.made)
                if any(isinstance(each, int) for each in had.origins)
                else part
                for part, had in zip(parts, value.parts, strict=True)
            )
        return Value(frozenset(things), frozenset(origins), value.made.within(run.live.grad), parts)

    def _seen_from_here(
        self, each: Thing, unit: Unit, receiver: Thing | None, bound: dict[str, Value]
    ) -> Iterable[Thing]:
        if isinstance(each, Parameter):
            if each.unit == unit.ref:
                return bound[each.name].things if each.name in bound else ()
            if unit.owner is not None and receiver is not None:
                return self._program.arguments(each, self._run.unit.ref).things or (each,)
        if isinstance(each, Self) and receiver is not None and unit.owner is not None:
            return (receiver,)
        if isinstance(each, Member):
            owners = self._seen_from_here(each.owner, unit, receiver, bound)
            return members(owners, each.name)
        return (each,)

    def apply_modes(self, ref: int, modes: Iterable[tuple[Thing, Mode]]) -> None:
        """Switch models as the unit called at ``ref`` does."""
        if ref not in self._bound:
            return
        unit_ref, receiver, bound = self._bound[ref]
        unit = self._program.units[unit_ref]
        state = self._run.live
        for model, mode in sorted(modes, key=repr):
            for each in self._seen_from_here(model, unit, receiver, bound):
                after = mode
                if mode & Mode.INHERITED:
                    after = (mode & ~Mode.INHERITED) | state.mode(each)
                state.set_mode([each], after)

    def exit_grad(self, unit_ref: int) -> Grad:
        """The gradient mode that a unit leaves behind."""
        summary = self._program.summary(unit_ref, self._run.unit.ref)
        return Grad.INHERITED if summary is None else summary.exit_grad

    def read_property(self, units: Iterable[int], owner: Thing) -> Value:
        """Read a property of this file's class: its getter runs."""
        return join([self.call_unit(code.NO_REF, unit, owner, (), "property") for unit in units])

    def construct(self, fact: code.Call, class_ref: int, arguments: Arguments) -> Value:
        """Make an instance of a class of this file: its constructor runs."""
        program = self._program
        made = Instance(fact.ref, class_ref)
        is_module = program.is_module_class(class_ref)
        if is_module:
            self._run.live.set_mode([made], self._run.models.mode_of_wrapper(arguments))
            self._freeze_wrapper(made, class_ref, arguments)
        init = program.find_method(class_ref, "__init__")
        if init is not None:
            self.call_unit(fact.ref, init, made, arguments, text_of(fact.function))
            summary = program.summary(init, self._run.unit.ref)
            if is_module and summary is not None:
                if any(mode & Mode.EVAL for _, mode in summary.exit_modes):
                    self._run.live.set_mode([made], Mode.TRAIN | Mode.EVAL)
        else:
            self._fill_fields(class_ref, arguments)
        for path in program.external_bases(class_ref):
            guard = self._frameworks.guard(path)
            if guard is not None:
                return self._run.guards.make(guard, arguments, made)
        return thing(made)

    def _freeze_wrapper(self, made: Instance, class_ref: int, arguments: Arguments) -> None:
        """A module without layers of its own is as frozen as the model that it is built around."""
        given = [each for _, value in arguments for each in ordered(value.things)]
        reader = self._run.unit.ref
        if self._program.children(class_ref, reader):
            return
        if any(self._program.is_frozen(each, reader) for each in given):
            self._program.freeze([made])

    def _fill_fields(self, class_ref: int, arguments: Arguments) -> None:
        """A dataclass: its arguments become its fields."""
        names = self._program.classes[class_ref].fields
        for index, (argument, value) in enumerate(arguments):
            name = argument.keyword or (names[index] if index < len(names) else None)
            if name is not None and not argument.star:
                key = ("field", self._program.family(class_ref), name)
                self._program.add_value(key, value)

    def call_super(self, fact: code.Call, method: str, arguments: Arguments) -> Value:
        """``super().method(...)``: that of the next class of this file that has it."""
        owner = self._run.unit.owner
        if owner is not None:
            for each in self._program.ancestors(owner)[1:]:
                unit = self._program.classes[each].methods.get(method)
                if unit is not None:
                    text = text_of(fact.function)
                    return self.call_unit(fact.ref, unit, Self(owner), arguments, text)
        return Value(frozenset(), join([value for _, value in arguments]).origins)

    def call_function(self, fact: code.Call, unit: int, arguments: Arguments) -> Value:
        """Call a function of this file; a method called as a function has its receiver first."""
        text = text_of(fact.function)
        if self._program.units[unit].receives and arguments:
            (_, given), *rest = arguments
            receiver = next(iter(ordered(given.things)), None)
            return self.call_unit(fact.ref, unit, receiver, rest, text)
        return self.call_unit(fact.ref, unit, None, arguments, text)
