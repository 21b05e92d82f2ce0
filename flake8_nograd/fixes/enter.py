"""``Enter``: a guard that stands as a statement becomes a ``with`` over what follows it."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from flake8_nograd.fixes.guard import decorated, may_be_decorated, own_nodes, waits
from flake8_nograd.fixes.names import GuardName, Names
from flake8_nograd.fixes.tree import Change, Splice, Statement, Statements, Tree
from flake8_nograd.rules.finding import Enter


def enter(remedy: Enter, tree: Tree, names: Names, guard: GuardName) -> Iterator[Change]:
    """The ``with`` over the rest of the block; the first line of a function becomes a decorator."""
    node = tree.node(remedy.statement)
    where = tree.where(node)
    line = where.suite.body[where.index]
    follows = where.suite.body[where.index + 1 :]
    apart = {tree.node(ref) for ref in remedy.apart}
    if not isinstance(line, cst.SimpleStatementLine) or len(line.body) != 1 or not follows:
        return
    if any(isinstance(each, (cst.FunctionDef, cst.ClassDef)) for each in follows):
        return
    if any(part in apart or waits(part) for each in follows for part in own_nodes(each)):
        return
    expression = node.value if isinstance(node, cst.Expr) else None
    if expression is None:
        return
    if remedy.switches:
        spelling = names.guard(guard, line)
        if spelling is None:
            return
        yield from spelling.imports
        expression = spelling.expression
    elif not isinstance(expression, cst.Call):
        expression = cst.Call(expression)
    scope = tree.scope(node)
    starts = 1 if isinstance(scope, cst.FunctionDef) and scope.get_docstring() else 0
    if (
        isinstance(scope, cst.FunctionDef)
        and scope.body is where.suite
        and where.index == starts
        and may_be_decorated(scope, but_for=line)
    ):
        yield Splice(where.suite, where.index, where.index + 2, _without_first)
        yield decorated(scope, expression)
        return
    indent = where.suite.indent if isinstance(where.suite, cst.IndentedBlock) else None

    def entered(statements: Statements) -> Statements:
        gone, first, *rest = statements
        first = first.with_changes(leading_lines=_comments(first))
        assert isinstance(gone, cst.SimpleStatementLine)
        body = cst.IndentedBlock([first, *rest], indent=indent, header=gone.trailing_whitespace)
        items = [cst.WithItem(expression)]
        return [cst.With(items, body, leading_lines=gone.leading_lines)]

    yield Splice(where.suite, where.index, len(where.suite.body), entered)


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
