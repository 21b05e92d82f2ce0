"""Runs one unit's code over abstract values and records what happens in it.

Branches get copies of the state and are joined after; a loop's body is run again while what comes
back to its head changes; what calls mean stands in :mod:`flake8_nograd.model.calls`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from flake8_nograd.facts import code
from flake8_nograd.model import naming
from flake8_nograd.model.calls import DROPS, Calls
from flake8_nograd.model.events import (
    Accumulation,
    Events,
    LoopModes,
    Notice,
    NoticeKind,
    Place,
    Requirement,
    Summary,
)
from flake8_nograd.model.guards import Decoration, Guards
from flake8_nograd.model.local_calls import LocalCalls
from flake8_nograd.model.models import Models, may_be_model
from flake8_nograd.model.phases import Flag
from flake8_nograd.model.program import (
    MODULE,
    MODULE_CLASS,
    OPTIMIZER_CLASS,
    ClassInfo,
    Program,
    Unit,
)
from flake8_nograd.model.state import State, joined
from flake8_nograd.model.text import path_of, text_of
from flake8_nograd.model.values import (
    NOTHING,
    UNKNOWN,
    Beside,
    Builtin,
    ContextManager,
    External,
    Grad,
    GuardObject,
    Instance,
    Literal,
    LocalClass,
    LocalFunction,
    Member,
    Method,
    Mode,
    Parameter,
    Result,
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
    from collections.abc import Iterator

_CONVERSIONS = frozenset(
    f"torch.{name}" for name in ("Tensor", "FloatTensor", "tensor", "as_tensor", "from_numpy")
)
"""What makes a tensor of a value that is none."""

MOST_PASSES = 4
"""A unit's body is run at most so often until the heads of its loops are stable."""

_ACCUMULATED = -2
"""What accumulates at statement r is the origin ``_ACCUMULATED - r``, which no call has."""

_GRAPH = frozenset(
    "requires_grad requires_grad_ grad_fn is_grad_enabled is_leaf retain_grad".split()
)
"""What tells whether a graph is recorded, or asks for one."""

_CALLABLES = ("typing.Callable", "collections.abc.Callable")
_GUARD_TYPES = ("__enter__", "__exit__")


class Interpreter:
    """One run of one unit. :meth:`run` leaves the unit's events and summary in the program."""

    def __init__(self, program: Program, unit: Unit) -> None:
        self.program = program
        self.frameworks = program.frameworks
        self.unit = unit
        self.calls = Calls(self)
        self.guards = Guards(self)
        self.models = Models(self)
        self.local = LocalCalls(self)
        self.state: State | None = None
        self.events = Events()
        self.loops: list[int] = []
        self.held_out: list[bool] = []
        self.entered: list[tuple[int, Grad]] = []
        self.conditions = 0
        self.reads_numbers = False
        """What is computed is asked for its numbers at once: ``x.data`` in ``x.data.item()``."""
        self._heads: dict[int, State] = {}
        """What comes back to the heads of loops, by their refs."""
        self._is_stable = True
        """No loop was passed from a head at which it reads what comes back to it otherwise."""
        self._read_at_head: list[set[str]] = []
        """For each loop around: what it reads as it is at its head."""
        self._blocks = 0
        self._block = 0
        self._classes: list[ClassInfo] = []
        self._breaks: list[list[State]] = []
        self._continues: list[list[State]] = []
        self._loop_depths: list[int] = []
        self._returned = NOTHING
        self._exits: list[State] = []
        self._yields: list[State] = []
        self._globals: set[str] = set()
        self._statement = unit.ref
        self.runs_parameters: set[tuple[Parameter, Grad]] = set()

    # ------------------------------------------------------------------ the run

    def run(self) -> None:
        """Interpret the unit until its loops are stable, then publish what was found."""
        for _ in range(MOST_PASSES):
            self._pass()
            if self._is_stable:
                break
        self.unit.events = self.events
        end = joined(self._exits)
        self.events.exit_modes = {} if end is None else end.modes
        yielded = joined(self._yields)
        exit_grad = Grad.INHERITED
        if end is not None and self.unit.initial == Grad.INHERITED:
            exit_grad = end.grad
        summary = Summary(
            returns=self._returned,
            is_abstract=end is None and not self._heads,
            exit_grad=exit_grad,
            exit_modes=frozenset(() if end is None else end.modes.items()),
            yields=Grad.INHERITED if yielded is None else yielded.grad,
            yield_modes=frozenset(() if yielded is None else yielded.modes.items()),
            runs_parameters=frozenset(self.runs_parameters),
        )
        self.program.set_summary(self.unit.ref, summary)

    def _pass(self) -> None:
        self.program.begin(self.unit.ref)
        self.events = Events()
        self.state = State(self.unit.initial)
        self._is_stable = True
        self._returned, self._exits, self._yields = NOTHING, [], []
        self._blocks = 0
        self.runs_parameters = set()
        if self.unit.function is not None:
            self._bind_parameters(self.unit.function)
        self.block(self.unit.body)
        if self.state is not None:
            self._exits.append(self.state)

    def _bind_parameters(self, function: code.Function) -> None:
        assert self.state is not None
        for index, parameter in enumerate(function.parameters):
            if index == 0 and self.unit.receives and self.unit.owner is not None:
                own_class = self.unit.owner
                is_class = self.unit.receives_class
                instance = thing(LocalClass(own_class) if is_class else Self(own_class))
                self.state.names[parameter.name] = instance
                self._publish(parameter.name, instance)
                continue
            own = Parameter(self.unit.ref, parameter.name)
            value = Value(frozenset([own]), frozenset([own]))
            self.state.names[parameter.name] = value
            self._publish(parameter.name, value)

    @property
    def live(self) -> State:
        """The state at a point that is reached."""
        assert self.state is not None
        return self.state

    def place(self, ref: int) -> Place:
        """Where something happens that happens now."""
        return Place(self.unit.ref, ref, tuple(self.loops), self._block, self.conditions > 0)

    def notice(
        self, kind: NoticeKind, text: str, ref: int | None = None, about: int = code.NO_REF
    ) -> None:
        """A spelling that means something other than it seems, at ``ref`` or this statement."""
        place = self.place(self._statement if ref is None else ref)
        self.events.notices.append(Notice(place, kind, text, about))

    def require(self, models: Iterable[Thing], is_required: bool) -> None:
        """Models are frozen or unfrozen by this statement."""
        self.events.requirements += (
            Requirement(self._statement, each, is_required) for each in models
        )

    def use(self, value: Value, use: Use) -> None:
        """``value`` goes where ``use`` says."""
        if value.origins:
            self.program.add_use(value.origins, use)

    # --------------------------------------------------------------- statements

    def block(self, statements: code.Block) -> None:
        """Run a suite of statements, as far as it is reached."""
        outer = self._block
        self._blocks += 1
        self._block = self._blocks
        for statement in statements:
            if self.state is None:
                break
            self.program.deadline.check()
            self._statement = getattr(statement, "ref", self._statement)
            _STATEMENTS[type(statement)](self, statement)
        self._block = outer

    def _branch(self, state: State | None, statements: code.Block) -> State | None:
        """Run a suite from ``state``; what holds at its end."""
        self.state = state
        if state is not None:
            self.block(statements)
        return self.state

    def _evaluate(self, statement: code.Evaluate) -> None:
        if isinstance(statement.value, code.Call):
            self.events.thrown_away.add(statement.value.ref)
        value = self.value(statement.value)
        self._without_effect(statement, value)
        if self.calls.exits:
            self.calls.exits = False
            self.state = None

    def _without_effect(self, statement: code.Evaluate, value: Value) -> None:
        """Notice what does nothing as a statement: a guard, a method that is not called."""
        guards = [each for each in value.things if self.guards.is_guard(each)]
        if guards and len(guards) == len(value.things) and self._names_guard(statement.value):
            if not any(isinstance(each, GuardObject) and each.before for each in guards):
                self.notice("guard not entered", text_of(statement.value))
            self._notice_switch(value, statement.value)
        elif isinstance(statement.value, code.Attribute):
            receiver = self.value(statement.value.value)
            if self.models.is_mode_method(statement.value, receiver):
                self.notice("mode not called", text_of(statement.value))

    def _names_guard(self, made: code.Expression) -> bool:
        """Whether an expression names a guard, or calls what does."""
        named = made.function if isinstance(made, code.Call) else made
        return any(self.guards.is_guard(each) for each in self.value(named).things)

    def _notice_switch(self, value: Value, made: code.Expression) -> None:
        """Notice ``set_grad_enabled(False)`` as a statement, or kept in a name: it acts at once."""
        if isinstance(made, code.Call) and value.things:
            if all(
                isinstance(each, GuardObject) and each.before and each.grad == Grad.OFF
                for each in value.things
            ):
                self.notice("gradients switched off", text_of(made))

    def _assign(self, statement: code.Assign) -> None:
        annotation = NOTHING
        if statement.annotation is not None:
            annotation = self.value(statement.annotation)
        if self._classes and statement.annotation is not None:
            self._declare(statement.targets[0])
        if statement.value is None:
            return
        targets = [each for each in statement.targets if isinstance(each, code.Name)]
        if isinstance(statement.value, code.Call) and len(targets) == len(statement.targets):
            blank = all(target.id.strip("_") == "" for target in targets)
            kept = self.events.thrown_away if blank else self.events.kept_in_names
            kept.add(statement.value.ref)
        value = self.value(statement.value)
        self._notice_switch(value, statement.value)
        if self._is_annotated(annotation, MODULE_CLASS):
            self.program.add_model(value.things)
        for target in statement.targets:
            self.assign(target, self._added_to_itself(statement, target, value))

    def _added_to_itself(
        self, statement: code.Assign, target: code.Expression, value: Value
    ) -> Value:
        """``total = total + loss``: an accumulation too."""
        operation = statement.value
        path = path_of(target)
        if path is None or not isinstance(operation, code.Operation):
            return value
        if path not in [path_of(operand) for operand in operation.operands]:
            return value
        before = self.value(target)
        others = [each for each in operation.operands if path_of(each) != path]
        added = self.value_of_parts(others)
        return self.accumulated(path, statement.ref, value, added, before)

    def _declare(self, target: code.Expression) -> None:
        if isinstance(target, code.Name):
            owner = self._classes[-1]
            if target.id not in owner.fields:
                owner.fields = (*owner.fields, target.id)

    def _is_annotated(self, annotation: Value, path: str) -> bool:
        """Whether an annotation names the library's class at ``path`` or a subclass of it."""
        for each in annotation.things:
            if isinstance(each, External):
                if path in self.frameworks.ancestors(self.frameworks.canonical(each.path)):
                    return True
            elif isinstance(each, LocalClass) and each.ref in self.program.classes:
                if path in self.program.external_bases(each.ref):
                    return True
        return False

    def assign(self, target: code.Expression, value: Value) -> None:
        """Bind ``value`` to a target."""
        if isinstance(target, code.Name):
            self.live.bind(target.id, value)
            self._publish(target.id, value)
            if self._classes:
                key = ("field", self.program.family(self._classes[-1].ref), target.id)
                self.program.add_value(key, value)
        elif isinstance(target, code.Attribute):
            self._assign_attribute(target, value)
        elif isinstance(target, code.Subscript):
            self.value_of_parts(target.indices)
            self.extend(target.value, value)
        elif isinstance(target, code.Starred):
            self.assign(target.value, value.element())
        elif isinstance(target, code.Collection):
            for index, element in enumerate(target.elements):
                part = _part(value, index, len(target.elements), self._statement)
                self.assign(element, part)

    def _publish(self, name: str, value: Value) -> None:
        """Let nested units, and for the module all units, see what a name was bound to."""
        unit = MODULE if name in self._globals else self.unit.ref
        self.program.add_value(("name", unit, name), value)

    def _assign_attribute(self, target: code.Attribute, value: Value) -> None:
        owner = self.value(target.value)
        self.models.attribute_assigned(target, owner, value)
        path = path_of(target)
        if path is not None:
            self.live.bind(path, value)
        self._store(owner, target.name, value)
        self.use(value, Use.STORED)

    def _store(self, owner: Value, name: str, value: Value) -> None:
        for each in owner.things:
            class_ref = self.program.class_of(each)
            if class_ref is None:
                self.program.mark_passed(value.things)
            if class_ref is not None:
                key: tuple[object, ...] = ("field", self.program.family(class_ref), name)
            else:
                key = ("field", each, name)
            self.program.add_value(key, value)

    def extend(
        self,
        container: code.Expression,
        value: Value,
        appends: bool = False,
        is_container: bool = True,
    ) -> None:
        """``container[...] = value``, ``container.append(value)``: it now holds ``value`` too.

        What is no container for certain, as a metric that is updated, may only take its numbers.
        """
        before = self.value(container)
        held = Value(value.things, value.origins, value.made)
        if appends:
            held = self.accumulated(text_of(container), self._statement, held, value, before)
        base = container
        while isinstance(base, code.Subscript):
            base = base.value
        if isinstance(base, code.Name):
            local = base.id in self.live.names and base.id not in self._globals
            self.live.bind(base.id, before | held)
            self._publish(base.id, before | held)
            if not local or any(isinstance(each, Parameter) for each in before.things):
                self.use(value, Use.STORED)
            if is_container and self._is_of_caller(base.id, local):
                self.use(value, Use.HANDED)
        elif isinstance(base, code.Attribute):
            owner = self.value(base.value)
            path = path_of(base)
            if path is not None and path in self.live.names:
                self.live.bind(path, before | held)
            self._store(owner, base.name, held)
            self.use(value, Use.STORED)

    def _is_of_caller(self, name: str, local: bool) -> bool:
        """Whether a container is a parameter of the unit, or of a function around it."""
        if self.program.parameter(self.unit.ref, name) is not None:
            return True
        if local or name in self._globals or self.unit.parent in (None, MODULE):
            return False
        return self.program.value(("name", MODULE, name), self.unit.ref) == NOTHING

    def _augmented_assign(self, statement: code.AugmentedAssign) -> None:
        added = self.value(statement.value)
        before = self.value(statement.target)
        made = self.live.grad if before.origins or added.origins else UNKNOWN
        value = Value(before.things | added.things, before.origins | added.origins, made)
        text = text_of(statement.target)
        self.assign(statement.target, self.accumulated(text, statement.ref, value, added, before))

    def accumulated(self, text: str, ref: int, value: Value, added: Value, before: Value) -> Value:
        """``value``: what was ``before``, to which ``added`` was just added inside a loop."""
        if not self.loops or not added.origins:
            return value
        origin = _ACCUMULATED - ref
        self.events.accumulations.append(
            Accumulation(
                self.place(ref),
                text,
                origin,
                added.origins,
                self.live.grad,
                is_known=bool(added.made & (Grad.ON | Grad.INHERITED)),
                carried=origin in before.origins,
            )
        )
        return Value(value.things, value.origins | {origin}, value.made)

    def _return(self, statement: code.Return) -> None:
        if statement.value is not None:
            value = self.value(statement.value)
            self.use(value, Use.RETURNED)
            self._returned |= value
        self._leave()

    def _leave(self) -> None:
        """The unit is left here: the guards around are undone."""
        end = self.live
        if self.entered:
            end = State(self.entered[0][1], end.names, end.modes, end.paths)
        self._exits.append(end)
        self.state = None

    def _comment(self, statement: code.Comment) -> None:
        self.events.comments.append(statement.text)

    def _raise(self, statement: code.Raise) -> None:
        if statement.value is not None:
            self.value(statement.value)
        self.state = None

    def _assert(self, statement: code.Assert) -> None:
        self.value(statement.test)
        if statement.message is not None:
            self.value(statement.message)

    def _delete(self, statement: code.Delete) -> None:
        for target in statement.targets:
            self.value(target)

    def _import(self, statement: code.Import) -> None:
        if statement.path.partition(".")[0] in ("pytest", "unittest"):
            self.program.imports_tests = True
        if "torch" in statement.path:
            self.program.imports_torch = True
        if statement.name == "*":
            self.program.imports_torch = self.program.imports_stars = True
        else:
            self.assign(code.Name(statement.name), thing(External(statement.path)))

    def _scope(self, statement: code.Scope) -> None:
        if statement.is_global:
            self._globals.update(statement.names)

    def _jump(self, statement: code.Jump) -> None:
        targets = self._breaks if statement.breaks else self._continues
        if targets:
            depth = self._loop_depths[-1]
            if len(self.entered) > depth:
                self.live.grad = self.entered[depth][1]
            targets[-1].append(self.live)
        self.state = None

    def _if(self, statement: code.If) -> None:
        ends: list[State | None] = []
        depth = self.conditions
        for test, body in statement.branches:
            self.value(test)
            self._notice_conversion(test, body)
            before = self.live
            truth = _truth(test)
            self.conditions = depth if truth is True else depth + 1
            if truth is not False:
                ends.append(self._branch(before.copy(), body))
            if truth is True:
                self.state = None
                break
            self.state = before
        if self.state is not None:
            self.block(statement.orelse)
        self.conditions = depth
        self.state = joined([*ends, self.state])

    def _notice_conversion(self, test: code.Expression, body: code.Block) -> None:
        """``if not isinstance(x, torch.Tensor): x = torch.tensor(x)``: ``x`` may be no tensor."""
        asked = test.operand if isinstance(test, code.Not) else None
        if not isinstance(asked, code.Call) or not asked.arguments:
            return
        given = asked.arguments[0].value
        path = path_of(given)
        if path is not None and any(self._makes_tensor(each, path) for each in body):
            self.use(self.value(given), Use.NO_TENSOR)

    def _makes_tensor(self, statement: code.Statement, path: str) -> bool:
        """Whether a statement binds a tensor to ``path`` that it makes of a value."""
        return (
            isinstance(statement, code.Assign)
            and isinstance(statement.value, code.Call)
            and [path_of(each) for each in statement.targets] == [path]
            and any(
                isinstance(each, External) and self.frameworks.canonical(each.path) in _CONVERSIONS
                for each in self.value(statement.value.function).things
            )
        )

    def _for(self, statement: code.For) -> None:
        iterated = self.value(statement.iterable)
        held_out = naming.is_held_out(text_of(statement.iterable, whole=True))
        self._note_epochs(statement.ref, statement.target, statement.iterable)

        def begin() -> None:
            self.assign(statement.target, iterated.element())

        self._loop(statement.ref, begin, statement.body, statement.orelse, held_out, ends=True)

    def _phase(self, statement: code.Phase) -> None:
        self.assign(statement.target, self.value(statement.value))
        value = statement.value
        parts = value.elements if isinstance(value, code.Collection) else (value,)
        self.held_out.append(any(naming.is_held_out(text_of(part, whole=True)) for part in parts))
        self._continues.append([])
        self.block(statement.body)
        self.state = joined([self.state, *self._continues.pop()])
        self.held_out.pop()

    def _while(self, statement: code.While) -> None:
        endless = _truth(statement.test) is True
        if isinstance(statement.test, code.Comparison):
            self._note_epochs(statement.ref, *statement.test.operands)

        def begin() -> None:
            self.value(statement.test)

        self._loop(
            statement.ref, begin, statement.body, statement.orelse, held_out=False, ends=not endless
        )

    def _note_epochs(self, loop: int, *parts: code.Expression) -> None:
        if any(naming.is_epoch(text_of(part, whole=True)) for part in parts):
            self.events.epochs.add(loop)

    def _loop(
        self,
        ref: int,
        begin: Callable[[], None],
        body: code.Block,
        orelse: code.Block,
        held_out: bool,
        ends: bool,
    ) -> None:
        before = self.live
        head = joined([before, self._heads.get(ref)])
        assert head is not None
        self.state = head.copy()
        self.state.bound.clear()
        self._read_at_head.append(set())
        self._breaks.append([])
        self._continues.append([])
        self._loop_depths.append(len(self.entered))
        with self.inside_loop(ref, held_out):
            begin()
            tested = self.live.copy()
            conditions, self.conditions = self.conditions, 0
            self.block(body)
            self.conditions = conditions
        self._loop_depths.pop()
        back = joined([self.state, *self._continues.pop()])
        read = self._read_at_head.pop()
        if back is not None:
            self.events.loop_modes.append(LoopModes(ref, dict(before.modes), dict(back.modes)))
            known = self._heads.get(ref)
            self._heads[ref] = back if known is None else known.join(back)
            self._is_stable &= _is_same(head, head.join(back), read if ends else None)
        if self._read_at_head:
            self._read_at_head[-1] |= read - before.bound
        self.state = joined([tested, back]) if ends else None
        if self.state is not None:
            self.state.bound |= before.bound
            self.block(orelse)
        breaks = self._breaks.pop()
        for state in breaks:
            state.bound |= before.bound
        self.state = joined([self.state, *breaks])

    @contextmanager
    def inside_loop(self, ref: int, held_out: bool) -> Iterator[None]:
        """What happens inside the block happens in this loop or comprehension."""
        self.loops.append(ref)
        self.held_out.append(held_out)
        yield
        self.held_out.pop()
        self.loops.pop()

    def _with(self, statement: code.With) -> None:
        outer = self.live.grad
        depth = len(self.entered)
        leaving: list[Callable[[], None]] = []
        for item in statement.items:
            value = self.value(item.context)
            if isinstance(item.context, code.Boolean) and self._joins_guards(item.context):
                self.notice("guard in and", item.context.operator, statement.ref, item.ref)
            leave = self._enter(statement.ref, value, item, outer)
            if not outer.is_off and self.guards.is_no_grad(item.context):
                self.notice("no_grad", text_of(item.context), statement.ref, item.ref)
            if leave is not None:
                leaving.append(leave)
            if item.target is not None:
                self.assign(item.target, value)
        self.block(statement.body)
        guarded = len(self.entered) > depth
        del self.entered[depth:]
        if self.state is not None:
            if guarded:
                self.state.grad = outer
            for leave in reversed(leaving):
                leave()

    def _joins_guards(self, context: code.Boolean) -> bool:
        """``no_grad() and autocast()``; not the old ``test and no_grad() or nullcontext()``."""
        made = [each for each in context.operands if isinstance(each, code.Call)]
        return context.operands[0] in made and any(map(self._names_guard, made))

    def _enter(
        self, ref: int, value: Value, item: code.WithItem, outer: Grad
    ) -> Callable[[], None] | None:
        """Enter one ``with`` item; what its end does, where it does something."""
        context = item.context
        grad, leave, acts = UNKNOWN, None, False
        for each in value.things:
            found: Grad | None = Grad.INHERITED
            if self.guards.is_exit_stack(each):
                acts = True
            elif isinstance(each, (GuardObject, External)):
                found = self.guards.guard_of(each)
                if isinstance(each, GuardObject) and each.before:
                    outer = each.before
                self._notice_entry(ref, each, item)
                if isinstance(each, GuardObject) and each.instance is not None:
                    _, leave = self._enter_instance(each.instance, context)
            elif isinstance(each, ContextManager):
                found, leave = self.enter_context_manager(each)
            elif isinstance(each, Instance):
                found, leave = self._enter_instance(each, context)
            elif naming.may_be_guard(text_of(context)):
                found = Grad.ON | Grad.OFF
            if found is None:
                found = Grad.INHERITED
            grad |= self.live.grad if found == Grad.INHERITED else found
            acts = acts or found != Grad.INHERITED
        if leave is None and naming.may_switch_mode(text_of(context)):
            leave = self._enter_unknown_mode(context)
        if acts:
            self.entered.append((ref, outer))
            self.live.grad = grad
        return leave

    def _enter_unknown_mode(self, context: code.Expression) -> Callable[[], None] | None:
        """A context manager from elsewhere may switch the models that it gets, until its end."""
        if not isinstance(context, code.Call):
            return None
        given = [self.value(each.value) for each in context.arguments if path_of(each.value)]
        models = [each for value in given for each in ordered(value.things) if may_be_model(each)]
        before = [(each, self.live.mode(each)) for each in models]
        self.live.set_mode(models, Mode.TRAIN | Mode.EVAL)

        def leave() -> None:
            for each, mode in before:
                self.live.set_mode([each], mode)

        return leave

    def _notice_entry(self, ref: int, guard: GuardObject | External, item: code.WithItem) -> None:
        context = item.context
        if isinstance(guard, External):
            if self.guards.is_guard(guard) and not isinstance(context, code.Call):
                self.notice("guard not called", text_of(context), ref, item.ref)
        elif guard.grad == Grad.ON:
            if self.live.grad == Grad.INFERENCE and not guard.ends_inference:
                self.notice("enable in inference", text_of(context), ref, item.ref)
        elif guard.grad.is_off and (guard.before or self.live.grad).is_off:
            self.notice("guard in guard", text_of(context), ref, item.ref)

    def enter_context_manager(
        self, manager: ContextManager
    ) -> tuple[Grad, Callable[[], None] | None]:
        """Enter a context manager of this file: the gradient mode it sets, what its end does."""
        summary = self.program.summary(manager.unit, self.unit.ref)
        if summary is None:
            return Grad.INHERITED, None
        self.local.apply_modes(manager.call, summary.yield_modes)
        leave = None
        if summary.exit_modes:

            def leave() -> None:
                self.local.apply_modes(manager.call, summary.exit_modes)

        return summary.yields, leave

    def _enter_instance(
        self, instance: Instance, context: code.Expression
    ) -> tuple[Grad, Callable[[], None] | None]:
        if not isinstance(instance.made_by, int):
            return Grad.INHERITED, None
        enter, leave = (self.program.find_method(instance.made_by, name) for name in _GUARD_TYPES)
        grad = Grad.INHERITED
        if enter is not None:
            self.local.call_unit(instance.call, enter, instance, (), text_of(context))
            grad = self.local.exit_grad(enter)

        def at_end() -> None:
            if leave is not None:
                self.local.call_unit(instance.call, leave, instance, (), text_of(context))

        return grad, at_end

    def _try(self, statement: code.Try) -> None:
        before = self.live.copy()
        self.block(statement.body)
        after = self.state
        entry = joined([before, after])
        if after is not None:
            self.block(statement.orelse)
        ends = [self.state]
        for handler in statement.handlers:
            assert entry is not None
            self.state = entry.copy()
            if handler.types is not None:
                self.value(handler.types)
            if handler.name is not None:
                self.assign(code.Name(handler.name), NOTHING)
            self.conditions += 1
            self.block(handler.body)
            self.conditions -= 1
            ends.append(self.state)
        self.state = joined(ends)
        if not statement.final:
            return
        if self.state is not None:
            self.block(statement.final)
        else:
            # Every path leaves: what `finally` does still happens, to the exits just recorded.
            self.state = entry
            self.block(statement.final)
            if self.state is not None and self._exits:
                last = self._exits[-1]
                self._exits[-1] = State(last.grad, last.names, self.state.modes, last.paths)
            self.state = None

    def _match(self, statement: code.Match) -> None:
        subject = self.value(statement.subject)
        before = self.live
        ends: list[State | None] = []
        self.conditions += 1
        for case in statement.cases:
            self.state = before.copy()
            for name in case.captures:
                self.assign(code.Name(name), subject.element())
            if case.guard is not None:
                self.value(case.guard)
            self.block(case.body)
            ends.append(self.state)
        self.conditions -= 1
        self.state = joined(ends if statement.exhaustive else [*ends, before])

    # -------------------------------------------------------------- definitions

    def _function(self, statement: code.Function) -> None:
        unit = self.define(statement)
        value = thing(LocalFunction(unit.ref))
        if self._classes:
            self._classes[-1].methods.setdefault(statement.name, unit.ref)
            self._classes[-1].methods[statement.name] = unit.ref
            self.live.bind(statement.name, value)
        else:
            self.assign(code.Name(statement.name), value)

    def define(self, function: code.Function) -> Unit:
        """Register a function of this file where its definition is run."""
        grad_before = self.live.grad
        decorators = [self.value(each.value) for each in function.decorators]
        self.live.grad = grad_before
        for parameter in function.parameters:
            if parameter.default is not None:
                self.value(parameter.default)
        decoration = self.guards.decoration(function, decorators)
        for decorator in function.decorators:
            if self.guards.is_no_grad(decorator.value):
                text = text_of(decorator.value)
                self.notice("no_grad", text, decorator.ref, about=function.ref)
        copies = self.program.split(function)
        flag, only = copies[0]
        if flag is None:
            return self._add_unit(only, decoration, decorators)
        units = [self._add_unit(copy, decoration, decorators, flag) for flag, copy in copies]
        whole = self._add_unit(function._replace(body=()), decoration, decorators)
        whole.copies = tuple(each.ref for each in units)
        for each in units:
            each.copy_of = whole.ref
        return whole

    def _add_unit(
        self,
        function: code.Function,
        decoration: Decoration,
        decorators: list[Value],
        flag: Flag | None = None,
    ) -> Unit:
        for parameter in function.parameters:
            if parameter.annotation is not None:
                annotation = self.value(parameter.annotation)
                own = Parameter(function.ref, parameter.name)
                if self._is_annotated(annotation, MODULE_CLASS):
                    if not naming.holds_class(parameter.name):
                        self.program.add_model([own])
                elif any(self._is_annotated(annotation, path) for path in _CALLABLES):
                    self.program.plain_functions.add(own)
                elif self._is_annotated(annotation, OPTIMIZER_CLASS):
                    self.program.optimizers.add(own)
        owner = self._classes[-1] if self._classes else None
        prefix = "" if self.unit.ref == MODULE else f"{self.unit.qualname}."
        if owner is not None:
            prefix += f"{owner.name}."
        unit = Unit(
            ref=function.ref,
            name=function.name,
            qualname=prefix + function.name,
            function=function,
            body=function.body,
            parent=self.unit.ref,
            owner=None if owner is None else owner.ref,
            initial=decoration.grad,
            decorators=join(decorators),
            receives=owner is not None and not decoration.is_static,
            receives_class=decoration.is_class_method,
            is_property=decoration.is_property,
            is_overload=decoration.is_overload,
            is_context_manager=decoration.is_context_manager,
            flag=flag,
        )
        self.guards.decorate(LocalFunction(function.ref), unit.owner, decorators)
        return self.program.add_unit(unit)

    def _class(self, statement: code.Class) -> None:
        for decorator in statement.decorators:
            value = self.value(decorator.value)
            if any(self.guards.is_guard(each) for each in value.things):
                self.notice("guard on class", text_of(decorator.value), decorator.ref)
        bases = [self.value(base.value) for base in statement.bases if base.keyword is None]
        ordered = sorted((each for base in bases for each in base.things), key=repr)
        self._classes.append(self.program.add_class(statement.ref, statement.name, ordered))
        names, bound = dict(self.live.names), set(self.live.bound)
        self.block(statement.body)
        self._classes.pop()
        if self.state is not None:
            self.state.names, self.state.bound = names, bound
            self.assign(code.Name(statement.name), thing(LocalClass(statement.ref)))

    # -------------------------------------------------------------- expressions

    def value(self, expression: code.Expression) -> Value:
        """What an expression may be; running it happens now."""
        return _EXPRESSIONS[type(expression)](self, expression)

    def value_of_parts(self, parts: Iterable[code.Expression]) -> Value:
        """Run all ``parts``; any of them."""
        return join([self.value(part) for part in parts])

    def _name(self, expression: code.Name) -> Value:
        value = self.lookup(expression.id)
        self.use(value, Use.READ)
        return value

    def lookup(self, name: str) -> Value:
        """What a name stands for, through the units around this one."""
        if name not in self._globals:
            value = self._bound_to(name)
            if value is not None:
                return value
        unit: int | None = self.unit.ref if self.unit.ref == MODULE else self.unit.parent
        if name in self._globals:
            unit = MODULE
        while unit is not None:
            value = self.program.value(("name", unit, name), self.unit.ref)
            if value != NOTHING:
                return value
            unit = self.program.units[unit].parent
        if self.program.imports_stars:
            path = f"*.{name}"
            if self.frameworks.canonical(path) != path:
                return thing(External(path))
        return thing(Builtin(name))

    def _bound_to(self, path: str) -> Value | None:
        """What this unit has bound a name or a dotted path to; None where it has not."""
        state = self.live
        if self._read_at_head and path not in state.bound:
            self._read_at_head[-1].add(path)
        return state.names.get(path)

    def _attribute(self, expression: code.Attribute) -> Value:
        return self.read_attribute(expression, self.value(expression.value))

    def read_attribute(self, expression: code.Attribute, owner: Value) -> Value:
        """An attribute of ``owner``, which is the value of the expression before the dot."""
        if expression.name == "training":
            self.events.reads_mode = True
        if expression.name in _GRAPH:
            self.events.reads_graph = True
        path = path_of(expression) if self.live.paths else None
        value = None if path is None else self._bound_to(path)
        return self.attribute(owner, expression.name) if value is None else value

    def attribute(self, owner: Value, name: str) -> Value:
        """``owner.name``, read."""
        row = self.frameworks.attribute(name)
        if row is None and len(owner.things) == 1 and not (owner.origins or owner.made):
            (only,) = owner.things
            return self._attribute_of(only, name)
        things: set[Thing] = set()
        result = NOTHING
        for each in owner.things:
            found = self._attribute_of(each, name)
            result |= found
            things |= found.things
        does = "" if row is None else row.does
        if does == "pretrained":
            self.program.pretrained |= owner.origins
        if does == "detach":
            self.models.detached(owner)
        drops = does in ("drop", "shape", "detach")
        if drops:
            self.use(owner, DROPS[does])
        origins = frozenset() if drops else owner.origins | result.origins
        made = UNKNOWN if drops else owner.made | result.made
        return Value(frozenset(things), origins, made, result.parts)

    def _attribute_of(self, owner: Thing, name: str) -> Value:
        program = self.program
        if isinstance(owner, External):
            return thing(External(f"{owner.path}.{name}"))
        class_ref = owner.ref if isinstance(owner, LocalClass) else program.class_of(owner)
        if class_ref is not None:
            return self._member_of_class(owner, class_ref, name)
        stored = program.value(("field", owner, name), self.unit.ref)
        if isinstance(owner, Parameter):
            stored |= self._attribute_of_given(owner, name)
        if stored != NOTHING:
            return stored
        if isinstance(owner, (Parameter, Member, Result, Instance, Builtin)):
            wrapped = self._is_wrapped(owner, name)
            return thing(owner) if wrapped else thing(*members([owner], name))
        return NOTHING

    def _attribute_of_given(self, parameter: Parameter, name: str) -> Value:
        """An attribute of a parameter for which callers give instances of this file's classes."""
        found = NOTHING
        for each in self.program.arguments(parameter, self.unit.ref).things:
            class_ref = self.program.class_of(each)
            if class_ref is None:
                continue
            if not self.program.is_module_class(class_ref):
                found |= self._member_of_class(each, class_ref, name)
            elif self.program.find_method(class_ref, name) is not None:
                found |= self._member_of_class(parameter, class_ref, name)
        return found

    def _is_wrapped(self, owner: Thing, name: str) -> bool:
        """``wrapper.module``: the attribute is the wrapped model itself."""
        return self._names_wrapped(name) and (
            self.models.is_module(owner) or self.program.is_used_as_model(owner, self.unit.ref)
        )

    def _names_wrapped(self, name: str) -> bool:
        row = self.frameworks.attribute(name)
        return row is not None and row.does == "wrapped"

    def _member_of_class(self, owner: Thing, class_ref: int, name: str) -> Value:
        program = self.program
        method = program.find_method(class_ref, name)
        units = [] if method is None else [method]
        if isinstance(owner, Self):
            units += program.overrides(class_ref, name)
        if units:
            if any(program.units[unit].is_property for unit in units):
                return self.local.read_property(units, owner)
            return thing(*(Method(unit, owner) for unit in units))
        stored = program.value(("field", program.family(class_ref), name), self.unit.ref)
        if stored != NOTHING:
            return stored
        if self._names_wrapped(name) and self.program.is_module_class(class_ref):
            return thing(owner)
        return thing(*members([owner], name))

    def _constant(self, expression: code.Constant) -> Value:
        if expression.value is None or isinstance(expression.value, (bool, str)):
            return thing(Literal(expression.value))
        return NOTHING

    def _call(self, expression: code.Call) -> Value:
        return self.calls.call(expression)

    def _collection(self, expression: code.Collection) -> Value:
        parts = tuple(self.value(element) for element in expression.elements)
        held = join(tuple(part.element() for part in parts))
        starred = any(isinstance(each, code.Starred) for each in expression.elements)
        known = not starred and 0 < len(parts) <= 8
        return Value(held.things, held.origins, held.made, parts if known else ())

    def _mapping(self, expression: code.Mapping) -> Value:
        values = []
        for key, value in expression.items:
            if key is not None:
                self.value(key)
            values.append(self.value(value).element())
        return join(values)

    def _operation(self, expression: code.Operation) -> Value:
        operands = [self.value(each) for each in expression.operands]
        first = expression.operands[0]
        if isinstance(first, code.Formatted) or (
            isinstance(first, code.Constant) and isinstance(first.value, str)
        ):
            self.use(join(operands), Use.NUMBERS)
            return NOTHING  # `"%.3f" % loss` is text
        return self.operated(operands)

    def operated(self, operands: Sequence[Value]) -> Value:
        """A tensor computed from ``operands``; it has no graph where none of them has one."""
        everything = join(tuple(operands))
        made = self.live.grad if everything.origins or everything.made else UNKNOWN
        if everything.made.is_off and not any(self._may_carry_graph(each) for each in operands):
            made = Grad.OFF if not self.live.grad.is_off else made
        return Value(frozenset(), everything.origins, made)

    def _may_carry_graph(self, value: Value) -> bool:
        """Whether a value may have a graph: not if made under a guard, not if it is a number."""
        if value.made:
            return not value.made.is_off
        return any(
            not isinstance(each, Parameter) or not self._is_number(each) for each in value.origins
        )

    def _is_number(self, parameter: Parameter) -> bool:
        declared = self.program.parameter(parameter.unit, parameter.name)
        return (
            declared is not None
            and isinstance(declared.default, code.Constant)
            and isinstance(declared.default.value, (int, float))
        )

    def _comparison(self, expression: code.Comparison) -> Value:
        operands = self.value_of_parts(expression.operands)
        with_text = any(
            isinstance(each, Literal) and isinstance(each.value, str) for each in operands.things
        )
        self.use(operands, Use.ARRAY if with_text else Use.NUMBERS)
        return NOTHING

    def _boolean(self, expression: code.Boolean) -> Value:
        return self.value_of_parts(expression.operands)

    def _not(self, expression: code.Not) -> Value:
        self.value(expression.operand)
        return NOTHING

    def _conditional(self, expression: code.Conditional) -> Value:
        self.value(expression.test)
        before = self.live
        self.conditions += 1
        self.state = before.copy()
        first = self.value(expression.body)
        after_first = self.state
        self.state = before
        second = self.value(expression.orelse)
        self.conditions -= 1
        self.state = joined([after_first, self.state])
        return first | second

    def _subscript(self, expression: code.Subscript) -> Value:
        self.value_of_parts(expression.indices)
        value = self.value(expression.value)
        if any(naming.is_derivative(_key(each)) for each in expression.indices):
            self.use(value, Use.GRADIENT)  # the model took it, by `autograd.grad`
        if value.parts and len(expression.indices) == 1:
            index = expression.indices[0]
            if isinstance(index, code.Constant) and isinstance(index.value, int):
                if 0 <= index.value < len(value.parts):
                    return value.parts[index.value]
        picked = value.element()
        if picked.made == Grad.INFERENCE and not isinstance(expression.indices[0], code.Constant):
            return Value(picked.things, picked.origins)  # by a tensor of indices: a copy
        return picked

    def _starred(self, expression: code.Starred) -> Value:
        return self.value(expression.value).element()

    @property
    def _is_off_by_with(self) -> bool:
        return bool(self.entered) and self.live.grad.is_off and not self.unit.initial.is_off

    def _await(self, expression: code.Await) -> Value:
        if self._is_off_by_with:
            self.notice("await in guard", text_of(expression.value), expression.ref)
        return self.value(expression.value)

    def _yield(self, expression: code.Yield) -> Value:
        value = NOTHING if expression.value is None else self.value(expression.value)
        self.use(value, Use.YIELDED)
        if self._is_off_by_with:
            self.notice("yield in guard", self.unit.name, expression.ref)
        self._returned |= value
        self._yields.append(self.live.copy())
        return NOTHING

    def _named_expression(self, expression: code.NamedExpression) -> Value:
        value = self.value(expression.value)
        self.assign(expression.target, value)
        return value

    def _formatted(self, expression: code.Formatted) -> Value:
        self.use(self.value_of_parts(expression.parts), Use.NUMBERS)
        return NOTHING

    def _comprehension(self, expression: code.Comprehension) -> Value:
        names, bound = dict(self.live.names), set(self.live.bound)
        held_out = any(
            naming.is_held_out(text_of(clause.iterable, whole=True))
            for clause in expression.clauses
        )
        first = self.value(expression.clauses[0].iterable)
        with self.inside_loop(expression.ref, held_out):
            for index, clause in enumerate(expression.clauses):
                iterated = first if index == 0 else self.value(clause.iterable)
                self.assign(clause.target, iterated.element())
                self.value_of_parts(clause.conditions)
            value = self.value_of_parts(expression.elements)
        self.live.names, self.live.bound = names, bound
        return value.element()

    def _lambda(self, expression: code.Lambda) -> Value:
        classes, self._classes = self._classes, []
        unit = self.define(expression.function)
        self._classes = classes
        return thing(LocalFunction(unit.ref))


def _is_same(head: State, after: State, read: Iterable[str] | None) -> bool:
    """Whether a loop does the same from both heads, of which it reads some names, or all."""
    if (head.grad, head.modes) != (after.grad, after.modes):
        return False
    if read is None:
        return head.names == after.names
    return all(head.names.get(name) == after.names.get(name) for name in read)


def _part(value: Value, index: int, count: int, statement: int) -> Value:
    """The part of ``value`` that goes to target ``index`` of ``count`` of a statement."""
    if len(value.parts) == count:
        return value.parts[index]
    things = frozenset(
        Member(each, f"[{index}]") if isinstance(each, Result) else each for each in value.things
    )
    is_forward = any(
        isinstance(each, Result) and each.call in value.origins for each in value.things
    )
    if index == 0 or is_forward or not value.origins:
        return Value(things, value.origins, value.made)
    return Value(things, value.origins | {Beside(statement, index)}, value.made)


def _key(index: code.Expression) -> str:
    """The words of an index: those of a string, or of a name."""
    if isinstance(index, code.Constant):
        return index.value if isinstance(index.value, str) else ""
    return text_of(index)


def _truth(test: code.Expression) -> bool | None:
    """Whether a test is decided by the code alone."""
    if isinstance(test, code.Constant) and isinstance(test.value, (bool, int)):
        return bool(test.value)
    return None


_STATEMENTS: dict[type, Callable[[Interpreter, Any], None]] = {
    code.Comment: Interpreter._comment,
    code.Evaluate: Interpreter._evaluate,
    code.Assign: Interpreter._assign,
    code.AugmentedAssign: Interpreter._augmented_assign,
    code.Return: Interpreter._return,
    code.Raise: Interpreter._raise,
    code.Assert: Interpreter._assert,
    code.Delete: Interpreter._delete,
    code.Import: Interpreter._import,
    code.Scope: Interpreter._scope,
    code.Jump: Interpreter._jump,
    code.If: Interpreter._if,
    code.For: Interpreter._for,
    code.Phase: Interpreter._phase,
    code.While: Interpreter._while,
    code.With: Interpreter._with,
    code.Try: Interpreter._try,
    code.Match: Interpreter._match,
    code.Function: Interpreter._function,
    code.Class: Interpreter._class,
}

_EXPRESSIONS: dict[type, Callable[[Interpreter, Any], Value]] = {
    code.Name: Interpreter._name,
    code.Attribute: Interpreter._attribute,
    code.Constant: Interpreter._constant,
    code.Call: Interpreter._call,
    code.Collection: Interpreter._collection,
    code.Mapping: Interpreter._mapping,
    code.Operation: Interpreter._operation,
    code.Comparison: Interpreter._comparison,
    code.Boolean: Interpreter._boolean,
    code.Not: Interpreter._not,
    code.Conditional: Interpreter._conditional,
    code.Subscript: Interpreter._subscript,
    code.Starred: Interpreter._starred,
    code.Await: Interpreter._await,
    code.Yield: Interpreter._yield,
    code.NamedExpression: Interpreter._named_expression,
    code.Formatted: Interpreter._formatted,
    code.Comprehension: Interpreter._comprehension,
    code.Lambda: Interpreter._lambda,
}
