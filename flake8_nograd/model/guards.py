"""What guards the gradient mode: objects, decorators, stacks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from flake8_nograd.facts import code
from flake8_nograd.frameworks.schema import Guard
from flake8_nograd.model import naming
from flake8_nograd.model.events import Arguments, NoticeKind
from flake8_nograd.model.program import NO_GRAD
from flake8_nograd.model.text import text_of
from flake8_nograd.model.values import (
    NOTHING,
    UNKNOWN,
    Builtin,
    ContextManager,
    External,
    Grad,
    Guarded,
    GuardObject,
    Instance,
    Literal,
    LocalFunction,
    Member,
    Method,
    Result,
    SavedGrad,
    Self,
    Thing,
    Value,
    ordered,
    thing,
)

if TYPE_CHECKING:
    from flake8_nograd.model.interpreter import Interpreter

GRAD_WORDS = {
    "off": Grad.OFF,
    "inference": Grad.INFERENCE,
    "on": Grad.ON,
    "unchanged": Grad.INHERITED,
}


class Decoration(NamedTuple):
    """What its decorators make of a function."""

    grad: Grad
    is_static: bool
    is_class_method: bool
    is_property: bool
    is_overload: bool
    is_context_manager: bool


class Guards:
    """The guards that one run of a unit meets."""

    def __init__(self, run: Interpreter) -> None:
        self._run = run
        self._program = run.program
        self._frameworks = run.frameworks

    def make(self, guard: Guard, arguments: Arguments, instance: Instance | None = None) -> Value:
        """A guard is made, or takes effect at once; ``instance``: of a subclass in this file."""
        grad = GRAD_WORDS.get(guard.grad, Grad.INHERITED)
        if guard.grad == "argument":
            grad = self._chosen(guard, arguments)
        run = self._run
        before = run.live.grad
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
            return self.wrap(functions, grad)
        if not guard.immediate:
            before = UNKNOWN
        return thing(GuardObject(grad, guard.ends_inference, before, instance))

    def _chosen(self, guard: Guard, arguments: Arguments) -> Grad:
        """The mode that a guard's argument selects."""
        when_true, when_false = GRAD_WORDS[guard.when_true], GRAD_WORDS[guard.when_false]
        given = next(
            (value for each, value in arguments if each.keyword in (None, guard.parameter)), None
        )
        if given is None:
            return when_true
        chosen = UNKNOWN
        for each in given.things:
            if isinstance(each, Literal) and isinstance(each.value, bool):
                chosen |= when_true if each.value else when_false
            elif isinstance(each, SavedGrad):
                chosen |= each.grad
            else:
                chosen |= when_true | when_false
        return chosen or when_true | when_false

    def wrap(self, functions: Iterable[Thing], grad: Grad) -> Value:
        """Functions or models that run in ``grad`` from now on."""
        wrapped = list(functions)
        for each in wrapped:
            if isinstance(each, LocalFunction):
                self._program.units[each.unit].wrapped_in = grad
        return thing(*(Guarded(each, grad) for each in wrapped))

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
        return GRAD_WORDS[word]

    def is_exit_stack(self, each: Thing) -> bool:
        """A ``contextlib.ExitStack``."""
        return isinstance(each, Instance) and self._run.models.is_made_as(thing(each), "stack")

    def enter_on_stack(self, given: Value) -> Value:
        """``stack.enter_context(given)``."""
        for each in ordered(given.things):
            if isinstance(each, ContextManager):
                grad, _ = self._run.enter_context_manager(each)
                self._run.live.grad = grad.within(self._run.live.grad)
            if isinstance(each, GuardObject):
                self._run.live.grad = each.inside(self._run.live.grad)
        return given

    def enter_by_hand(self, method: str, things: list[Thing]) -> Value | None:
        """``guard.__enter__()`` or ``guard.__exit__(...)``; None where it is no guard."""
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

    def is_guard(self, each: Thing) -> bool:
        """A guard that sets the gradient mode, called or not."""
        if isinstance(each, GuardObject):
            return each.grad != Grad.INHERITED
        if isinstance(each, External):
            guard = self._frameworks.guard(self._frameworks.canonical(each.path))
            return guard is not None and guard.grad != "unchanged"
        return False

    def is_no_grad(self, made: code.Expression) -> bool:
        """``torch.no_grad()`` or ``torch.no_grad`` itself, by any path; no subclass of it."""
        guard = made.function if isinstance(made, code.Call) else made
        return any(
            isinstance(each, External) and self._frameworks.canonical(each.path) == NO_GRAD
            for each in self._run.value(guard).things
        )

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
        self._notice_decoration(function, decorators, is_context_manager)
        if function.is_async or is_context_manager:
            grad = Grad.INHERITED
        return Decoration(
            grad=grad,
            is_static="staticmethod" in names,
            is_class_method="classmethod" in names,
            is_property=bool(names & {"property", "functools.cached_property"}),
            is_overload=any(name.endswith("overload") for name in names),
            is_context_manager=is_context_manager,
        )

    def _notice_decoration(
        self, function: code.Function, decorators: Sequence[Value], is_context_manager: bool
    ) -> None:
        """Notice guards that decorate what they cannot guard."""
        kind: NoticeKind
        if is_context_manager:
            kind = "guard on context manager"
        elif function.is_async:
            kind = "guard on async"
        elif decorators and not function.is_generator and any(lazily_returned(function.body)):
            kind = "guard on lazy result"
        else:
            return
        for decorator, value in zip(function.decorators, decorators, strict=True):
            if any(self.is_guard(each) for each in value.things):
                self._run.notice(kind, text_of(decorator.value), decorator.ref, function.ref)

    def as_context_manager(self, functions: Value) -> Value:
        """``contextmanager(fn)``, called by hand: the function is one from here on."""
        for each in functions.things:
            if isinstance(each, LocalFunction):
                self._program.units[each.unit].is_context_manager = True
        return functions

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
        grad = UNKNOWN
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


def lazily_returned(body: code.Block) -> Iterator[code.Comprehension | code.Lambda | code.Call]:
    """The work that a function's own ``return`` gives away to be done later."""
    for statement in body:
        if isinstance(statement, code.Return):
            value = statement.value
            is_generator = isinstance(value, code.Comprehension) and value.kind == "generator"
            is_map = isinstance(value, code.Call) and value.function in _LAZY
            if isinstance(value, (code.Comprehension, code.Call, code.Lambda)) and (
                is_generator or is_map or isinstance(value, code.Lambda)
            ):
                yield value
        elif isinstance(statement, (code.With, code.For, code.While)):
            yield from lazily_returned(statement.body)
        elif isinstance(statement, code.If):
            for _, block in statement.branches:
                yield from lazily_returned(block)
            yield from lazily_returned(statement.orelse)


_LAZY = (code.Name("map"), code.Name("filter"))
