"""``Enter``: a guard that stands as a statement becomes a ``with`` over what follows it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import libcst as cst

from flake8_nograd.fixes.guard import decorated, may_be_decorated, own_nodes, waits
from flake8_nograd.fixes.names import GuardName, Names
from flake8_nograd.fixes.tree import Change, Splice, Statement, Statements, Tree, Where
from flake8_nograd.rules.finding import Enter


def enter(remedy: Enter, tree: Tree, names: Names, guard: GuardName) -> Iterator[Change]:
    """The ``with`` over the rest of the block; the first line of a function becomes a decorator."""
    node = tree.node(remedy.statement)
    where = tree.where(node)
    line = where.suite.body[where.index]
    apart = {tree.node(ref) for ref in remedy.apart}
    if not isinstance(node, cst.Expr) or not _is_alone(line):
        return
    if not _can_be_entered(where.suite.body[where.index + 1 :], apart):
        return
    if remedy.switches:
        spelling = names.guard(guard, line)
        if spelling is None:
            return
        yield from spelling.imports
        expression = spelling.expression
    else:
        expression = node.value if isinstance(node.value, cst.Call) else cst.Call(node.value)
    scope = tree.scope(node)
    if isinstance(scope, cst.FunctionDef) and _is_first(where, scope):
        if may_be_decorated(scope, but_for=line):
            yield Splice(where.suite, where.index, where.index + 2, _without_first)
            yield decorated(scope, expression)
            return
    indent = where.suite.indent if isinstance(where.suite, cst.IndentedBlock) else None
    yield Splice(
        where.suite,
        where.index,
        len(where.suite.body),
        lambda statements: _entered(statements, expression, indent),
    )


def _is_alone(line: cst.CSTNode) -> bool:
    """A line of one statement."""
    return isinstance(line, cst.SimpleStatementLine) and len(line.body) == 1


def _can_be_entered(follows: Sequence[cst.CSTNode], apart: set[cst.CSTNode]) -> bool:
    """Whether something follows, and a guard over it guards nothing that it must not."""
    return bool(follows) and not any(
        isinstance(each, (cst.FunctionDef, cst.ClassDef))
        or any(part in apart or waits(part) for part in own_nodes(each))
        for each in follows
    )


def _is_first(where: Where, function: cst.FunctionDef) -> bool:
    """Whether a function begins with a statement, its docstring aside."""
    start = 0 if function.get_docstring() is None else 1
    return function.body is where.suite and where.index == start


def _entered(statements: Statements, guard: cst.BaseExpression, indent: str | None) -> Statements:
    gone, first, *rest = statements
    assert isinstance(gone, cst.SimpleStatementLine)
    body = cst.IndentedBlock(
        [first.with_changes(leading_lines=_comments(first)), *rest],
        indent=indent,
        header=gone.trailing_whitespace,
    )
    return [cst.With([cst.WithItem(guard)], body, leading_lines=gone.leading_lines)]


def _without_first(statements: Statements) -> Statements:
    gone, first = statements
    assert isinstance(gone, cst.SimpleStatementLine)
    beside = gone.trailing_whitespace.comment
    own = [] if beside is None else [cst.EmptyLine(comment=beside)]
    lines = [*gone.leading_lines, *own, *_comments(first)]
    return [first.with_changes(leading_lines=lines)]


def _comments(statement: Statement) -> list[cst.EmptyLine]:
    """The comments above a statement, without the blank lines between."""
    return [each for each in statement.leading_lines if each.comment]
