"""``Guard``: statements under ``torch.no_grad()``, in the shape that reads best.

A function that does nothing but infer is decorated. Else one ``with`` is put around a run of
statements: a guard that stands beside it is widened, a ``with`` whose whole body it is takes the
guard as an item, and guards inside are dissolved, for they are not needed any more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import libcst as cst

from flake8_nograd.fixes.names import GuardName, Names, Spelling
from flake8_nograd.fixes.tree import (
    Change,
    Replace,
    Splice,
    Statements,
    Suite,
    Tree,
    Where,
    statements_of,
)
from flake8_nograd.rules.finding import Guard

_LONGEST_GAP = 3
"""A run takes in as many simple statements between two that must be guarded."""

_GUARDS = ("no_grad", "inference_mode")
_SWITCHES = ("enable_grad", "set_grad_enabled")
_PARAMETERS = ("parameters", "named_parameters", "weight", "bias")
_KNOWN_DECORATORS = ("staticmethod", "classmethod", "property")


@dataclass(frozen=True)
class _Run:
    """Neighbouring statements of a suite."""

    suite: Suite
    start: int
    stop: int

    @property
    def statements(self) -> Sequence[cst.CSTNode]:
        return self.suite.body[self.start : self.stop]


class Guarding:
    """Puts the statements of one function, or of the module, under a guard."""

    def __init__(self, tree: Tree, names: Names, guard: GuardName) -> None:
        self._tree = tree
        self._names = names
        self._guard = guard

    def changes(self, remedies: Sequence[Guard]) -> tuple[Change, ...]:
        """The changes for all remedies of one function or of the module; none where one fails."""
        unit = remedies[0].unit
        if unit is not None and all(each.unit == unit for each in remedies):
            function = self._tree.node(unit)
            if isinstance(function, cst.FunctionDef) and may_be_decorated(function):
                reads = any(_reads_parameters(each) for each in own_nodes(function.body))
                if not reads and not self._imports_for_itself(function):
                    return tuple(self._decorated(function))
        apart = {self._tree.node(ref) for each in remedies for ref in each.apart}
        places: list[Where] = []
        for remedy in remedies:
            found = self._places(remedy, apart)
            if found is None:
                return ()
            places += found
        changes: list[Change] = []
        for run in self._runs(places, apart):
            made = list(self._guarded(run, apart))
            if not made:
                return ()
            changes += made
        return tuple(changes)

    # ---------------------------------------------------------------- decorator

    def _imports_for_itself(self, function: cst.FunctionDef) -> bool:
        """Whether a function imports torch late, which a decorator would do early."""
        outside = self._names.guard(self._guard, function)
        inside = self._names.guard(self._guard, function.body.body[-1])
        return outside is not None and inside is not None and outside.imports != inside.imports

    def _decorated(self, function: cst.FunctionDef) -> Iterator[Change]:
        spelling = self._names.guard(self._guard, function)
        if spelling is None:
            return
        yield decorated(function, spelling.expression)
        yield from spelling.imports

    # --------------------------------------------------------------- statements

    def _places(self, remedy: Guard, apart: set[cst.CSTNode]) -> list[Where] | None:
        """The statements to guard: the whole loops, or where that cannot be, what is in them."""
        for refs in (remedy.over, remedy.within):
            nodes = [self._tree.node(ref) for ref in refs]
            if refs and all(self._can_be_guarded(node, apart) for node in nodes):
                return [self._tree.where(node) for node in nodes]
        return None

    def _can_be_guarded(self, node: cst.CSTNode, apart: set[cst.CSTNode]) -> bool:
        """Whether a guard around the statement of a node guards it, and nothing it must not."""
        where = self._tree.where(node)
        statement = where.suite.body[where.index]
        if isinstance(statement, (cst.FunctionDef, cst.ClassDef)):
            return False
        for parent in self._tree.parents(node):
            if parent is statement:
                break
            if isinstance(parent, (cst.Lambda, cst.GeneratorExp)):
                return False
        return not any(each in apart or waits(each) for each in own_nodes(statement))

    def _runs(self, places: Sequence[Where], apart: set[cst.CSTNode]) -> list[_Run]:
        """Runs of statements, as few as can be; what lies inside another is no run of its own."""
        chosen = {each.suite.body[each.index] for each in places}
        indices: dict[Suite, set[int]] = {}
        for each in places:
            if chosen.isdisjoint(self._tree.parents(each.suite)):
                indices.setdefault(each.suite, set()).add(each.index)
        runs: list[_Run] = []
        for suite, wanted in indices.items():
            first, *rest = sorted(wanted)
            start, stop = first, first + 1
            for index in rest:
                if not _may_bridge(suite.body[stop:index], apart):
                    runs.append(_Run(suite, start, stop))
                    start = index
                stop = index + 1
            runs.append(_Run(suite, start, stop))
        return runs

    def _guarded(self, run: _Run, apart: set[cst.CSTNode]) -> Iterator[Change]:
        """The changes that put one run under a guard."""
        yield from self._dissolved(run.statements)
        body = run.suite.body
        for index in range(max(0, run.start - 1 - _LONGEST_GAP), run.start):
            if is_guard(body[index]) and _may_bridge(body[index + 1 : run.start], apart):
                yield Splice(run.suite, index, run.stop, _widened_downwards)
                return
        for index in range(run.stop, min(len(body), run.stop + 1 + _LONGEST_GAP)):
            if is_guard(body[index]) and _may_bridge(body[run.stop : index], apart):
                yield Splice(run.suite, run.start, index + 1, _widened_upwards)
                return
        spelling = self._names.guard(self._guard, run.statements[0])
        if spelling is None:
            return
        yield from spelling.imports
        around = next(self._tree.parents(run.suite), None)
        if isinstance(around, cst.With) and _takes_guard(around, run, apart):
            yield Replace(around, lambda node: _with_guard_first(node, spelling))
        else:
            yield Splice(run.suite, run.start, run.stop, self._wrapping(run, spelling))

    def _wrapping(self, run: _Run, spelling: Spelling) -> Callable[[Statements], Statements]:
        indent = run.suite.indent if isinstance(run.suite, cst.IndentedBlock) else None
        return lambda statements: [guarded(statements, spelling.expression, indent)]

    def _dissolved(self, nodes: Iterable[cst.CSTNode]) -> Iterator[Change]:
        """Take the guards away that stand inside."""
        inside = [each for node in nodes for each in own_nodes(node)]
        if any(_switches(each) for each in inside):
            return
        for node in inside:
            if is_guard(node) and isinstance(node, cst.With) and _keeps_no_comment(node):
                where = self._tree.where(node)
                yield Splice(where.suite, where.index, where.index + 1, dissolved)


def waits(node: cst.CSTNode) -> bool:
    """Whether others run while this waits: under the same guard, if there is one."""
    if isinstance(node, (cst.For, cst.With, cst.CompFor)):
        return node.asynchronous is not None
    return isinstance(node, (cst.Yield, cst.Await))


def _switches(node: cst.CSTNode) -> bool:
    """``set_grad_enabled``, ``enable_grad``, ``inference_mode(False)``."""
    if isinstance(node, cst.Call) and node.args:
        return names_a_guard(node.func)
    return isinstance(node, cst.Name) and node.value in _SWITCHES


def own_nodes(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """A node and all in it that runs with it: what nested functions do is not."""
    yield node
    for child in node.children:
        if not isinstance(child, (cst.FunctionDef, cst.ClassDef, cst.Lambda)):
            yield from own_nodes(child)


def guarded(statements: Statements, guard: cst.BaseExpression, indent: str | None) -> cst.With:
    """``with guard:`` over statements; what stands above the first stays above."""
    first, *rest = statements
    return cst.With(
        items=[cst.WithItem(guard)],
        body=cst.IndentedBlock([first.with_changes(leading_lines=[]), *rest], indent=indent),
        leading_lines=first.leading_lines,
    )


def decorated(function: cst.FunctionDef, guard: cst.BaseExpression) -> Change:
    """``@guard`` directly above ``def``, below all other decorators."""
    decorator = cst.Decorator(guard)

    def decorate(node: cst.CSTNode) -> cst.CSTNode:
        assert isinstance(node, cst.FunctionDef)
        last = decorator.with_changes(leading_lines=node.lines_after_decorators)
        return node.with_changes(decorators=[*node.decorators, last], lines_after_decorators=[])

    return Replace(function, decorate)


def dissolved(statements: Statements) -> Statements:
    """The body of a ``with`` in its place."""
    [node] = statements
    assert isinstance(node, cst.With)
    body = statements_of(node.body)
    return [
        body[0].with_changes(leading_lines=[*node.leading_lines, *body[0].leading_lines]),
        *body[1:],
    ]


def _widened_downwards(statements: Statements) -> Statements:
    guard, *more = statements
    assert isinstance(guard, cst.With)
    return [guard.with_changes(body=guard.body.with_changes(body=[*guard.body.body, *more]))]


def _widened_upwards(statements: Statements) -> Statements:
    first, *more, guard = statements
    assert isinstance(guard, cst.With)
    inner, *rest = statements_of(guard.body)
    inner = inner.with_changes(leading_lines=[*guard.leading_lines, *inner.leading_lines])
    body = [first.with_changes(leading_lines=[]), *more, inner, *rest]
    return [
        guard.with_changes(
            leading_lines=first.leading_lines, body=guard.body.with_changes(body=body)
        )
    ]


def _with_guard_first(node: cst.CSTNode, spelling: Spelling) -> cst.CSTNode:
    assert isinstance(node, cst.With)
    return node.with_changes(items=[cst.WithItem(spelling.expression), *node.items])


def may_be_decorated(function: cst.FunctionDef, but_for: cst.CSTNode | None = None) -> bool:
    """Whether a guard can decorate a function, and nothing in it sets the gradient mode itself.

    A decorated generator leaves the guard at each ``yield``. ``but_for`` is a statement of the
    function that will not be there.
    """
    return (
        function.asynchronous is None
        and function.name.value != "__init__"
        and all(
            isinstance(each.decorator, cst.Name) and each.decorator.value in _KNOWN_DECORATORS
            for each in function.decorators
        )
        and not any(
            _switches(each) or is_guard(each)
            for statement in function.body.body
            if statement is not but_for
            for each in own_nodes(statement)
        )
    )


def _may_bridge(gap: Sequence[cst.CSTNode], apart: set[cst.CSTNode]) -> bool:
    """Whether a guard may as well hold over what stands between two guarded statements."""
    return len(gap) <= _LONGEST_GAP and all(
        isinstance(each, (cst.SimpleStatementLine, cst.BaseSmallStatement))
        and not any(
            part in apart or waits(part) or _reads_parameters(part) for part in own_nodes(each)
        )
        for each in gap
    )


def _reads_parameters(node: cst.CSTNode) -> bool:
    """What records without any forward: a penalty on weights has a gradient of its own."""
    return isinstance(node, cst.Attribute) and node.attr.value in _PARAMETERS


def is_guard(node: cst.CSTNode | None) -> bool:
    """``with torch.no_grad():`` and no more."""
    if not isinstance(node, cst.With) or node.asynchronous is not None or len(node.items) != 1:
        return False
    call = node.items[0].item
    if not isinstance(call, cst.Call) or call.args or node.items[0].asname is not None:
        return False
    return _last_name(call.func) in _GUARDS and isinstance(node.body, cst.IndentedBlock)


def names_a_guard(node: cst.CSTNode) -> bool:
    """``no_grad``, ``torch.enable_grad``: what sets the gradient mode, off or on."""
    return _last_name(node) in (*_GUARDS, *_SWITCHES)


def _last_name(node: cst.CSTNode) -> str | None:
    name = node.attr if isinstance(node, cst.Attribute) else node
    return name.value if isinstance(name, cst.Name) else None


def _takes_guard(node: cst.With, run: _Run, apart: set[cst.CSTNode]) -> bool:
    """Whether a guard can be the first item of the ``with`` around a run."""
    return (
        node.asynchronous is None
        and isinstance(node.lpar, cst.MaybeSentinel)
        and all(each.asname is None for each in node.items)
        and not any(each in apart or waits(each) for each in own_nodes(node.body))
        and not any(names_a_guard(each) for item in node.items for each in own_nodes(item))
        and len(run.statements) + _LONGEST_GAP >= len(run.suite.body)
    )


def _keeps_no_comment(node: cst.With) -> bool:
    """Whether the line of a ``with`` can go without a comment being lost."""
    block = cst.ensure_type(node.body, cst.IndentedBlock)
    return not block.footer and block.header.comment is None
