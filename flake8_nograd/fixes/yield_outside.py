"""``YieldOutside``: a generator computes inside its guard and yields outside."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from flake8_nograd.fixes.guard import decorated, dissolved, is_guard, own_nodes
from flake8_nograd.fixes.tree import (
    Change,
    Splice,
    Statement,
    Statements,
    Tree,
    statements_of,
)
from flake8_nograd.rules.finding import YieldOutside

_NAMES = ("result", "results", "output", "outputs", "yielded")
_COMPUTING = (cst.Call, cst.BinaryOperation, cst.UnaryOperation, cst.Comparison, cst.AugAssign)


def yield_outside(remedy: YieldOutside, tree: Tree) -> Iterator[Change]:
    """The ``yield`` behind the ``with``; where it stands deeper, a decorator for the ``with``."""
    node = tree.node(remedy.value)
    with_ = next((each for each in tree.parents(node) if is_guard(each)), None)
    if not isinstance(node, cst.Yield) or not isinstance(with_, cst.With):
        return
    where = tree.where(with_)
    place = tree.where(node)
    if place.suite is with_.body:
        if cst.ensure_type(
            with_.body, cst.IndentedBlock
        ).footer:  # a comment that would lose its block
            return
        line = with_.body.body[place.index]
        is_alone = isinstance(line, cst.SimpleStatementLine) and len(line.body) == 1
        name = _free_name(tree)
        expression = line.body[0] if isinstance(line, cst.SimpleStatementLine) else None
        if is_alone and isinstance(expression, cst.Expr) and expression.value is node and name:
            yield Splice(
                where.suite,
                where.index,
                where.index + 1,
                lambda old: _split(old, place.index, name),
            )
        return
    function = tree.scope(with_)
    inside = [each for each in own_nodes(with_) if is_guard(each)]
    if (
        isinstance(function, cst.FunctionDef)
        and function.asynchronous is None
        and not function.decorators
        and where.suite is function.body
        and inside == [with_]
    ):
        yield Splice(where.suite, where.index, where.index + 1, dissolved)
        yield decorated(function, with_.items[0].item)


def _free_name(tree: Tree) -> str | None:
    taken = {each.value for each in tree.nodes if isinstance(each, cst.Name)}
    return next((each for each in _NAMES if each not in taken), None)


def _split(statements: Statements, index: int, name: str) -> Statements:
    """What is computed stays under the guard, and gets a name where it has none."""
    [node] = statements
    assert isinstance(node, cst.With)
    body = statements_of(node.body)
    line = cst.ensure_type(body[index], cst.SimpleStatementLine)
    value = cst.ensure_type(cst.ensure_type(line.body[0], cst.Expr).value, cst.Yield).value
    before, after = list(body[:index]), list(body[index + 1 :])
    outside = line
    if isinstance(value, cst.BaseExpression) and not isinstance(value, cst.Name):
        target = cst.AssignTarget(cst.Name(name))
        before.append(line.with_changes(body=[cst.Assign([target], value)]))
        named = cst.Expr(cst.Yield(cst.Name(name)))
        outside = cst.SimpleStatementLine([named])
    result: list[Statement] = []
    if before:
        result.append(node.with_changes(body=node.body.with_changes(body=before)))
    else:
        outside = outside.with_changes(leading_lines=[*node.leading_lines, *outside.leading_lines])
    result.append(outside)
    if any(_computes(each) for each in after):
        block = node.body.with_changes(body=after, header=cst.TrailingWhitespace())
        result.append(node.deep_clone().with_changes(body=block, leading_lines=[]))
    else:
        result += after
    return result


def _computes(statement: Statement) -> bool:
    """Whether a statement may record something: more than names, constants and their parts."""
    return any(isinstance(each, _COMPUTING) for each in own_nodes(statement))
