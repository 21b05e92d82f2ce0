"""Code that a flag makes two things: read once for each value of the flag.

``for phase in ["train", "val"]`` is spelled out: its body stands there once for each phase. A
function whose ``backward()`` hangs on a parameter (``if train:``, ``if optimizer is not None:``)
becomes one function that trains and one that does not, and each call reaches the one that it asks
for. Every copy has refs of its own, so that events in one say nothing of the other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from flake8_nograd.facts import code

MOST_PHASES = 4
"""A loop over more constants than this is no loop over phases."""

MOST_COPIES = 32
"""Loops over phases in each other multiply: what would hold more copies stays a loop."""

_MOST_VALUES = 3
_EQUAL = ("Equal", "Is")
_DIFFERENT = ("NotEqual", "IsNot")


@dataclass(frozen=True)
class Known:
    """What is known of a name: the constant that it is, or some of what it is not."""

    constant: object = ...
    truth: bool | None = None
    differs: frozenset[object] = frozenset()

    def equals(self, other: object) -> bool | None:
        """Whether the name is equal to a constant; None where that is not known."""
        if self.constant is not ...:
            return self.constant == other
        if other in self.differs:
            return False
        if self.truth is not None and bool(other) != self.truth:
            return False
        return None

    def admits(self, constant: object) -> bool:
        """Whether the name may be this constant."""
        if self.truth is not None and bool(constant) != self.truth:
            return False
        return self.equals(constant) is not False


@dataclass(frozen=True)
class Flag:
    """A parameter, and what is known of it in one copy of its function."""

    parameter: str
    known: Known
    trains: bool
    """This copy is the one that takes a gradient."""


class Phases:
    """Makes the copies of one file; ``is_gradient`` tells the methods that take a gradient."""

    def __init__(self, is_gradient: Callable[[str], bool]) -> None:
        self._is_gradient = is_gradient
        self._copies = 0
        self._assigned: dict[int, tuple[code.Block, dict[str, list[code.Expression | None]]]] = {}

    # --------------------------------------------------------------------- loops

    def spelled_out(self, body: code.Block, around: code.Block = ()) -> code.Block:
        """``body`` with its loops over phases spelled out; ``around`` may name their phases."""
        if not any(self._phases(loop, (body, around)) for loop in _loops(body)):
            return body
        return self._spell(body, (body, around))

    def _spell(self, body: code.Block, scopes: tuple[code.Block, ...]) -> code.Block:
        return tuple(self._spelled(statement, scopes) for statement in body)

    def _spelled(self, statement: code.Statement, scopes: tuple[code.Block, ...]) -> code.Statement:
        if isinstance(statement, code.For):
            body = self._spell(statement.body, scopes)
            phases = self._phases(statement, scopes)
            inner = sum(isinstance(each, code.Phase) for each in _statements(body))
            if not phases or inner * len(phases) > MOST_COPIES:
                return statement._replace(body=body)
            copies: list[code.Statement] = []
            for index, phase in enumerate(phases):
                number = self._next() if index else 0
                copy = _Copy(_constants(statement.target, phase), number).block(body)
                copies.append(code.Phase(statement.ref, statement.target, phase, copy))
            return statement._replace(body=tuple(copies))
        if isinstance(statement, code.Function | code.Class):
            return statement
        return _with_blocks(statement, lambda block: self._spell(block, scopes))

    def _phases(
        self, loop: code.For, scopes: tuple[code.Block, ...]
    ) -> tuple[code.Expression, ...]:
        """What a loop over phases runs through; nothing for any other loop."""
        phases = self._displayed(loop.iterable, scopes)
        if not 1 < len(phases) <= MOST_PHASES:
            return ()
        known = _constants(loop.target, phases[0])
        if not known or not self._has_gradient(loop.body) or known.keys() & _rebound(loop.body):
            return ()
        asked = {name for test in _tests(loop.body) for name in _names(test)}
        return phases if known.keys() & asked else ()

    def _displayed(
        self, iterable: code.Expression, scopes: tuple[code.Block, ...]
    ) -> tuple[code.Expression, ...]:
        """The elements of ``["train", "val"]``, of a name for it, or of ``enumerate`` of it."""
        if isinstance(iterable, code.Name):
            for scope in scopes:
                values = self._assigned_in(scope).get(iterable.id)
                if values:
                    (value, *others) = values
                    is_known = not others and isinstance(value, code.Collection)
                    return value.elements if is_known else ()  # type: ignore[union-attr]
            return ()
        if isinstance(iterable, code.Call) and iterable.function == code.Name("enumerate"):
            if len(iterable.arguments) != 1:
                return ()
            elements = self._displayed(iterable.arguments[0].value, scopes)
            return tuple(
                code.Collection((code.Constant(index), each)) for index, each in enumerate(elements)
            )
        return iterable.elements if isinstance(iterable, code.Collection) else ()

    def _assigned_in(self, scope: code.Block) -> dict[str, list[code.Expression | None]]:
        """What a suite's own statements assign to names: every loop of a file asks its module."""
        known = self._assigned.get(id(scope))
        if known is None:
            found: dict[str, list[code.Expression | None]] = {}
            for statement in scope:
                if isinstance(statement, code.Assign):
                    for target in statement.targets:
                        if isinstance(target, code.Name):
                            found.setdefault(target.id, []).append(statement.value)
            known = self._assigned[id(scope)] = (scope, found)  # kept: its id is not used again
        return known[1]

    # ----------------------------------------------------------------- functions

    def split(self, function: code.Function) -> list[tuple[Flag, code.Function]]:
        """A copy of a function for each value of the flag on which its gradient hangs."""
        if not self._has_gradient(function.body):
            return []
        tests = list(_tests(function.body))
        rebound = _rebound(function.body)
        for parameter in function.parameters:
            if "*" in parameter.kind or parameter.name in rebound:
                continue
            about = [test for test in tests if parameter.name in _names(test)]
            if not about:
                continue
            copies = []
            for known in _values(parameter, about):
                number = self._next()
                copy = _Copy({parameter.name: known}, number).function(function)
                trains = self._has_gradient(copy.body)
                copies.append((Flag(parameter.name, known, trains), copy))
            if len({flag.trains for flag, _ in copies}) == 2:
                return copies
        return []

    def _next(self) -> int:
        self._copies += 1
        return self._copies

    def _has_gradient(self, body: code.Block) -> bool:
        """Whether a block's own statements take a gradient."""
        for statement in body:
            value = getattr(statement, "value", None)
            if isinstance(value, code.Call) and isinstance(value.function, code.Attribute):
                if self._is_gradient(value.function.name):
                    return True
            if not isinstance(statement, code.Function | code.Class):
                if any(self._has_gradient(block) for block in _blocks(statement)):
                    return True
        return False


@dataclass
class _Copy:
    """Copies code under what is known of some names: what is decided is decided."""

    known: dict[str, Known]
    number: int

    def function(self, function: code.Function) -> code.Function:
        """A copy of a function with its own ref; decorators and defaults stay what they are."""
        body = self.block(function.body, _assigned_once(function.body))
        return function._replace(ref=self._ref(function.ref), body=body)

    def block(self, body: code.Block, once: frozenset[str] | None = None) -> code.Block:
        """A copy of a suite: branches that are not taken are left out."""
        names = _assigned_once(body) if once is None else once
        copied: list[code.Statement] = []
        for statement in body:
            for each in self._statement(statement, names):
                copied.append(each)
                if isinstance(each, code.Return | code.Raise | code.Jump):
                    return tuple(copied)
        return tuple(copied)

    def _statement(
        self, statement: code.Statement, once: frozenset[str]
    ) -> Iterable[code.Statement]:
        if isinstance(statement, code.If):
            return self._if(statement, once)
        copy = self._any(statement, once)
        if isinstance(copy, code.Assign) and len(copy.targets) == 1:
            (target,) = copy.targets
            if isinstance(target, code.Name) and target.id in once:
                truth = self.truth(copy.value) if copy.value is not None else None
                if isinstance(copy.value, code.Constant):
                    self.known[target.id] = Known(constant=copy.value.value)
                elif truth is not None:
                    self.known[target.id] = Known(truth=truth)
        return (copy,)

    def _if(self, statement: code.If, once: frozenset[str]) -> code.Block:
        branches: list[tuple[code.Expression, code.Block]] = []
        for test, body in statement.branches:
            truth = self.truth(test)
            if truth is False:
                continue
            if truth is True:
                taken = self.block(body, once)
                return (code.If(tuple(branches), taken),) if branches else taken
            branches.append((self._any(test, once), self.block(body, once)))
        orelse = self.block(statement.orelse, once)
        return (code.If(tuple(branches), orelse),) if branches else orelse

    def _any(self, fact: Any, once: frozenset[str]) -> Any:
        """A copy of any fact: a block, a statement, an expression, or a plain part of one."""
        if isinstance(fact, tuple):
            if not hasattr(fact, "_fields"):
                if fact and isinstance(fact[0], code.Statement):
                    return self.block(fact, once)
                return tuple(self._any(each, once) for each in fact)
            if isinstance(fact, code.Function):
                return self._nested(fact)
            decided = self._decided(fact)
            if decided is not None:
                return decided
            fields = {
                name: self._ref(value) if name == "ref" else self._any(value, once)
                for name, value in zip(fact._fields, fact, strict=True)
            }
            return type(fact)(**fields)
        return fact

    def _nested(self, function: code.Function) -> code.Function:
        """A copy of a nested function; its own names are not those that are known."""
        own = {each.name for each in function.parameters} | _rebound(function.body)
        known = {name: value for name, value in self.known.items() if name not in own}
        return _Copy(known, self.number).function(function)

    def _decided(self, fact: Any) -> code.Expression | None:
        """The constant, or the part, that an expression comes down to."""
        if isinstance(fact, code.Name):
            known = self.known.get(fact.id)
            if known is None or known.constant is ...:
                return None
            return code.Constant(known.constant)
        if isinstance(fact, code.Conditional):
            truth = self.truth(fact.test)
            if truth is not None:
                part: code.Expression = self._any(fact.body if truth else fact.orelse, frozenset())
                return part
        if isinstance(fact, code.Comparison | code.Not):
            truth = self.truth(fact)
            return None if truth is None else code.Constant(truth)
        return None

    def truth(self, test: code.Expression) -> bool | None:
        """Whether a test holds, as far as what is known decides it."""
        if isinstance(test, code.Constant) and test.value is not ...:
            return bool(test.value)
        if isinstance(test, code.Name):
            known = self.known.get(test.id)
            if known is None:
                return None
            return known.truth if known.constant is ... else bool(known.constant)
        if isinstance(test, code.Not):
            truth = self.truth(test.operand)
            return None if truth is None else not truth
        if isinstance(test, code.Boolean):
            truths = [self.truth(each) for each in test.operands]
            ends = test.operator == "or"
            if ends in truths:
                return ends
            return None if None in truths else not ends
        if isinstance(test, code.Comparison):
            return self._compared(test)
        return None

    def _compared(self, test: code.Comparison) -> bool | None:
        if len(test.operators) != 1:
            return None
        left, right = test.operands
        (operator,) = test.operators
        if isinstance(left, code.Constant) and isinstance(right, code.Name):
            left, right = right, left
        if operator in ("In", "NotIn") and isinstance(right, code.Collection):
            truths = [self._equal(left, each) for each in right.elements]
            found = True if True in truths else None if None in truths else False
            return found if operator == "In" or found is None else not found
        equal = self._equal(left, right)
        if equal is None or operator not in (*_EQUAL, *_DIFFERENT):
            return None
        return equal if operator in _EQUAL else not equal

    def _equal(self, left: code.Expression, right: code.Expression) -> bool | None:
        if not isinstance(right, code.Constant) or right.value is ...:
            return None
        if isinstance(left, code.Constant):
            return None if left.value is ... else left.value == right.value
        known = self.known.get(left.id) if isinstance(left, code.Name) else None
        return None if known is None else known.equals(right.value)

    def _ref(self, ref: int) -> int:
        return ref if ref == code.NO_REF else ref + self.number * code.COPIES


# ------------------------------------------------------------------------- flags


def _values(parameter: code.Parameter, tests: Iterable[code.Expression]) -> list[Known]:
    """The values of a flag that its tests tell apart."""
    constants = {
        each
        for test in tests
        for each in _compared_with(test, parameter.name)
        if each is not None and not isinstance(each, bool)
    }
    if constants:
        if len(constants) > _MOST_VALUES:
            return []
        ordered = sorted(constants, key=repr)
        return [
            *(Known(constant=each) for each in ordered),
            Known(differs=frozenset(constants)),
        ]
    default = parameter.default
    is_bool = isinstance(default, code.Constant) and isinstance(default.value, bool)
    if is_bool or parameter.annotation == code.Name("bool"):
        return [Known(constant=True), Known(constant=False)]
    compared_with_none = any(None in _compared_with(test, parameter.name) for test in tests)
    if compared_with_none or default == code.Constant(None):
        return [Known(truth=True), Known(constant=None)]
    return [Known(truth=True), Known(truth=False)]


def _compared_with(test: code.Expression, name: str) -> Iterator[object]:
    """The constants with which a test compares a name."""
    if isinstance(test, code.Comparison) and code.Name(name) in test.operands:
        for operand in test.operands:
            elements = operand.elements if isinstance(operand, code.Collection) else (operand,)
            yield from (
                each.value
                for each in elements
                if isinstance(each, code.Constant) and each.value is not ...
            )
    elif isinstance(test, code.Not):
        yield from _compared_with(test.operand, name)
    elif isinstance(test, code.Boolean):
        for operand in test.operands:
            yield from _compared_with(operand, name)


# ------------------------------------------------------------------------- loops


def _constants(target: code.Expression, phase: code.Expression) -> dict[str, Known]:
    """The names of a loop's target that are constants in a phase."""
    if isinstance(target, code.Name) and isinstance(phase, code.Constant):
        return {} if phase.value is ... else {target.id: Known(constant=phase.value)}
    if isinstance(target, code.Collection) and isinstance(phase, code.Collection):
        found: dict[str, Known] = {}
        if len(target.elements) == len(phase.elements):
            for name, value in zip(target.elements, phase.elements, strict=True):
                found |= _constants(name, value)
        return found
    return {}


# -------------------------------------------------------------------------- walks


def _blocks(statement: code.Statement) -> Iterator[code.Block]:
    """The suites of a statement."""
    if isinstance(statement, code.If):
        yield from (body for _, body in statement.branches)
        yield statement.orelse
    elif isinstance(statement, code.For | code.While):
        yield from (statement.body, statement.orelse)
    elif isinstance(statement, code.With | code.Phase):
        yield statement.body
    elif isinstance(statement, code.Try):
        yield statement.body
        yield from (handler.body for handler in statement.handlers)
        yield from (statement.orelse, statement.final)
    elif isinstance(statement, code.Match):
        yield from (case.body for case in statement.cases)


def _with_blocks(
    statement: code.Statement, change: Callable[[code.Block], code.Block]
) -> code.Statement:
    """A statement with each of its suites changed."""
    if isinstance(statement, code.If):
        branches = tuple((test, change(body)) for test, body in statement.branches)
        return code.If(branches, change(statement.orelse))
    if isinstance(statement, code.While):
        return statement._replace(body=change(statement.body), orelse=change(statement.orelse))
    if isinstance(statement, code.With | code.Phase):
        return statement._replace(body=change(statement.body))
    if isinstance(statement, code.Try):
        handlers = tuple(each._replace(body=change(each.body)) for each in statement.handlers)
        return code.Try(
            change(statement.body), handlers, change(statement.orelse), change(statement.final)
        )
    if isinstance(statement, code.Match):
        cases = tuple(each._replace(body=change(each.body)) for each in statement.cases)
        return statement._replace(cases=cases)
    return statement


def _statements(body: code.Block) -> Iterator[code.Statement]:
    """All statements of a body, but for those of functions and classes in it."""
    for statement in body:
        yield statement
        for block in _blocks(statement):
            yield from _statements(block)


def _loops(body: code.Block) -> Iterator[code.For]:
    return (each for each in _statements(body) if isinstance(each, code.For))


def _tests(body: code.Block) -> Iterator[code.Expression]:
    """What decides in a body: the tests of its branches, and names given to one of them."""
    for statement in _statements(body):
        if isinstance(statement, code.If):
            yield from (test for test, _ in statement.branches)
        elif isinstance(statement, code.Assign) and isinstance(
            statement.value, code.Comparison | code.Not | code.Boolean
        ):
            yield statement.value


def _names(test: code.Expression) -> set[str]:
    """The names that a test asks about."""
    if isinstance(test, code.Name):
        return {test.id}
    if isinstance(test, code.Not):
        return _names(test.operand)
    if isinstance(test, code.Boolean | code.Comparison):
        return {name for operand in test.operands for name in _names(operand)}
    return set()


def _targets(body: code.Block) -> Iterator[str]:
    """Every name that a body binds, once for each time."""
    for statement in _statements(body):
        if isinstance(statement, code.Assign):
            yield from (name for target in statement.targets for name in _bound_by(target))
        elif isinstance(statement, code.AugmentedAssign | code.For | code.Phase):
            yield from _bound_by(statement.target)
        elif isinstance(statement, code.With):
            for item in statement.items:
                if item.target is not None:
                    yield from _bound_by(item.target)


def _bound_by(target: code.Expression) -> Iterator[str]:
    if isinstance(target, code.Name):
        yield target.id
    elif isinstance(target, code.Starred):
        yield from _bound_by(target.value)
    elif isinstance(target, code.Collection):
        for element in target.elements:
            yield from _bound_by(element)


def _rebound(body: code.Block) -> frozenset[str]:
    return frozenset(_targets(body))


def _assigned_once(body: code.Block) -> frozenset[str]:
    seen: set[str] = set()
    again: set[str] = set()
    for name in _targets(body):
        (again if name in seen else seen).add(name)
    return frozenset(seen - again)
