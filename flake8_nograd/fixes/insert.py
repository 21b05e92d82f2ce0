"""``InsertCall``: ``model.eval()`` before an evaluation, ``model.train()`` after it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import libcst as cst

from flake8_nograd.fixes.guard import is_guard, own_nodes
from flake8_nograd.fixes.names import bound_by
from flake8_nograd.fixes.tree import Change, Splice, Statement, Statements, Tree, Where
from flake8_nograd.rules.finding import InsertCall

_PLAIN = (cst.Name, cst.Attribute, cst.Subscript)


def insert(remedy: InsertCall, tree: Tree) -> Iterator[Change]:
    """The call or calls, outside the loops that do not bind the model's name."""
    node = tree.node(remedy.call)
    model = _expression(remedy.model, node)
    if model is None:
        return
    before = [] if remedy.before is None else [_call(model, remedy.before)]
    after = [] if remedy.after is None else [_call(model, remedy.after)]
    if remedy.head_of is not None:
        loop = tree.node(remedy.head_of)
        if isinstance(loop, (cst.For, cst.While)) and isinstance(loop.body, cst.IndentedBlock):
            yield _inserted(Where(loop.body, 0), before)
        return
    where = _place(tree, node, tree.node(remedy.around), model)
    if where is None:
        return
    last = where.index
    if after or remedy.restores:
        if remedy.until is not None:
            reached = _reaching(tree, where, tree.node(remedy.until))
            if reached is None:
                return
            where, last = reached
        between = where.suite.body[where.index : last + 1]
        if any(isinstance(node, cst.Return) for each in between for node in own_nodes(each)):
            return
    if remedy.restores:
        name = _name_of_mode(model)
        if any(isinstance(each, cst.Name) and each.value == name for each in tree.nodes):
            return
        saved = cst.Assign([cst.AssignTarget(cst.Name(name))], _attribute(model, "training"))
        before.insert(0, cst.SimpleStatementLine([saved]))
        after = [_call(model, "train", cst.Name(name))]
    if before:
        yield _inserted(where, before)
    if after:
        end = len(where.suite.body) if remedy.at_end else last + 1
        yield Splice(where.suite, end, end, lambda _: after)


def _expression(text: str, node: cst.CSTNode) -> cst.BaseExpression | None:
    """The part of a call that reads as ``text``, where it can be written again."""
    if not isinstance(node, cst.Call):
        return None
    parts = [node.func, *(argument.value for argument in node.args)]
    if isinstance(node.func, cst.Attribute):
        parts.insert(1, node.func.value)
    for part in parts:
        if _reads_as(part) == text and _is_plain(part):
            return part
    return None


def _reads_as(node: cst.BaseExpression) -> str:
    """An expression as messages give it: without spaces, and without what is in brackets."""
    code = re.sub(r"\s+", "", cst.Module([]).code_for_node(node))
    return re.sub(r"\[[^\]]*\]", "[...]", code)


def _is_plain(node: cst.CSTNode) -> bool:
    """Names, attributes and indices only: nothing that is made anew each time it is written."""
    return isinstance(node, _PLAIN) and not any(
        isinstance(each, (cst.Call, cst.Await, cst.NamedExpr)) for each in own_nodes(node)
    )


def _place(
    tree: Tree, node: cst.CSTNode, around: cst.CSTNode, model: cst.BaseExpression
) -> Where | None:
    """The statement before which the model can be named: ``around``, if it does not bind it."""
    names = {each.value for each in own_nodes(model) if isinstance(each, cst.Name)}
    where = tree.where(node)
    if _binds(where.suite.body[where.index], names):
        return None
    outermost = tree.where(around)
    while where != outermost:
        outer = tree.where(where.suite)
        if _binds(outer.suite.body[outer.index], names):
            return where
        where = outer
    while where.index == 0 and is_guard(next(tree.parents(where.suite), None)):
        where = tree.where(where.suite)
    return where


def _reaching(tree: Tree, where: Where, until: cst.CSTNode) -> tuple[Where, int] | None:
    """A place, or the one of the guard around it, and the index of ``until`` in the same suite."""
    last = tree.where(until)
    around = {last.suite: last.index}
    while not isinstance(last.suite, cst.Module):
        last = tree.where(last.suite)
        around[last.suite] = last.index
    while where.suite not in around:
        if not is_guard(next(tree.parents(where.suite), None)):
            return None
        where = tree.where(where.suite)
    return where, around[where.suite]


def _binds(statement: cst.CSTNode, names: set[str]) -> bool:
    return any(not names.isdisjoint(bound_by(each)) for each in own_nodes(statement))


def _call(model: cst.BaseExpression, method: str, *arguments: cst.BaseExpression) -> Statement:
    call = cst.Call(_attribute(model, method), [cst.Arg(each) for each in arguments])
    return cst.SimpleStatementLine([cst.Expr(call)])


def _attribute(model: cst.BaseExpression, name: str) -> cst.Attribute:
    return cst.Attribute(model.deep_clone(), cst.Name(name))


def _name_of_mode(model: cst.BaseExpression) -> str:
    """``model_was_training``, so that the modes of several models have several names."""
    words = re.findall(r"\w+", cst.Module([]).code_for_node(model))
    return "_".join([*(each for each in words if each != "self"), "was_training"])


def _inserted(where: Where, new: Sequence[Statement]) -> Change:
    """Statements above a statement and its comments, below the blank lines."""

    def above(statements: Statements) -> Statements:
        [old] = statements
        lines = list(old.leading_lines)
        count = next((i for i, line in enumerate(lines) if line.comment), len(lines))
        first, *rest = new
        return [
            first.with_changes(leading_lines=lines[:count]),
            *rest,
            old.with_changes(leading_lines=lines[count:]),
        ]

    return Splice(where.suite, where.index, where.index + 1, above)
