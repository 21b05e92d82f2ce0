"""``SetArgument``: an argument of a call is added, rewritten or taken away."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from flake8_nograd.fixes.rewrite import filled
from flake8_nograd.fixes.tree import Change, Replace, Tree
from flake8_nograd.rules.finding import SetArgument


def set_argument(remedy: SetArgument, tree: Tree) -> Iterator[Change]:
    """The call with the argument as the remedy says."""
    call = tree.node(remedy.call)
    if not isinstance(call, cst.Call):
        return
    given = [each for each in call.args if each.keyword and each.keyword.value == remedy.name]
    if remedy.value is None:
        yield Replace(call, lambda node: _without(node, remedy.name))
    elif given:
        value = remedy.value
        yield Replace(given[0].value, lambda node: filled(value, node))
    elif "{}" not in remedy.value:
        new = cst.Arg(
            cst.parse_expression(remedy.value),
            keyword=cst.Name(remedy.name),
            equal=cst.AssignEqual(cst.SimpleWhitespace(""), cst.SimpleWhitespace("")),
        )
        yield Replace(call, lambda node: _with(node, new))


def _with(node: cst.CSTNode, new: cst.Arg) -> cst.CSTNode:
    """The argument last, with the comma and the line that the others have."""
    assert isinstance(node, cst.Call)
    if not node.args:
        return node.with_changes(args=[new])
    *others, last = node.args
    between = others[-1].comma if others else cst.Comma(whitespace_after=cst.SimpleWhitespace(" "))
    if isinstance(last.comma, cst.Comma):
        new = new.with_changes(comma=last.comma)
    else:
        new = new.with_changes(whitespace_after_arg=last.whitespace_after_arg)
        last = last.with_changes(whitespace_after_arg=cst.SimpleWhitespace(""))
    return node.with_changes(args=[*others, last.with_changes(comma=between), new])


def _without(node: cst.CSTNode, name: str) -> cst.CSTNode:
    assert isinstance(node, cst.Call)
    kept = [each for each in node.args if each.keyword is None or each.keyword.value != name]
    if kept and node.args[-1] not in kept:
        last = node.args[-1]
        end = {"comma": last.comma, "whitespace_after_arg": last.whitespace_after_arg}
        kept[-1] = kept[-1].with_changes(**end)
    return node.with_changes(args=kept)
