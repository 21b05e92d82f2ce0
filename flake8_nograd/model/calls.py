"""What a call means: a guard, a forward, a backward, a mode switch, a local unit, or unknown."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from flake8_nograd.facts import code
from flake8_nograd.frameworks.schema import Effect, Guard, Returns
from flake8_nograd.model import naming
from flake8_nograd.model.events import Arguments, GradientUse, NoticeKind
from flake8_nograd.model.guards import GRAD_WORDS
from flake8_nograd.model.models import MODE_WORDS, Evidence, may_be_model
from flake8_nograd.model.text import text_of
from flake8_nograd.model.values import (
    NOTHING,
    UNKNOWN,
    Beside,
    Builtin,
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

DROPS = {
    "drop": Use.NUMBERS,
    "detach": Use.NUMBERS,
    "cut": Use.NUMBERS,
    "read": Use.NUMBERS,
    "array": Use.ARRAY,
    "shape": Use.SHAPE,
}
"""What cuts the graph off, and what it asks of the value."""

_CONTEXT_MANAGERS = ("contextlib.contextmanager", "contextlib.asynccontextmanager")
_WEIGHTS = frozenset(("weights", "pretrained"))
"""Arguments with which a factory of models loads trained weights."""


class Calls:
    """The meaning of calls within one run of a unit."""

    def __init__(self, run: Interpreter) -> None:
        self._run = run
        self._program = run.program
        self._frameworks = run.frameworks
        self._partials: dict[int, Arguments] = {}
        self.exits = False
        """The call just run ends the process."""

    def call(self, fact: code.Call) -> Value:
        """Run a call; what it gives."""
        run = self._run
        receiver = NOTHING
        if isinstance(fact.function, code.Attribute):
            if _is_super(fact.function.value):
                return self._run.local.call_super(fact, fact.function.name, self._arguments(fact))
            receiver = self._receiver(fact.function)
            callee = run.read_attribute(fact.function, receiver)
            run.events.autocasts |= naming.is_autocast(fact.function.name)
        else:
            callee = run.value(fact.function)
            run.events.autocasts |= naming.is_autocast(text_of(fact.function))
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

    def _receiver(self, function: code.Attribute) -> Value:
        run, before = self._run, self._run.reads_numbers
        run.reads_numbers |= any(
            row.does in ("read", "array") for row in self._frameworks.methods(function.name)
        )
        receiver = run.value(function.value)
        run.reads_numbers = before
        return receiver

    def _arguments(self, fact: code.Call) -> Arguments:
        run, before = self._run, self._run.reads_numbers
        run.reads_numbers = False
        arguments = [(each, run.value(each.value)) for each in fact.arguments]
        run.reads_numbers = before
        return arguments

    def _known(self, fact: code.Call, callee: Thing, arguments: Arguments) -> Value | None:
        """Call something that this file or a framework row describes; None for anything else."""
        if isinstance(callee, External):
            return self._external(fact, self._frameworks.canonical(callee.path), arguments)
        if isinstance(callee, Builtin):
            return self._builtin(fact, callee.name, arguments)
        if isinstance(callee, LocalFunction):
            return self._run.local.call_function(fact, callee.unit, arguments)
        if isinstance(callee, Method):
            if self._runs_a_model(callee):
                return None
            return self._run.local.call_unit(
                fact.ref, callee.unit, callee.receiver, arguments, text_of(fact.function)
            )
        if isinstance(callee, LocalClass):
            return self._run.local.construct(fact, callee.ref, arguments)
        if isinstance(callee, GuardObject):
            return self._run.guards.wrap(
                join([value for _, value in arguments]).things, callee.grad
            )
        if isinstance(callee, Guarded):
            return self._in_grad(callee.grad, lambda: self._again(fact, callee.inner, arguments))
        if isinstance(callee, Partial):
            given = [*self._partials.get(callee.call, ()), *arguments]
            return self._again(fact, callee.inner, given)
        if isinstance(callee, (Instance, Self)):
            return self._call_instance(fact, callee, arguments)
        if isinstance(callee, Parameter):
            return self._call_parameter(fact, callee, arguments)
        return None

    def _runs_a_model(self, callee: Method) -> bool:
        """``model.forward``: the same as the model itself, where that is an instance made here."""
        class_ref = self._program.class_of(callee.receiver)
        return (
            isinstance(callee.receiver, Instance)
            and class_ref is not None
            and self._program.is_module_class(class_ref)
            and self._program.find_method(class_ref, "forward") == callee.unit
        )

    def _again(self, fact: code.Call, callee: Thing, arguments: Arguments) -> Value:
        """Call what a wrapper of it was called for."""
        result = self._known(fact, callee, arguments)
        if result is None:
            result = self._open(fact, NOTHING, thing(callee), [callee], arguments)
        return result

    def _in_grad(self, grad: Grad, action: Callable[[], Value]) -> Value:
        state = self._run.live
        before = state.grad
        if grad != Grad.INHERITED:
            state.grad = grad
        result = action()
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

    def _external(self, fact: code.Call, path: str, arguments: Arguments) -> Value | None:
        frameworks = self._frameworks
        row = frameworks.call(path)
        if isinstance(row, Guard):
            return self._run.guards.make(row, arguments)
        if isinstance(row, Effect):
            return self._effect(fact, row, path, arguments)
        if isinstance(row, Returns):
            return self._returns(fact, row, path, arguments)
        if path in _CONTEXT_MANAGERS and arguments:
            return self._run.guards.as_context_manager(arguments[0][1])
        if row is not None:
            return self._in_grad(
                GRAD_WORDS.get(row.grad, Grad.INHERITED),
                lambda: self._run_functions(fact, arguments),
            )
        if self._program.is_used_as_model(External(path), self._run.unit.ref):
            return self._run.models.forward(fact, [External(path)], arguments, Evidence.STRONG)
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
        origins = _counted(fact, name, everything.origins)
        return Value(everything.things | {Result(fact.ref, name)}, origins)

    def _returns(
        self, fact: code.Call, row: Returns, path: str, arguments: Arguments
    ) -> Value | None:
        everything = join([value for _, value in arguments])
        if row.what == "argument":
            self._notice_variable(fact, arguments)
            return arguments[0][1] if arguments else NOTHING
        if row.mode_dependent and not self._run.conditions:
            self._run.notice("layer built", text_of(fact.function), fact.ref)
        if row.what == "tuple":
            return self._tuple(fact, row, path, arguments)
        if row.what == "copy" and arguments:
            return self._run.models.copied(Result(fact.ref, path), arguments[0][1])
        if row.what == "layer" and not naming.is_class(path):
            return self._unknown(fact, path, arguments)
        if row.what == "other":
            return Value(frozenset([Instance(fact.ref, path)]), everything.origins)
        made = Instance(fact.ref, path)
        if row.what == "optimizer":
            self._program.optimized.update(
                each.model for each in everything.things if isinstance(each, ParametersOf)
            )
        if row.what in ("model", "layer"):
            self._run.use(everything, Use.ARRAY)  # modules, no tensors
            mode = MODE_WORDS[row.mode] | self._run.models.mode_of_children(everything)
            self._run.live.set_mode([made], mode)
            if any(each.keyword in _WEIGHTS and _is_given(value) for each, value in arguments):
                self._program.loads = True
            if any(_names_a_fixture(each) for each in everything.things):
                self._program.tests_models = True
        return thing(made)

    def _tuple(self, fact: code.Call, row: Returns, path: str, arguments: Arguments) -> Value:
        """A tuple whose elements have rows of their own."""
        parts = []
        for element in (f"{path}[{index}]" for index in range(row.length)):
            known = self._frameworks.returns(element)
            part = None if known is None else self._returns(fact, known, element, arguments)
            parts.append(part or NOTHING)
        whole = join(parts)
        return Value(whole.things, whole.origins, whole.made, tuple(parts))

    def _effect(
        self, fact: code.Call, row: Effect, path: str, arguments: Arguments
    ) -> Value | None:
        run = self._run
        everything = join([value for _, value in arguments])
        if row.does in DROPS:
            run.use(everything, DROPS[row.does])
            return thing(Result(fact.ref, path))
        if row.does == "operation":
            return self._operation(arguments)
        if row.does == "selection":
            return self._selection(fact, path, [value for _, value in arguments])
        if row.does in ("dropout", "attention_dropout"):
            if _ignores_mode(row, fact):
                of: NoticeKind = "dropout" if row.does == "dropout" else "attention dropout"
                self._run.notice(of, text_of(fact.function), fact.ref)
            return self._operation(arguments)
        if row.does == "save_mode":
            return thing(SavedGrad(run.live.grad))
        if row.does == "exit":
            self.exits = True
            return NOTHING
        if row.does in ("gradient", "backward_argument", "needs_gradient"):
            kind = {"gradient": "gradient", "backward_argument": "backward"}.get(row.does, "needed")
            loss = arguments[0][1] if arguments else NOTHING
            said = self._loss_text(arguments[0][0].value) if arguments else ""
            self._gradient(fact, kind, path, said, loss, row.scales)
            run.use(everything, Use.GRADIENT)
            self._run_functions(fact, arguments, Use.GRADIENT)
            return Value(frozenset(), everything.origins)
        if row.does == "export":
            return self._export(fact, arguments)
        if row.does == "calls":
            return self._calls(fact, arguments)
        if row.does == "partial":
            return self._keep(fact, arguments)
        if row.does == "thread":
            self._hand_to_thread(fact, arguments)
        return self._unknown(fact, path, arguments)

    def _hand_to_thread(self, fact: code.Call, arguments: Arguments) -> None:
        """Another thread runs what it is given: it has a gradient mode of its own."""
        run = self._run
        if not (run.live.grad.is_off and arguments):
            return
        chosen = next((each for each in arguments if each[0].keyword == "target"), arguments[0])
        guard = run.entered[-1][0] if run.entered else fact.ref
        for each in ordered(chosen[1].things):
            about = each.unit if isinstance(each, (LocalFunction, Method)) else code.NO_REF
            if about != code.NO_REF or run.models.evidence_of(each) == Evidence.STRONG:
                run.notice("work for a thread", text_of(fact.function), guard, about)

    def _notice_variable(self, fact: code.Call, arguments: Arguments) -> None:
        """``Variable(x, volatile=True)``, ``Variable(loss, requires_grad=True)``."""
        for argument, value in arguments:
            if Literal(True) not in value.things:
                continue
            if argument.keyword == "volatile":
                self._run.notice("volatile", text_of(fact.function), fact.ref)
            elif argument.keyword == "requires_grad":
                self._run.notice("required gradient", self._loss_text(arguments[0][0].value))

    def _export(self, fact: code.Call, arguments: Arguments) -> Value:
        """``torch.jit.trace(model, example)``: the model runs, and its mode is baked in."""
        if not arguments or any(each.keyword == "training" for each, _ in arguments):
            return NOTHING
        (argument, value), *_ = arguments
        text = text_of(argument.value)
        models = ordered(value.things)
        self._run.models.forward(fact, models, (), Evidence.STRONG, kind="export", model_text=text)
        return value

    def _calls(self, fact: code.Call, arguments: Arguments) -> Value:
        """``map(function, items)`` runs it."""
        if not arguments:
            return NOTHING
        given = [(each, value.element()) for each, value in arguments[1:]]
        return join([self._again(fact, each, given) for each in ordered(arguments[0][1].things)])

    def _keep(self, fact: code.Call, arguments: Arguments) -> Value:
        """``functools.partial(function, ...)`` keeps it for later."""
        if not arguments:
            return NOTHING
        function, rest = arguments[0][1], arguments[1:]
        self._partials[fact.ref] = rest
        kept = thing(*(Partial(each, fact.ref) for each in function.things))
        return kept | Value(frozenset(), join([value for _, value in rest]).origins)

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
        return self._run.operated([value for _, value in arguments])

    def _selection(self, fact: code.Call, path: str, operands: list[Value]) -> Value:
        """``torch.max(x, dim)``: values with their graph, and indices, which have none."""
        values = self._run.operated(operands)
        indices = thing(Result(fact.ref, path))
        return Value(values.things, values.origins, values.made, (values, indices))

    def _call_instance(
        self, fact: code.Call, callee: Instance | Self, arguments: Arguments
    ) -> Value | None:
        class_ref = self._program.class_of(callee)
        if class_ref is not None:
            if self._program.is_module_class(class_ref):
                return None
            method = self._run.attribute(thing(callee), "__call__")
            units = [each for each in ordered(method.things) if isinstance(each, Method)]
            results = [self._again(fact, each, arguments) for each in units]
            return join(results) if results else None
        assert isinstance(callee, Instance)
        assert isinstance(callee.made_by, str)
        row = self._frameworks.returns(callee.made_by)
        if row is not None and row.what == "loss":
            return self._operation(arguments)
        if row is not None and row.what == "attack":
            self._gradient(fact, "needed", text_of(fact.function), "", NOTHING, scales=False)
            return thing(Result(fact.ref, callee.made_by))
        return None

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
        evidence = self._run.models.evidence(unknown, text)
        if evidence == Evidence.NONE and any(
            self._program.is_switched(each, self._run.unit.ref) for each in unknown
        ):
            evidence = Evidence.NAME
        if evidence == Evidence.NAME and any(_is_class(value) for _, value in arguments):
            evidence = Evidence.NONE
        if evidence > Evidence.NONE and (arguments or evidence == Evidence.STRONG):
            return self._run.models.forward(fact, unknown, arguments, evidence)
        return self._unknown(fact, text, arguments, receiver, callee)

    def _is_loss_function(self, text: str, callee: Sequence[Thing], arguments: Arguments) -> bool:
        """``criterion(output, y)``: a module, often, but an operation and no model."""
        if not naming.is_loss(text) or self._takes_optimizer(arguments):
            return False
        return not any(
            isinstance(each, Member) and self._run.models.evidence_of(each.owner) == Evidence.STRONG
            for each in callee
        )

    def _takes_optimizer(self, arguments: Arguments) -> bool:
        return any(
            self._run.models.is_optimizer(value, text_of(each.value)) for each, value in arguments
        )

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
        if given.origins and not receiver.origins and naming.drops_graph(last):
            run.use(given, Use.NUMBERS)
            return thing(Result(fact.ref, path))
        operates = naming.is_loss(path) or bool(receiver.origins)
        fills = (
            isinstance(fact.function, code.Attribute) and last in naming.FILLS and bool(arguments)
        )
        if given.origins:
            if naming.trains_its_argument(last) or self._takes_optimizer(arguments):
                self._gradient(fact, "needed", path, "", given, scales=False)
            elif not operates and not (fills and not receiver.things):
                run.use(given, Use.PASSED)
        if naming.trains_itself(last) and self._is_surely_model(receiver):
            self._gradient(fact, "needed", path, "", NOTHING, scales=False)
        self._program.mark_passed(given.things)
        if fills and isinstance(fact.function, code.Attribute):
            appends = last in ("append", "extend")
            run.extend(fact.function.value, given, appends, is_container=appends)
        if arguments and any(row.does == "eval" for row in self._frameworks.methods(last)):
            held = [each for each in receiver.things if may_be_model(each)]
            run.live.set_mode(held, Mode.TRAIN | Mode.EVAL)  # by an own method of an own class
        result = Result(fact.ref, path)
        if any(_tells_no_training(*each) for each in arguments):
            run.live.set_mode([result], Mode.TRAIN | Mode.EVAL)
        elif naming.is_class(path) and not self._run.models.mode_of_children(given):
            run.live.set_mode([result], self._run.models.mode_of_wrapper(arguments))
        origins = given.origins | receiver.origins | callee.origins
        made = run.live.grad if operates and origins else UNKNOWN
        return Value(frozenset([result]), _counted(fact, last, origins), made)

    def _is_surely_model(self, value: Value) -> bool:
        return self._run.models.evidence(ordered(value.things), "") == Evidence.STRONG

    def _method(
        self, fact: code.Call, function: code.Attribute, receiver: Value, arguments: Arguments
    ) -> Value | None:
        """Call a method by what its name does on such a receiver; None where that is unknown."""
        text = text_of(function.value)
        things = ordered(receiver.things)
        evidence = self._run.models.evidence(things, text)
        for row in self._frameworks.methods(function.name):
            if self._applies(row, receiver, text, evidence):
                result = self._apply(row, fact, function, receiver, things, evidence, arguments)
                if result is not None:
                    return result
        if function.name in ("__enter__", "__exit__"):
            return self._run.guards.enter_by_hand(function.name, things)
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
            return self._run.models.is_optimizer(receiver, text)
        if row.on == "scaler":
            return naming.is_scaler(text) or self._run.models.is_made_as(receiver, "scaler")
        if row.on == "named":
            return not set(row.named).isdisjoint(naming.words(naming.last_of(text)))
        if row.on == "executor":
            return self._run.models.is_made_as(receiver, "executor")
        if row.on == "stack":
            return any(self._run.guards.is_exit_stack(each) for each in receiver.things)
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
        run.use(receiver, DROPS.get(row.does, Use.NOWHERE))
        if row.does in ("detach", "cut"):
            self._run.models.detached(receiver)
            self._program.detached[fact.ref] = receiver.origins
        if row.does == "cut":
            self._run.models.cut_off(things)
        if row.does in ("drop", "shape", "detach", "cut"):
            stays = row.does == "detach" and receiver.made == Grad.INFERENCE
            made = Grad.INFERENCE if stays else UNKNOWN
            return Value(frozenset([Result(fact.ref, function.name)]), made=made)
        if row.does == "self":
            return receiver
        if row.does == "operation":
            return self._operation(arguments)
        if row.does == "selection":
            if not receiver.origins and not receiver.made:
                return None
            return self._selection(fact, function.name, [receiver])
        if row.does == "load":
            self._program.loads = True
        if row.does == "text":
            run.use(given, Use.NO_TENSOR if given.made else Use.NUMBERS)
        if row.does in ("read", "load", "array", "text"):
            return thing(Result(fact.ref, function.name))
        if row.does in ("eval", "train"):
            return self._run.models.switch_mode(row, fact, text, receiver, evidence, arguments)
        if row.does == "parameters":
            self._program.add_model(each for each in things if may_be_model(each))
            return thing(*(ParametersOf(each) for each in things))
        if row.does == "freeze_model":
            models = [each for each in things if may_be_model(each)]
            self._program.freeze(models)
            run.live.set_mode(models, Mode.EVAL)
            return receiver
        if row.does == "arguments":
            parts = tuple(value for _, value in arguments)
            return parts[0] if len(parts) == 1 else Value(given.things, given.origins, parts=parts)
        if row.does == "thread":
            self._hand_to_thread(fact, arguments)
            return None
        if row.does == "freeze":
            return self._run.models.freeze(text, receiver, things, evidence, arguments)
        if row.does in ("forward", "generate"):
            if evidence <= Evidence.NONE and row.method != "forward":
                return None
            kind = "generate" if row.does == "generate" else "forward"
            evidence = max(evidence, Evidence.NAME)
            return self._run.models.forward(
                fact, things, arguments, evidence, kind=kind, model_text=text
            )
        if row.does == "backward":
            return self._backward(fact, function, receiver, arguments)
        if row.does == "backward_argument":
            loss = arguments[0][1] if arguments else NOTHING
            said = self._loss_text(arguments[0][0].value) if arguments else ""
            self._gradient(fact, "backward", text_of(function), said, loss, row.scales)
            run.use(given, Use.GRADIENT)
            return Value(frozenset(), given.origins)
        if row.does == "needs_gradient":
            self._gradient(fact, "needed", text_of(function), text, receiver, row.scales)
            return NOTHING
        if row.does == "step":
            self._gradient(fact, "step", text_of(function), "", NOTHING, scales=False)
            result = self._in_grad(Grad.ON, lambda: self._run_functions(fact, arguments))
            run.use(result | given, Use.GRADIENT)  # some wrappers' `step` takes the loss
            return NOTHING
        if row.does == "calls":
            return self._run.guards.enter_on_stack(given)
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
        is_tensor = bool(receiver.origins or receiver.made) or naming.is_loss(
            text_of(function.value)
        )
        loss = receiver
        if arguments and not is_tensor:
            loss = Value(receiver.things, given.origins)
        said = self._loss_text(function.value)
        self._gradient(fact, "backward", text, said, loss, scales=False)
        return NOTHING

    def _loss_text(self, expression: code.Expression) -> str:
        """The loss in ``scaler.scale(loss)``, ``loss / n``, ``loss.data``, ``loss.detach()``."""
        if isinstance(expression, code.Operation):
            return self._loss_text(expression.operands[0])
        if isinstance(expression, code.Attribute):
            row = self._frameworks.attribute(expression.name)
            if row is not None and row.does == "detach":
                return self._loss_text(expression.value)
        if isinstance(expression, code.Call) and isinstance(expression.function, code.Attribute):
            does = {row.does for row in self._frameworks.methods(expression.function.name)}
            if "operation" in does and len(expression.arguments) == 1:
                return self._loss_text(expression.arguments[0].value)
            if does & {"detach", "cut", "self"}:
                return self._loss_text(expression.function.value)
        return text_of(expression)

    def _gradient(
        self, fact: code.Call, kind: str, text: str, said: str, loss: Value, scales: bool
    ) -> None:
        run = self._run
        run.use(loss, Use.GRADIENT)
        entered, outer = run.entered[-1] if run.entered else (None, run.unit.initial)
        use = GradientUse(
            place=run.place(fact.ref),
            kind=kind,  # type: ignore[arg-type]
            text=text,
            loss=said,
            grad=run.live.grad,
            made=loss.made,
            things=loss.things,
            origins=loss.origins,
            scales=scales,
            entered=entered,
            outer=outer,
        )
        run.events.gradients.append(use)


def _is_super(expression: code.Expression) -> bool:
    return isinstance(expression, code.Call) and expression.function == code.Name("super")


def _names_a_fixture(given: Thing) -> bool:
    return (
        isinstance(given, Literal)
        and isinstance(given.value, str)
        and naming.is_fixture(given.value)
    )


def _counted(fact: code.Call, name: str, origins: frozenset[Origin]) -> frozenset[Origin]:
    """The origins of what an unknown call gives: a metric may be cut from its graph."""
    return origins | {Beside(fact.ref, 0)} if origins and naming.is_metric(name) else origins


def _is_class(value: Value) -> bool:
    """What no model is run on."""
    return any(
        isinstance(each, LocalClass) or (isinstance(each, External) and naming.is_class(each.path))
        for each in value.things
    )


def _tells_no_training(argument: code.Argument, value: Value) -> bool:
    """``train=False``, ``mode="eval"``, ``"test"``: what is made so may come in eval mode."""
    given = [each.value for each in value.things if isinstance(each, Literal)]
    keyword = argument.keyword or ""
    if any(isinstance(each, str) and each in naming.STRICT_EVALUATION for each in given):
        return True
    if naming.is_strict_evaluation(keyword):
        return True in given
    return False in given and naming.is_training_flag(keyword)


def _is_given(value: Value) -> bool:
    return not value.things & {Literal(None), Literal(False)}


def _ignores_mode(row: Effect, fact: code.Call) -> bool:
    """Whether a functional dropout is active in eval mode too."""
    by_name = {each.keyword: each.value for each in fact.arguments if each.keyword}
    by_place = [each.value for each in fact.arguments if not each.keyword and not each.star]
    if any(each.star for each in fact.arguments):
        return False
    if row.does == "attention_dropout":
        given = by_name.get("dropout_p", by_place[4] if len(by_place) > 4 else None)
        if isinstance(given, code.Constant):
            return given.value not in (0, None, ...)
        return isinstance(given, code.Attribute)
    if "training" in by_name or len(by_place) > 2:
        return False
    given = by_name.get("p", by_place[1] if len(by_place) > 1 else None)
    return not (isinstance(given, code.Constant) and given.value == 0)
