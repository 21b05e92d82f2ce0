"""What a call means: a guard, a forward, a backward, a mode switch, a unit of this file, or unknown."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from flake8_nograd.facts import code
from flake8_nograd.frameworks.schema import Effect, Guard, Returns
from flake8_nograd.model import naming
from flake8_nograd.model.events import CallSite, Forward, GradientUse, ModeSwitch
from flake8_nograd.model.program import Unit
from flake8_nograd.model.text import text_of
from flake8_nograd.model.values import (
    NOTHING,
    Builtin,
    ContextManager,
    External,
    Grad,
    Guarded,
    GuardObject,
    Instance,
    Literal,
    LocalClass,
    LocalFunction,
    Member,
    Method,
    Mode,
    Origin,
    Parameter,
    ParametersOf,
    Partial,
    Result,
    SavedGrad,
    Self,
    Thing,
    Use,
    Value,
    join,
    ordered,
    thing,
)

if TYPE_CHECKING:
    from flake8_nograd.model.interpreter import Interpreter

_GRAD_WORDS = {
    "off": Grad.OFF,
    "inference": Grad.INFERENCE,
    "on": Grad.ON,
    "unchanged": Grad.INHERITED,
}
_MODE_WORDS = {"train": Mode.TRAIN, "eval": Mode.EVAL, "unknown": Mode.TRAIN | Mode.EVAL}
_FILLS = frozenset("append extend insert add update put appendleft push store setdefault".split())
"""Methods of Python's containers, and of what imitates them, that keep their argument."""

_WEIGHTS = frozenset(("weights", "pretrained"))
"""Arguments with which a factory of models loads trained weights."""

Arguments = Sequence[tuple[code.Argument, Value]]


class Evidence(enum.IntEnum):
    """How sure it is that something is a model."""

    AGAINST = -1
    NONE = 0
    NAME = 1
    STRONG = 2


class Decoration(NamedTuple):
    """What its decorators make of a function."""

    grad: Grad
    is_static: bool
    is_class_method: bool
    is_property: bool
    is_context_manager: bool


class Calls:
    """The meaning of calls within one run of a unit."""

    def __init__(self, run: Interpreter) -> None:
        self._run = run
        self._program = run.program
        self._frameworks = run.frameworks
        self._bound: dict[int, tuple[int, Thing | None, dict[str, Value]]] = {}
        self._partials: dict[int, Arguments] = {}
        self.exits = False
        """The call just run ends the process."""

    # ------------------------------------------------------------------ dispatch

    def call(self, fact: code.Call) -> Value:
        """Run a call; what it gives."""
        run = self._run
        receiver = NOTHING
        if isinstance(fact.function, code.Attribute):
            if _is_super(fact.function.value):
                return self._super(fact, fact.function.name, self._arguments(fact))
            receiver = run.value(fact.function.value)
            callee = run.read_attribute(fact.function, receiver)
        else:
            callee = run.value(fact.function)
        arguments = self._arguments(fact)
        results, unknown = [], []
        for each in ordered(callee.things):
            result = self._known(fact, each, arguments)
            if result is None:
                unknown.append(each)
            else:
                results.append(result)
        if unknown or not results:
            results.append(self._open(fact, receiver, callee, unknown, arguments))
        return join(results)

    def _arguments(self, fact: code.Call) -> Arguments:
        return [(each, self._run.value(each.value)) for each in fact.arguments]

    def _known(self, fact: code.Call, callee: Thing, arguments: Arguments) -> Value | None:
        """Call something that this file or a framework row describes; None for anything else."""
        if isinstance(callee, External):
            return self._external(fact, self._frameworks.canonical(callee.path), arguments)
        if isinstance(callee, Builtin):
            return self._builtin(fact, callee.name, arguments)
        if isinstance(callee, LocalFunction):
            return self._call_function(fact, callee.unit, arguments)
        if isinstance(callee, Method):
            return self.call_unit(
                fact.ref, callee.unit, callee.receiver, arguments, text_of(fact.function)
            )
        if isinstance(callee, LocalClass):
            return self._construct(fact, callee.ref, arguments)
        if isinstance(callee, GuardObject):
            return self._guarded(join([value for _, value in arguments]).things, callee.grad)
        if isinstance(callee, Guarded):
            return self._in_grad(callee.grad, lambda: self._again(fact, callee.inner, arguments))
        if isinstance(callee, Partial):
            given = [*self._partials.get(callee.call, ()), *arguments]
            return self._again(fact, callee.inner, given)
        if isinstance(callee, Instance):
            return self._call_instance(fact, callee, arguments)
        if isinstance(callee, Parameter):
            return self._call_parameter(fact, callee, arguments)
        return None

    def _call_function(self, fact: code.Call, unit: int, arguments: Arguments) -> Value:
        """Call a function of this file; a method called as a function has its receiver first."""
        text = text_of(fact.function)
        if self._program.units[unit].receives and arguments:
            (_, given), *rest = arguments
            receiver = next(iter(ordered(given.things)), None)
            return self.call_unit(fact.ref, unit, receiver, rest, text)
        return self.call_unit(fact.ref, unit, None, arguments, text)

    def _again(self, fact: code.Call, callee: Thing, arguments: Arguments) -> Value:
        """Call what a wrapper of it was called for."""
        result = self._known(fact, callee, arguments)
        if result is None:
            result = self._open(fact, NOTHING, thing(callee), [callee], arguments)
        return result

    def _guarded(self, functions: Iterable[Thing], grad: Grad) -> Value:
        """Functions or models that run in ``grad`` from now on."""
        wrapped = list(functions)
        for each in wrapped:
            if isinstance(each, LocalFunction):
                self._program.units[each.unit].wrapped_in = grad
        return thing(*(Guarded(each, grad) for each in wrapped))

    def _in_grad(self, grad: Grad, action: object) -> Value:
        state = self._run.live
        before = state.grad
        if grad != Grad.INHERITED:
            state.grad = grad
        result: Value = action()  # type: ignore[operator]
        if self._run.state is not None:
            self._run.state.grad = before
        return result

    def _call_parameter(
        self, fact: code.Call, callee: Parameter, arguments: Arguments
    ) -> Value | None:
        """Call a parameter: the functions of this file that callers give for it."""
        run = self._run
        run.runs_parameters.add((callee, run.live.grad))
        given = self._program.arguments(callee, run.unit.ref)
        results = [
            self._again(fact, each, arguments)
            for each in ordered(given.things)
            if isinstance(each, (LocalFunction, Method, Guarded, Partial))
        ]
        return join(results) if results else None

    # --------------------------------------------------------- library functions

    def _external(self, fact: code.Call, path: str, arguments: Arguments) -> Value | None:
        frameworks = self._frameworks
        row = frameworks.call(path)
        if isinstance(row, Guard):
            return self._make_guard(row, arguments)
        if isinstance(row, Effect):
            return self._effect(fact, row, path, arguments)
        if isinstance(row, Returns):
            return self._returns(fact, row, path, arguments)
        if row is not None:
            return self._in_grad(
                _GRAD_WORDS.get(row.grad, Grad.INHERITED),
                lambda: self._run_functions(fact, arguments),
            )
        if self._program.is_used_as_model(External(path), self._run.unit.ref):
            return self.forward(fact, [External(path)], arguments, Evidence.STRONG)
        return self._unknown(fact, path, arguments)

    def _builtin(self, fact: code.Call, name: str, arguments: Arguments) -> Value | None:
        values = [value for _, value in arguments]
        if name == "getattr" and len(values) > 1:
            named = [each for each in values[1].things if isinstance(each, Literal)]
            if len(named) == 1 and isinstance(named[0].value, str):
                return self._run.attribute(values[0], named[0].value)
        row = self._frameworks.call(f"builtins.{name}")
        if isinstance(row, Effect):
            return self._effect(fact, row, f"builtins.{name}", arguments)
        everything = join([value.element() for value in values])
        if naming.is_model(name) and not everything.things:
            return None
        return Value(everything.things | {Result(fact.ref, name)}, everything.origins)

    def _make_guard(
        self, guard: Guard, arguments: Arguments, instance: Instance | None = None
    ) -> Value:
        grad = _GRAD_WORDS.get(guard.grad, Grad.INHERITED)
        if guard.grad == "argument":
            grad = self._chosen(guard, arguments)
        run = self._run
        if guard.immediate:
            run.live.grad = GuardObject(grad, guard.ends_inference).inside(run.live.grad)
            if grad == Grad.INHERITED:
                run.live.grad = grad
        functions = [
            each
            for _, value in arguments
            for each in value.things
            if isinstance(each, (LocalFunction, Method))
        ]
        if functions and not guard.immediate:
            return self._guarded(functions, grad)
        return thing(GuardObject(grad, guard.ends_inference, instance))

    def _chosen(self, guard: Guard, arguments: Arguments) -> Grad:
        """The mode that a guard's argument selects."""
        when_true, when_false = _GRAD_WORDS[guard.when_true], _GRAD_WORDS[guard.when_false]
        given = next(
            (value for each, value in arguments if each.keyword in (None, guard.parameter)), None
        )
        if given is None:
            return when_true
        chosen = Grad(0)
        for each in given.things:
            if isinstance(each, Literal) and isinstance(each.value, bool):
                chosen |= when_true if each.value else when_false
            elif isinstance(each, SavedGrad):
                chosen |= each.grad
            else:
                chosen |= when_true | when_false
        return chosen or when_true | when_false

    def _returns(
        self, fact: code.Call, row: Returns, path: str, arguments: Arguments
    ) -> Value | None:
        everything = join([value for _, value in arguments])
        if row.what == "argument":
            return arguments[0][1] if arguments else NOTHING
        if row.what == "layer" and not naming.is_class(path):
            return self._unknown(fact, path, arguments)
        if row.what == "other":
            return Value(frozenset([Instance(fact.ref, path)]), everything.origins)
        made = Instance(fact.ref, path)
        if row.what in ("model", "layer"):
            mode = _MODE_WORDS[row.mode] | self._mode_of_children(everything)
            self._run.live.set_mode([made], mode)
            if any(each.keyword in _WEIGHTS and _is_given(value) for each, value in arguments):
                self._program.loads = True
        return thing(made)

    def _mode_of_children(self, given: Value) -> Mode:
        """The modes of the models that a module is built from: they keep them."""
        mode = Mode(0)
        for each in given.things:
            known = self._run.live.modes.get(each, Mode(0))
            if known == Mode.TRAIN | Mode.EVAL:
                if not self._program.is_used_as_model(each, self._run.unit.ref):
                    continue  # `torch.load(...)`: most often no model but a dict of weights
            mode |= known
        return mode

    def _effect(
        self, fact: code.Call, row: Effect, path: str, arguments: Arguments
    ) -> Value | None:
        run = self._run
        everything = join([value for _, value in arguments])
        if row.does == "drop":
            return thing(Result(fact.ref, path))
        if row.does == "operation":
            return self._operation(arguments)
        if row.does == "save_mode":
            return thing(SavedGrad(run.live.grad))
        if row.does == "exit":
            self.exits = True
            return NOTHING
        if row.does in ("gradient", "backward_argument", "needs_gradient"):
            kind = {"gradient": "gradient", "backward_argument": "backward"}.get(row.does, "needed")
            loss = arguments[0][1] if arguments else NOTHING
            self._gradient(fact, kind, path, loss, row.scales)
            run.use(everything, Use.GRADIENT)
            self._run_functions(fact, arguments, Use.GRADIENT)
            return Value(frozenset(), everything.origins)
        if row.does == "export":
            return self._export(fact, arguments)
        if row.does == "calls":
            return self._calls(fact, path, arguments)
        return self._unknown(fact, path, arguments)

    def _export(self, fact: code.Call, arguments: Arguments) -> Value:
        """``torch.jit.trace(model, example)``: the model runs, and its mode is baked in."""
        if not arguments or any(each.keyword == "training" for each, _ in arguments):
            return NOTHING
        (argument, value), *_ = arguments
        text = text_of(argument.value)
        models = ordered(value.things)
        self.forward(fact, models, (), Evidence.STRONG, kind="export", model_text=text)
        return value

    def _calls(self, fact: code.Call, path: str, arguments: Arguments) -> Value:
        """``functools.partial(fn, ...)`` keeps the function, ``map(fn, items)`` runs it."""
        if not arguments:
            return NOTHING
        function, rest = arguments[0][1], arguments[1:]
        if path.endswith("partial"):
            self._partials[fact.ref] = rest
            kept = thing(*(Partial(each, fact.ref) for each in function.things))
            return kept | Value(frozenset(), join([value for _, value in rest]).origins)
        given = [(each, value.element()) for each, value in rest]
        return join([self._again(fact, each, given) for each in ordered(function.things)])

    def _run_functions(
        self, fact: code.Call, arguments: Arguments, use: Use = Use.NOWHERE
    ) -> Value:
        """A library runs the functions of this file that it is given."""
        results = []
        for _, value in arguments:
            for each in ordered(value.things):
                if isinstance(each, (LocalFunction, Method, Guarded, Partial)):
                    result = self._again(fact, each, ())
                    if use:
                        self._run.use(result, use)
                    results.append(result)
        return join(results)

    def _operation(self, arguments: Arguments) -> Value:
        """A tensor operation: the result carries every argument's graph."""
        everything = join([value for _, value in arguments])
        made = self._run.live.grad if everything.origins or everything.made else Grad(0)
        return Value(frozenset(), everything.origins, made)

    # ------------------------------------------------------- objects and methods

    def _call_instance(
        self, fact: code.Call, callee: Instance, arguments: Arguments
    ) -> Value | None:
        if isinstance(callee.made_by, int):
            if self._program.is_module_class(callee.made_by):
                return None
            unit = self._program.find_method(callee.made_by, "__call__")
            if unit is None:
                return None
            return self.call_unit(fact.ref, unit, callee, arguments, text_of(fact.function))
        row = self._frameworks.returns(callee.made_by)
        if row is not None and row.what == "loss":
            return self._operation(arguments)
        if row is not None and row.what == "attack":
            self._gradient(fact, "needed", text_of(fact.function), NOTHING, scales=False)
            return thing(Result(fact.ref, callee.made_by))
        return None

    def _construct(self, fact: code.Call, class_ref: int, arguments: Arguments) -> Value:
        program = self._program
        made = Instance(fact.ref, class_ref)
        is_module = program.is_module_class(class_ref)
        if is_module:
            given = join([value for _, value in arguments])
            self._run.live.set_mode([made], Mode.TRAIN | self._mode_of_children(given))
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
                return self._make_guard(guard, arguments, made)
        return thing(made)

    def _fill_fields(self, class_ref: int, arguments: Arguments) -> None:
        """A dataclass: its arguments become its fields."""
        names = self._program.classes[class_ref].fields
        for index, (argument, value) in enumerate(arguments):
            name = argument.keyword or (names[index] if index < len(names) else None)
            if name is not None and not argument.star:
                key = ("field", self._program.family(class_ref), name)
                self._program.add_value(key, value)

    def _super(self, fact: code.Call, method: str, arguments: Arguments) -> Value:
        """``super().method(...)``: the next class of this file that has it; else nothing is known."""
        owner = self._run.unit.owner
        if owner is not None:
            for each in self._program.ancestors(owner)[1:]:
                unit = self._program.classes[each].methods.get(method)
                if unit is not None:
                    text = text_of(fact.function)
                    return self.call_unit(fact.ref, unit, Self(owner), arguments, text)
        return Value(frozenset(), join([value for _, value in arguments]).origins)

    def _open(
        self,
        fact: code.Call,
        receiver: Value,
        callee: Value,
        unknown: list[Thing],
        arguments: Arguments,
    ) -> Value:
        """Call something that neither this file nor a framework row describes."""
        text = text_of(fact.function)
        if isinstance(fact.function, code.Attribute):
            result = self._method(fact, fact.function, receiver, arguments)
            if result is not None:
                return result
        if self._is_loss_function(text, unknown, arguments):
            return self._operation(arguments)
        evidence = self.evidence(unknown, text)
        if evidence > Evidence.NONE and (arguments or evidence == Evidence.STRONG):
            return self.forward(fact, unknown, arguments, evidence)
        return self._unknown(fact, text, arguments, receiver, callee)

    def _is_loss_function(
        self, text: str, callee: Sequence[Thing], arguments: Arguments
    ) -> bool:
        """``criterion(output, y)``: a module, often, but an operation and no model."""
        if not naming.is_loss(text) or self._takes_optimizer(arguments):
            return False
        return not any(
            isinstance(each, Member) and self._evidence_of(each.owner) == Evidence.STRONG
            for each in callee
        )

    def _takes_optimizer(self, arguments: Arguments) -> bool:
        return any(self.is_optimizer(value, text_of(each.value)) for each, value in arguments)

    def _unknown(
        self,
        fact: code.Call,
        path: str,
        arguments: Arguments,
        receiver: Value = NOTHING,
        callee: Value = NOTHING,
    ) -> Value:
        """A call that cannot be looked into: its result may carry every graph that went in."""
        run = self._run
        given = join([value for _, value in arguments])
        last = path.rpartition(".")[2]
        operates = naming.is_loss(path) or bool(receiver.origins)
        optimizes = naming.trains_its_argument(last) or self._takes_optimizer(arguments)
        fills = isinstance(fact.function, code.Attribute) and last in _FILLS and bool(arguments)
        if optimizes and given.origins:
            self._gradient(fact, "needed", path, given, scales=False)
        elif not operates and not (fills and not receiver.things):
            run.use(given, Use.PASSED)
        for each in given.things:
            if isinstance(each, LocalFunction):
                self._program.units[each.unit].is_passed = True
        if fills and isinstance(fact.function, code.Attribute):
            run.extend(fact.function.value, given)
        if naming.is_class(path) and not self._mode_of_children(given):
            run.live.set_mode([Result(fact.ref, path)], Mode.TRAIN)
        origins = given.origins | receiver.origins | callee.origins
        made = run.live.grad if operates and origins else Grad(0)
        return Value(frozenset([Result(fact.ref, path)]), origins, made)

    def _method(
        self, fact: code.Call, function: code.Attribute, receiver: Value, arguments: Arguments
    ) -> Value | None:
        """Call a method by what its name does on such a receiver; None where that is unknown."""
        text = text_of(function.value)
        things = ordered(receiver.things)
        evidence = self.evidence(things, text)
        for row in self._frameworks.methods(function.name):
            if self._applies(row, receiver, text, evidence):
                result = self._apply(row, fact, function, receiver, things, evidence, arguments)
                if result is not None:
                    return result
        if function.name in ("__enter__", "__exit__"):
            return self._enter_by_hand(function.name, things)
        return None

    def _applies(self, row: Effect, receiver: Value, text: str, evidence: Evidence) -> bool:
        if row.on == "model":
            if row.does in ("eval", "train"):
                return evidence == Evidence.STRONG or not naming.has_no_mode(text)
            if row.does in ("self", "parameters", "freeze"):
                return not any(isinstance(each, LocalClass) for each in receiver.things)
            return evidence > Evidence.NONE
        if row.on == "tensor":
            return evidence < Evidence.STRONG
        if row.on == "optimizer":
            return self.is_optimizer(receiver, text)
        if row.on == "scaler":
            return "scaler" in naming.words(text) or self._is(receiver, "scaler")
        if row.on == "named":
            return not set(row.named).isdisjoint(naming.words(naming.last_of(text)))
        if row.on == "stack":
            return any(self.is_exit_stack(each) for each in receiver.things)
        return True

    def _apply(
        self,
        row: Effect,
        fact: code.Call,
        function: code.Attribute,
        receiver: Value,
        things: list[Thing],
        evidence: Evidence,
        arguments: Arguments,
    ) -> Value | None:
        run = self._run
        text = text_of(function.value)
        given = join([value for _, value in arguments])
        if row.does == "detach":
            self.detached(receiver)
            self._program.detached[fact.ref] = receiver.origins
        if row.does in ("drop", "detach"):
            return thing(Result(fact.ref, function.name))
        if row.does == "self":
            return receiver
        if row.does == "operation":
            return self._operation(arguments)
        if row.does == "load":
            self._program.loads = True
        if row.does in ("read", "load"):
            return thing(Result(fact.ref, function.name))
        if row.does in ("eval", "train"):
            return self._switch_mode(row, fact, text, receiver, evidence, arguments)
        if row.does == "parameters":
            self._program.add_model(each for each in things if _may_be_model(each))
            return thing(*(ParametersOf(each) for each in things))
        if row.does == "freeze":
            return self._freeze(receiver, things, evidence, arguments)
        if row.does in ("forward", "generate"):
            if evidence <= Evidence.NONE and row.method != "forward":
                return None
            kind = "generate" if row.does == "generate" else "forward"
            evidence = max(evidence, Evidence.NAME)
            return self.forward(fact, things, arguments, evidence, kind=kind, model_text=text)
        if row.does == "backward":
            return self._backward(fact, function, receiver, arguments)
        if row.does == "backward_argument":
            loss = arguments[0][1] if arguments else NOTHING
            self._gradient(fact, "backward", text_of(function), loss, row.scales)
            run.use(given, Use.GRADIENT)
            return Value(frozenset(), given.origins)
        if row.does == "needs_gradient":
            self._gradient(fact, "needed", text_of(function), receiver, row.scales)
            return NOTHING
        if row.does == "step":
            self._gradient(fact, "step", text_of(function), NOTHING, scales=False)
            result = self._in_grad(Grad.ON, lambda: self._run_functions(fact, arguments))
            run.use(result, Use.GRADIENT)
            return NOTHING
        if row.does == "calls":
            return self._enter_on_stack(given)
        return None

    def _backward(
        self, fact: code.Call, function: code.Attribute, receiver: Value, arguments: Arguments
    ) -> Value | None:
        """``x.backward()`` of a tensor; of anything else that takes the loss as its argument."""
        run = self._run
        given = join([value for _, value in arguments])
        run.use(receiver, Use.GRADIENT)
        run.use(given, Use.GRADIENT)
        text = text_of(function)
        is_tensor = bool(receiver.origins or receiver.made) or naming.is_loss(text_of(function.value))
        if is_tensor or not arguments:
            self._gradient(fact, "backward", text, receiver, scales=False)
        else:
            unknown = Value(receiver.things, given.origins)
            self._gradient(fact, "backward", text, unknown, scales=False)
        return NOTHING

    def _gradient(
        self, fact: code.Call, kind: str, text: str, loss: Value, scales: bool
    ) -> None:
        run = self._run
        run.use(loss, Use.GRADIENT)
        entered, outer = run.entered[-1] if run.entered else (None, run.unit.initial)
        use = GradientUse(
            place=run.place(fact.ref),
            kind=kind,  # type: ignore[arg-type]
            text=text,
            grad=run.live.grad,
            made=loss.made,
            things=loss.things,
            origins=loss.origins,
            scales=scales,
            entered=entered,
            outer=outer,
        )
        run.events.gradients.append(use)

    def _switch_mode(
        self,
        row: Effect,
        fact: code.Call,
        text: str,
        receiver: Value,
        evidence: Evidence,
        arguments: Arguments,
    ) -> Value | None:
        run = self._run
        mode = Mode.EVAL if row.does == "eval" else Mode.TRAIN
        if row.does == "eval" and arguments:
            return None
        if row.does == "train" and arguments:
            chosen = _chosen_mode(arguments)
            if chosen is None or (evidence < Evidence.NAME and chosen == Mode.TRAIN | Mode.EVAL):
                return None
            mode = chosen
        models = [each for each in ordered(receiver.things) if _may_be_model(each)]
        if row.does == "eval" or arguments or evidence >= Evidence.NAME:
            self._program.add_model(models)
        run.live.set_mode(models, mode)
        run.events.switches.append(
            ModeSwitch(run.place(fact.ref), frozenset(models), mode, text)
        )
        return receiver

    def _freeze(
        self, receiver: Value, things: list[Thing], evidence: Evidence, arguments: Arguments
    ) -> Value:
        required = arguments[0][1] if arguments else thing(Literal(True))
        models = [each for each in things if evidence > Evidence.NONE and _may_be_model(each)]
        models += [each.model for each in things if isinstance(each, ParametersOf)]
        self._require_gradients(models, required)
        return receiver

    def _require_gradients(self, models: Iterable[Thing], required: Value) -> None:
        """Freeze or unfreeze; under an ``if`` in a loop over parameters only some are meant."""
        if Literal(True) in required.things:
            self._program.unfreeze(models)
        elif Literal(False) in required.things and not (self._run.loops and self._run.conditions):
            self._program.freeze(models)

    def attribute_assigned(self, target: code.Attribute, owner: Value, value: Value) -> None:
        """``p.requires_grad = False`` freezes; a fresh layer put into a model can be trained."""
        if target.name == "requires_grad":
            models = [each.model for each in owner.things if isinstance(each, ParametersOf)]
            self._require_gradients(models, value)
        elif any(self.is_module(each) for each in value.things):
            self._program.unfreeze(each for each in owner.things if not isinstance(each, Self))

    def is_module(self, each: Thing) -> bool:
        """An instance of a module's class, of this file or of a library."""
        if not isinstance(each, Instance):
            return False
        if isinstance(each.made_by, int):
            return self._program.is_module_class(each.made_by)
        row = self._frameworks.returns(each.made_by)
        return row is not None and row.what in ("model", "layer")

    def detached(self, value: Value) -> None:
        """A value's graph is cut off; not at once after the forward, it was computed for training."""
        at_once = {each.call for each in value.things if isinstance(each, Result)}
        self._program.add_use(value.origins - at_once, Use.TARGET)

    # ------------------------------------------------------------------ forwards

    def forward(
        self,
        fact: code.Call,
        models: Sequence[Thing],
        arguments: Arguments,
        evidence: Evidence,
        kind: str = "forward",
        model_text: str | None = None,
    ) -> Value:
        """A model is run; its result carries a new graph."""
        run = self._run
        given = join([value for _, value in arguments])
        grad = Grad.OFF if kind in ("generate", "export") else run.live.grad
        mode = Mode(0)
        for model in models:
            mode |= run.live.mode(model)
        for model in models:
            own = self._forward_unit(fact, model, arguments)
            if own is not None and own.is_off:
                grad = own
        for each in given.things:
            if isinstance(each, Result) and each.call in self._program.detached:
                self._program.add_use(self._program.detached[each.call], Use.TARGET)
        text = text_of(fact.function)
        inputs = [text_of(each.value, whole=True) for each, _ in arguments]
        run.events.forwards.append(
            Forward(
                place=run.place(fact.ref),
                text=text,
                model_text=model_text or text,
                models=frozenset(models),
                grad=grad,
                mode=mode or Mode.INHERITED,
                inputs=given.things,
                held_out=any(run.held_out) or any(naming.is_held_out(each) for each in inputs),
                by_name=evidence < Evidence.STRONG,
                kind=kind,  # type: ignore[arg-type]
            )
        )
        self._program.forwards[fact.ref] = grad
        return Value(
            frozenset([Result(fact.ref, text)]),
            given.origins | {fact.ref},
            grad if kind != "export" else Grad(0),
        )

    def _forward_unit(self, fact: code.Call, model: Thing, arguments: Arguments) -> Grad | None:
        """Run the ``forward`` of a class of this file; the mode in which it makes its result."""
        class_ref = self._program.class_of(model)
        if class_ref is None:
            return None
        unit = self._program.find_method(class_ref, "forward")
        if unit is None:
            return None
        self.call_unit(fact.ref, unit, model, arguments, text_of(fact.function), quiet=True)
        if self._program.units[unit].initial.is_off:
            return self._program.units[unit].initial
        summary = self._program.summary(unit, self._run.unit.ref)
        return None if summary is None or not summary.returns.made else summary.returns.made

    def evidence(self, things: Iterable[Thing], text: str) -> Evidence:
        """How sure it is that one of ``things``, written as ``text``, is a model."""
        best = Evidence.NONE
        against = False
        nameable = False
        for each in things:
            found = self._evidence_of(each)
            against = against or found == Evidence.AGAINST
            nameable = nameable or found == Evidence.NONE
            best = max(best, found)
        if best == Evidence.NONE and nameable and naming.is_model(text):
            return Evidence.NAME
        return Evidence.AGAINST if best == Evidence.NONE and against else best

    def _evidence_of(self, each: Thing, depth: int = 0) -> Evidence:
        program, reader = self._program, self._run.unit.ref
        class_ref = program.class_of(each)
        if class_ref is not None:
            return Evidence.STRONG if program.is_module_class(class_ref) else Evidence.AGAINST
        if isinstance(each, Instance):
            assert isinstance(each.made_by, str)
            row = self._frameworks.returns(each.made_by)
            is_model = row is not None and row.what in ("model", "layer")
            return Evidence.STRONG if is_model else Evidence.AGAINST
        if not isinstance(each, (Parameter, Member, Result, External, Builtin)):
            return Evidence.AGAINST
        if program.is_used_as_model(each, reader):
            return Evidence.STRONG
        if isinstance(each, Parameter) and depth < 4:
            given = program.arguments(each, reader).things
            if any(
                self._evidence_of(one, depth + 1) == Evidence.STRONG
                for one in given
                if one != each
            ):
                return Evidence.STRONG
            return Evidence.NONE
        if isinstance(each, Result) and naming.is_class(each.path):
            return Evidence.NAME if naming.is_model_class(each.path) else Evidence.AGAINST
        if isinstance(each, (External, Builtin)):
            return Evidence.AGAINST
        return Evidence.NONE

    def is_optimizer(self, value: Value, text: str) -> bool:
        """An optimizer, by its constructor, its class, or the usual names."""
        if self._is(value, "optimizer"):
            return True
        for each in value.things:
            class_ref = self._program.class_of(each)
            if class_ref is not None:
                return self._program.is_optimizer_class(class_ref)
            if isinstance(each, Instance):
                return False
            if each in self._program.optimizers:
                return True
        return naming.is_optimizer(text)

    def _is(self, value: Value, what: str) -> bool:
        for each in value.things:
            if isinstance(each, Instance) and isinstance(each.made_by, str):
                row = self._frameworks.returns(each.made_by)
                if row is not None and row.what == what:
                    return True
        return False

    # -------------------------------------------------------------------- guards

    def guard_of(self, each: GuardObject | External) -> Grad | None:
        """The mode that a context manager sets; None for an import that is no known guard."""
        if isinstance(each, GuardObject):
            return each.inside(self._run.live.grad)
        guard = self._frameworks.guard(self._frameworks.canonical(each.path))
        if guard is None:
            return Grad.ON | Grad.OFF if naming.may_be_guard(each.path) else None
        return self._default_grad(guard)

    def _default_grad(self, guard: Guard) -> Grad:
        word = guard.when_true if guard.grad == "argument" else guard.grad
        return _GRAD_WORDS[word]

    def is_exit_stack(self, each: Thing) -> bool:
        """A ``contextlib.ExitStack``."""
        return isinstance(each, Instance) and self._is(thing(each), "stack")

    def _enter_on_stack(self, given: Value) -> Value:
        for each in ordered(given.things):
            if isinstance(each, ContextManager):
                grad, _ = self._run.enter_context_manager(each)
                self._run.live.grad = grad.within(self._run.live.grad)
            if isinstance(each, GuardObject):
                self._run.live.grad = each.inside(self._run.live.grad)
        return given

    def _enter_by_hand(self, method: str, things: list[Thing]) -> Value | None:
        run = self._run
        guards = [each for each in things if isinstance(each, GuardObject)]
        if not guards:
            return None
        if method == "__exit__":
            run.live.grad = run.unit.initial
        for each in guards:
            if method == "__enter__":
                run.live.grad = each.inside(run.live.grad)
        return NOTHING

    def decoration(self, function: code.Function, decorators: Sequence[Value]) -> Decoration:
        """What ``decorators``, outermost first, make of a function."""
        grad = Grad.INHERITED
        names: set[str] = set()
        for value in decorators:
            for each in ordered(value.things):
                if isinstance(each, Builtin):
                    names.add(each.name)
                elif isinstance(each, External):
                    path = self._frameworks.canonical(each.path)
                    names.add(path)
                    guard = self._frameworks.guard(path)
                    if guard is not None:
                        grad = self._default_grad(guard)
                elif isinstance(each, (Member, Result)):
                    if naming.may_be_guard(getattr(each, "name", "") or getattr(each, "path", "")):
                        grad = Grad.ON | Grad.OFF
                else:
                    set_here = self._decorator_grad(each)
                    grad = grad if set_here == Grad.INHERITED else set_here
        is_context_manager = bool(
            names & {"contextlib.contextmanager", "contextlib.asynccontextmanager"}
        )
        if function.is_async or is_context_manager:
            grad = Grad.INHERITED
        return Decoration(
            grad=grad,
            is_static="staticmethod" in names,
            is_class_method="classmethod" in names,
            is_property=bool(names & {"property", "functools.cached_property"}),
            is_context_manager=is_context_manager,
        )

    def decorate(
        self, function: LocalFunction, owner: int | None, decorators: Sequence[Value]
    ) -> None:
        """Let the decorators of this file know what they decorate, and what ``self`` is in them."""
        for value in decorators:
            for each in value.things:
                if not isinstance(each, LocalFunction):
                    continue
                self._give_first(each.unit, function)
                summary = self._program.summary(each.unit, self._run.unit.ref)
                for inner in () if summary is None else summary.returns.things:
                    if isinstance(inner, LocalFunction) and owner is not None:
                        self._give_first(inner.unit, Self(owner))

    def _give_first(self, unit: int, argument: Thing) -> None:
        function = self._program.units[unit].function
        if function is not None and function.parameters:
            name = function.parameters[0].name
            self._program.add_value(("argument", unit, name), thing(argument))

    def _decorator_grad(self, decorator: Thing) -> Grad:
        """The gradient mode in which a decorator of this file runs what it decorates."""
        reader = self._run.unit.ref
        if isinstance(decorator, GuardObject):
            return decorator.grad
        if isinstance(decorator, ContextManager):
            summary = self._program.summary(decorator.unit, reader)
            return Grad.INHERITED if summary is None else summary.yields
        if not isinstance(decorator, LocalFunction):
            return Grad.INHERITED
        summary = self._program.summary(decorator.unit, reader)
        grad = Grad(0)
        for each in () if summary is None else summary.returns.things:
            if isinstance(each, Guarded):
                grad |= each.grad
            elif isinstance(each, LocalFunction):
                inner = self._program.summary(each.unit, reader)
                for parameter, mode in () if inner is None else inner.runs_parameters:
                    if parameter.unit == decorator.unit:
                        initial = self._program.units[each.unit].initial
                        grad |= initial if mode == Grad.INHERITED else mode
        return grad or Grad.INHERITED

    # ------------------------------------------------------- units of this file

    def call_unit(
        self,
        ref: int,
        unit_ref: int,
        receiver: Thing | None,
        arguments: Arguments,
        text: str,
        quiet: bool = False,
    ) -> Value:
        """Call a unit of this file; what it gives. ``quiet``: the caller records the forward itself."""
        run, program = self._run, self._program
        unit = program.units[unit_ref]
        bound = self._bind(unit, arguments)
        for name, value in bound.items():
            program.add_value(("argument", unit_ref, name), Value(value.things))
            if program.is_frozen(Parameter(unit_ref, name), run.unit.ref):
                program.freeze(value.things)
        state = run.live
        run.events.calls.append(
            CallSite(
                run.place(ref), unit_ref, state.grad, dict(state.modes), bound, receiver, text
            )
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
        is_lazy = unit.function is not None and unit.function.is_generator
        if not is_lazy:
            self.apply_modes(ref, summary.exit_modes)
            if summary.exit_grad != Grad.INHERITED:
                state.grad = summary.exit_grad.within(state.grad)
        return self._returned(ref, unit, summary.returns, text, quiet)

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
        """A unit's result, seen from the call: its parameters are the arguments, its forwards this call."""
        run, program = self._run, self._program
        _, receiver, bound = self._bound[ref]
        origins: set[Origin] = set()
        grads = Grad(0)
        for origin in value.origins:
            if isinstance(origin, Parameter):
                if origin.unit != unit.ref:
                    origins.add(origin)
                elif origin.name in bound:
                    origins |= bound[origin.name].origins
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
                        models=frozenset(),
                        grad=grad,
                        mode=Mode.INHERITED,
                        inputs=frozenset(),
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
        if origins and parts and not quiet:
            parts = tuple(
                Value(part.things, part.origins | ({ref} if had.origins else set()), part.made)
                for part, had in zip(parts, value.parts)
            )
        return Value(
            frozenset(things), frozenset(origins), value.made.within(run.live.grad), parts
        )

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
            return [Member(owner, each.name) for owner in owners]
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
        return join(
            [self.call_unit(code.NO_REF, unit, owner, (), "property") for unit in units]
        )


def _is_super(expression: code.Expression) -> bool:
    return isinstance(expression, code.Call) and expression.function == code.Name("super")


def _is_given(value: Value) -> bool:
    return not value.things & {Literal(None), Literal(False)}


def _may_be_model(each: Thing) -> bool:
    return isinstance(each, (Parameter, Member, Result, Instance, Self, External, Builtin))


def _chosen_mode(arguments: Arguments) -> Mode | None:
    """The mode that ``train(...)`` is given; None where the call is no mode switch."""
    if len(arguments) != 1 or arguments[0][0].keyword not in (None, "mode") or arguments[0][0].star:
        return None
    mode = Mode(0)
    for each in arguments[0][1].things:
        if isinstance(each, Literal) and isinstance(each.value, bool):
            mode |= Mode.TRAIN if each.value else Mode.EVAL
        elif isinstance(each, Literal):
            return None
        else:
            mode |= Mode.TRAIN | Mode.EVAL
    return mode or Mode.TRAIN | Mode.EVAL
