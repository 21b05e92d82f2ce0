"""``Rewrite``: other code in place of an expression or a statement."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from flake8_nograd.fixes.tree import Change, Replace, Tree
from flake8_nograd.rules.finding import Detach, Respell, Rewrite

_ATOMS = (cst.Name, cst.Attribute, cst.Call, cst.Subscript, cst.BaseString, cst.BaseNumber)
_DISPLAYS = (cst.Tuple, cst.List, cst.Dict, cst.Set)


def rewrite(remedy: Rewrite, tree: Tree) -> Iterator[Change]:
    """The expression of a node, rewritten as the template says."""
    node = tree.node(remedy.ref)
    if isinstance(node, cst.WithItem):
        yield Replace(node.item, lambda item: filled(remedy.template, item))
    elif isinstance(node, (cst.Expr, cst.AugAssign, cst.Return)) and node.value is not None:
        yield Replace(node.value, lambda value: filled(remedy.template, value))
    elif isinstance(node, cst.Assign):
        yield Replace(node, lambda _: _statement(remedy.template))
    elif isinstance(node, cst.BaseExpression):
        yield Replace(node, lambda value: filled(remedy.template, value))


def respell(remedy: Respell, tree: Tree) -> Iterator[Change]:
    """``torch.inference_mode()`` for ``torch.no_grad()``, under whatever name torch has."""
    node = tree.node(remedy.guard)
    guard = node.item if isinstance(node, cst.WithItem) else getattr(node, "decorator", None)
    if isinstance(guard, cst.Call):
        guard = guard.func
    if isinstance(guard, cst.Attribute):
        yield Replace(guard.attr, lambda _: cst.Name(remedy.name))


def detach(remedy: Detach, tree: Tree) -> Iterator[Change]:
    """``.detach()`` on what is added or appended."""
    node = tree.node(remedy.statement)
    value: cst.BaseExpression | None = None
    if isinstance(node, cst.AugAssign):
        value = node.value
    elif isinstance(node, cst.Assign) and isinstance(node.value, cst.BinaryOperation):
        target = node.targets[0].target
        value = node.value.right if node.value.left.deep_equals(target) else None
    elif isinstance(node, cst.Expr) and isinstance(node.value, cst.Call) and node.value.args:
        value = node.value.args[-1].value
    if value is not None and not isinstance(value, _DISPLAYS):
        yield Replace(value, lambda old: filled("{}.detach()", old))


def filled(template: str, node: cst.CSTNode) -> cst.BaseExpression:
    """The template with a node in its braces; in parentheses, where it is no atom."""
    assert isinstance(node, cst.BaseExpression)
    if "{}" not in template:
        return cst.parse_expression(template)
    if not isinstance(node, _ATOMS) and not node.lpar:
        node = node.with_changes(lpar=[cst.LeftParen()], rpar=[cst.RightParen()])
    blank = cst.parse_expression(template.replace("{}", "_"))
    filled = blank.visit(_Filling(node))
    assert isinstance(filled, cst.BaseExpression)
    return filled


def _statement(text: str) -> cst.Expr:
    return cst.Expr(cst.parse_expression(text))


class _Filling(cst.CSTTransformer):
    def __init__(self, node: cst.BaseExpression) -> None:
        super().__init__()
        self._node = node

    def leave_Name(self, original_node: cst.Name, updated_node: cst.Name) -> cst.BaseExpression:
        return self._node if original_node.value == "_" else updated_node
