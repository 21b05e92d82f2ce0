"""``Rewrite``: other code in place of an expression or a statement."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from flake8_nograd.fixes.tree import Change, Replace, Tree
from flake8_nograd.rules.finding import Rewrite

_ATOMS = (cst.Name, cst.Attribute, cst.Call, cst.Subscript, cst.BaseString, cst.BaseNumber)


def rewrite(remedy: Rewrite, tree: Tree) -> Iterator[Change]:
    """The expression of a node, rewritten as the template says."""
    node = tree.node(remedy.ref)
    if isinstance(node, cst.WithItem):
        yield Replace(node.item, lambda item: _filled(remedy.template, item))
    elif isinstance(node, (cst.Expr, cst.AugAssign, cst.Return)) and node.value is not None:
        yield Replace(node.value, lambda value: _filled(remedy.template, value))
    elif isinstance(node, cst.Assign):
        yield Replace(node, lambda _: _statement(remedy.template))
    elif isinstance(node, cst.BaseExpression):
        yield Replace(node, lambda value: _filled(remedy.template, value))


def _filled(template: str, node: cst.CSTNode) -> cst.BaseExpression:
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
