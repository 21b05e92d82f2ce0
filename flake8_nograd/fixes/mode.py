"""``SetMode`` and ``TakeMode``: the mode of a model set, and taken, in the way that works."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import libcst as cst

from flake8_nograd.fixes.guard import own_nodes
from flake8_nograd.fixes.tree import Change, Replace, Splice, Statements, Tree
from flake8_nograd.rules.finding import SetMode, TakeMode


def set_mode(remedy: SetMode, tree: Tree) -> Iterator[Change]:
    """``model.eval()`` for ``model.training = False``, where it is the only target."""
    node = tree.node(remedy.statement)
    if not isinstance(node, cst.Assign) or len(node.targets) != 1:
        return
    target = node.targets[0].target
    if not isinstance(target, cst.Attribute) or not isinstance(node.value, cst.Name):
        return
    method = {"True": "train", "False": "eval"}.get(node.value.value)
    if method is not None:
        call = cst.Call(cst.Attribute(target.value, cst.Name(method)))
        yield Replace(node, lambda old: cst.Expr(call, semicolon=old.semicolon))  # type: ignore[attr-defined]


def take_mode(remedy: TakeMode, tree: Tree) -> Iterator[Change]:
    """``def train(self, mode=True)``, where the method passes on to ``super()`` what it is."""
    function = tree.node(remedy.function)
    if not isinstance(function, cst.FunctionDef) or not isinstance(
        function.body, cst.IndentedBlock
    ):
        return
    only = function.params.params
    if len(only) != 1 or not _is_alone(function.params):
        return
    calls = [each for each in own_nodes(function.body) if _passes_on(each)]
    if not calls:
        return
    mode = cst.Param(
        cst.Name("mode"),
        default=cst.Name("True"),
        equal=cst.AssignEqual(cst.SimpleWhitespace(""), cst.SimpleWhitespace("")),
    )
    yield Replace(function.params, lambda old: old.with_changes(params=[*_parameters(old), mode]))
    for call in calls:
        given = [cst.Arg(cst.Name("mode"))]
        yield Replace(call, lambda old, given=given: old.with_changes(args=given))  # type: ignore[misc]
    if not any(isinstance(each, cst.Return) for each in own_nodes(function.body)):
        end = len(function.body.body)
        yield Splice(function.body, end, end, _return_self(only[0].name.value))


def _parameters(node: cst.CSTNode) -> list[cst.Param]:
    assert isinstance(node, cst.Parameters)
    return [each.with_changes(comma=cst.MaybeSentinel.DEFAULT) for each in node.params]


def _is_alone(parameters: cst.Parameters) -> bool:
    return not (
        parameters.posonly_params
        or parameters.kwonly_params
        or parameters.star_kwarg
        or isinstance(parameters.star_arg, cst.Param)
    )


def _passes_on(node: cst.CSTNode) -> bool:
    """``super().train()``."""
    return (
        isinstance(node, cst.Call)
        and not node.args
        and isinstance(node.func, cst.Attribute)
        and node.func.attr.value == "train"
        and isinstance(node.func.value, cst.Call)
        and isinstance(node.func.value.func, cst.Name)
        and node.func.value.func.value == "super"
    )


def _return_self(name: str) -> Callable[[Statements], Statements]:
    return lambda _: [cst.SimpleStatementLine([cst.Return(cst.Name(name))])]
