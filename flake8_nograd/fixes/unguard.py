"""``Unguard``, ``Separate``, ``MoveOut``: guards that are taken away, split, or left earlier."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

import libcst as cst

from flake8_nograd.fixes.guard import dissolved, guarded, names_a_guard, own_nodes, waits
from flake8_nograd.fixes.tree import (
    Change,
    Replace,
    Splice,
    Statement,
    Statements,
    Tree,
    statements_of,
)
from flake8_nograd.rules.finding import MoveOut, Separate, Unguard

_TRAINING_CALLS = ("zero_grad", "backward", "step", "update")
"""What goes with a call that is moved out of a guard, if it stands beside it."""

_CHOICES = (cst.BooleanOperation, cst.IfExp, cst.Comparison)


def unguard(remedy: Unguard, tree: Tree) -> Iterator[Change]:
    """The code without the guard; not where something changed in place would then be recorded."""
    node = tree.node(remedy.guard)
    if isinstance(node, cst.WithItem):
        node = next(tree.parents(node))
    if remedy.records and _changes_in_place(node):
        return
    if isinstance(node, cst.With):
        yield from _without_item(tree.node(remedy.guard), node, tree)
    elif isinstance(node, cst.FunctionDef):
        yield from _without_guards(node, {each for each in node.decorators if _is_guard(each)})
    elif isinstance(node, cst.Decorator):
        function = next(tree.parents(node))
        if isinstance(function, cst.FunctionDef):
            if not remedy.inside:
                yield from _without_guards(function, {node})
            elif not (function.asynchronous and any(map(waits, own_nodes(function.body)))):
                yield from _inside(function, node)


def _without_item(item: cst.CSTNode, node: cst.With, tree: Tree) -> Iterator[Change]:
    gone = {each for each in node.items if each is item or (item is node and _is_plain_guard(each))}
    if len(node.items) > 1:
        if 0 < len(gone) < len(node.items):
            yield Replace(node, lambda new: _without_items(new, node, gone))
    elif isinstance(node.body, cst.IndentedBlock):
        where = tree.where(node)
        yield Splice(where.suite, where.index, where.index + 1, dissolved)


def _without_items(new: cst.CSTNode, old: cst.With, gone: set[cst.WithItem]) -> cst.CSTNode:
    """The other items, each with its comma but for the last."""
    assert isinstance(new, cst.With)
    kept = [each for each, was in zip(new.items, old.items, strict=True) if was not in gone]
    kept[-1] = kept[-1].with_changes(comma=new.items[-1].comma)
    return new.with_changes(items=kept)


def _without_guards(function: cst.FunctionDef, gone: set[cst.Decorator]) -> Iterator[Change]:
    if not gone:
        return

    def bare(node: cst.CSTNode) -> cst.CSTNode:
        assert isinstance(node, cst.FunctionDef)
        pairs = zip(node.decorators, function.decorators, strict=True)
        return node.with_changes(decorators=[each for each, was in pairs if was not in gone])

    yield Replace(function, bare)


def _inside(function: cst.FunctionDef, gone: cst.Decorator) -> Iterator[Change]:
    """The decorator's guard around the body, the docstring aside."""
    body = function.body
    if not isinstance(body, cst.IndentedBlock):
        return
    yield from _without_guards(function, {gone})
    start = 1 if function.get_docstring() is not None else 0
    guard = gone.decorator if isinstance(gone.decorator, cst.Call) else cst.Call(gone.decorator)
    indent = body.indent
    yield Splice(
        body, start, len(body.body), lambda statements: [guarded(statements, guard, indent)]
    )


def _is_guard(decorator: cst.Decorator) -> bool:
    node = decorator.decorator
    return names_a_guard(node.func if isinstance(node, cst.Call) else node)


def _changes_in_place(body: cst.CSTNode) -> bool:
    """``p -= ...``, ``p.add_(...)``: raises for a parameter that nothing guards."""
    for node in own_nodes(body):
        if isinstance(node, cst.AugAssign):
            return True
        if isinstance(node, cst.Call) and isinstance(node.func, cst.Attribute):
            name = node.func.attr.value
            if name.endswith("_") and not name.startswith("_"):
                return True
    return False


def separate(remedy: Separate, tree: Tree) -> Iterator[Change]:
    """``with a() and b():`` as ``with a(), b():``."""
    item = tree.node(remedy.item)
    if not isinstance(item, cst.WithItem) or item.asname is not None:
        return
    parts: list[cst.BaseExpression] = []
    rest = item.item
    while isinstance(rest, cst.BooleanOperation) and isinstance(rest.operator, cst.And):
        parts.insert(0, rest.right)
        rest = rest.left
    parts.insert(0, rest)
    if not parts[1:] or item.item.lpar or any(isinstance(each, _CHOICES) for each in parts):
        return
    with_ = next(tree.parents(item))
    items = [cst.WithItem(each) for each in parts]
    items[-1] = items[-1].with_changes(comma=item.comma)

    def separated(node: cst.CSTNode) -> cst.CSTNode:
        assert isinstance(node, cst.With)
        assert isinstance(with_, cst.With)
        index = list(with_.items).index(item)
        return node.with_changes(items=[*node.items[:index], *items, *node.items[index + 1 :]])

    yield Replace(with_, separated)


def move_out(remedies: Sequence[MoveOut], tree: Tree) -> Iterator[Change]:
    """The calls of one ``with`` after, before or between what stays under the guard."""
    node = tree.node(remedies[0].guard)
    if not isinstance(node, cst.With) or len(node.items) != 1 or node.asynchronous is not None:
        return
    if not isinstance(node.body, cst.IndentedBlock) or not _is_plain_guard(node.items[0]):
        return
    moved: set[int] = set()
    for remedy in remedies:
        place = tree.where(tree.node(remedy.call))
        if place.suite is not node.body or not _is_call(node.body.body[place.index]):
            return
        moved.add(place.index)
    for index in range(min(moved), len(node.body.body)):
        if index - 1 in moved and _trains(node.body.body[index]):
            moved.add(index)
    for index in range(max(moved), -1, -1):
        if index + 1 in moved and _trains(node.body.body[index]):
            moved.add(index)
    if node.body.footer and len(node.body.body) - 1 in moved:
        return
    where = tree.where(node)
    yield Splice(where.suite, where.index, where.index + 1, lambda new: _split(new, moved))


def _split(statements: Statements, moved: set[int]) -> Statements:
    """A ``with`` as runs: those of the moved statements without guard, the others with it."""
    [node] = statements
    assert isinstance(node, cst.With)
    block = cst.ensure_type(node.body, cst.IndentedBlock)
    header = block.header
    result: list[Statement] = []
    for is_moved, pairs in groupby(enumerate(statements_of(block)), lambda pair: pair[0] in moved):
        first, *rest = run = [statement for _, statement in pairs]
        if is_moved:
            result += run
            continue
        lines = first.leading_lines if result else ()
        if result:
            first = first.with_changes(leading_lines=[])
        footer = block.footer if run[-1] is block.body[-1] else ()
        inner = block.with_changes(body=[first, *rest], header=header, footer=footer)
        result.append(node.deep_clone().with_changes(body=inner, leading_lines=lines))
        header = cst.TrailingWhitespace()  # a comment is not said twice
    lines = [*node.leading_lines, *(result[0].leading_lines if 0 in moved else ())]
    result[0] = result[0].with_changes(leading_lines=lines)
    return result


def _is_plain_guard(item: cst.WithItem) -> bool:
    call = item.item
    return item.asname is None and isinstance(call, cst.Call) and names_a_guard(call.func)


def _is_call(statement: cst.CSTNode) -> bool:
    """A line with a call and no more."""
    return (
        isinstance(statement, cst.SimpleStatementLine)
        and len(statement.body) == 1
        and isinstance(statement.body[0], (cst.Expr, cst.Assign))
        and isinstance(statement.body[0].value, cst.Call)
    )


def _trains(statement: cst.CSTNode) -> bool:
    """``optimizer.zero_grad()`` and its like."""
    if not isinstance(statement, cst.SimpleStatementLine) or len(statement.body) != 1:
        return False
    expression = statement.body[0]
    call = expression.value if isinstance(expression, cst.Expr) else None
    return (
        isinstance(call, cst.Call)
        and isinstance(call.func, cst.Attribute)
        and call.func.attr.value in _TRAINING_CALLS
    )
