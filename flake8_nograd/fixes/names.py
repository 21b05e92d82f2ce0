"""How a guard is spelled in a file: by its own import of torch, or by a new one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, TypeAlias

import libcst as cst

from flake8_nograd.fixes.tree import Change, Splice, Statements, Tree

GuardName: TypeAlias = Literal["no_grad", "inference_mode"]

_DOTTED = (cst.Name, cst.Attribute)


@dataclass(frozen=True)
class _Import:
    """``name`` is bound to what ``path`` leads to, by the statement ``node``."""

    name: str
    path: str
    node: cst.CSTNode


@dataclass(frozen=True)
class Spelling:
    """An expression, and the import that it needs where the file has none."""

    expression: cst.BaseExpression
    imports: tuple[Change, ...] = ()


class Names:
    """The names that one file gives to torch and to its guards."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree

    def guard(self, name: GuardName, at: cst.CSTNode) -> Spelling | None:
        """``torch.no_grad()`` as the code at this node can write it; None where it cannot."""
        direct = self._visible(f"torch.{name}", at)
        if direct is not None:
            return Spelling(cst.parse_expression(f"{direct}()"))
        module = self._visible("torch", at)
        if module is not None:
            return Spelling(cst.parse_expression(f"{module}.{name}()"))
        if "torch" in self._rebound or any(
            each.name == "torch" and each.path != "torch" for each in self._imports
        ):
            return None
        return Spelling(cst.parse_expression(f"torch.{name}()"), (self._import,))

    def _visible(self, path: str, at: cst.CSTNode) -> str | None:
        """The name by which the code at a node can reach what a path leads to."""
        scope = self._tree.scope(at)
        around = {scope, *self._tree.parents(scope)}
        for each in self._imports:
            if each.path != path or each.name in self._rebound:
                continue
            where = self._tree.scope(each.node)
            if where is scope and self._tree.order(each.node) > self._tree.order(at):
                continue
            if where in around and not isinstance(where, cst.ClassDef):
                return each.name
        return None

    @cached_property
    def _imports(self) -> list[_Import]:
        found: list[_Import] = []
        for node in self._tree.nodes:
            if isinstance(node, cst.Import):
                for alias in node.names:
                    path = _dotted(alias.name)
                    bound = alias.evaluated_alias
                    root = path.partition(".")[0]
                    found.append(_Import(bound or root, path if bound else root, node))
            elif isinstance(node, cst.ImportFrom) and not isinstance(node.names, cst.ImportStar):
                package = "." * len(node.relative) + (_dotted(node.module) if node.module else "")
                found += [
                    _Import(alias.evaluated_alias or name, f"{package}.{name}", node)
                    for alias in node.names
                    for name in (alias.evaluated_name,)
                ]
        return found

    @cached_property
    def _rebound(self) -> set[str]:
        """The names that something else than an import binds, somewhere in the file."""
        return {name for node in self._tree.nodes for name in bound_by(node)}

    @cached_property
    def _import(self) -> Change:
        """``import torch``: above the first import of torch, or the first import of all."""
        body = self._tree.module.body
        imports = [
            (index, statement)
            for index, statement in enumerate(body)
            if _is_import(statement) and not _imports_from(statement, "__future__")
        ]
        of_torch = [each for each in imports if _imports_from(each[1], "torch")]
        for index, _ in (*of_torch[:1], *imports[:1]):
            return Splice(self._tree.module, index, index + 1, _import_above)
        first = 0
        for index, statement in enumerate(body):
            if _is_docstring(statement, index) or _imports_from(statement, "__future__"):
                first = index + 1
        return Splice(self._tree.module, first, first, lambda _: [_import_of_torch(first > 0)])


def bound_by(node: cst.CSTNode) -> Iterator[str]:
    """The names that a node itself binds, imports aside; ``torch = None`` stands for no torch."""
    if isinstance(node, cst.Assign):
        if not (isinstance(node.value, cst.Name) and node.value.value == "None"):
            for target in node.targets:
                yield from _targets(target.target)
    elif isinstance(node, (cst.AnnAssign, cst.AugAssign, cst.For, cst.CompFor, cst.NamedExpr)):
        yield from _targets(node.target)
    elif isinstance(node, (cst.WithItem, cst.ExceptHandler)):
        name = node.asname if isinstance(node, cst.WithItem) else node.name
        if name is not None:
            yield from _targets(name.name)
    elif isinstance(node, (cst.Param, cst.FunctionDef, cst.ClassDef)):
        yield node.name.value


def _targets(node: cst.CSTNode) -> Iterator[str]:
    if isinstance(node, cst.Name):
        yield node.value
    elif isinstance(node, (cst.Tuple, cst.List)):
        for element in node.elements:
            yield from _targets(element.value)


def _dotted(node: cst.CSTNode) -> str:
    if isinstance(node, cst.Attribute):
        return f"{_dotted(node.value)}.{node.attr.value}"
    return node.value if isinstance(node, cst.Name) else ""


def _is_import(statement: cst.CSTNode) -> bool:
    return isinstance(statement, cst.SimpleStatementLine) and isinstance(
        statement.body[0], (cst.Import, cst.ImportFrom)
    )


def _imports_from(statement: cst.CSTNode, root: str) -> bool:
    """Whether a statement imports the package, or something of it."""
    if not isinstance(statement, cst.SimpleStatementLine):
        return False
    first = statement.body[0]
    if isinstance(first, cst.Import):
        paths = [_dotted(alias.name) for alias in first.names]
    elif isinstance(first, cst.ImportFrom) and first.module is not None:
        paths = [_dotted(first.module)]
    else:
        return False
    return any(path.partition(".")[0] == root for path in paths)


def _is_docstring(statement: cst.CSTNode, index: int) -> bool:
    return (
        index == 0
        and isinstance(statement, cst.SimpleStatementLine)
        and isinstance(statement.body[0], cst.Expr)
        and isinstance(statement.body[0].value, (cst.SimpleString, cst.ConcatenatedString))
    )


def _import_of_torch(after_something: bool) -> cst.SimpleStatementLine:
    blank = [cst.EmptyLine(indent=False)] if after_something else []
    line = cst.ensure_type(cst.parse_statement("import torch"), cst.SimpleStatementLine)
    # a newline of the file's own kind
    return cst.SimpleStatementLine(line.body, leading_lines=blank)


def _import_above(statements: Statements) -> Statements:
    first = statements[0]
    line = _import_of_torch(False).with_changes(leading_lines=first.leading_lines)
    return [line, first.with_changes(leading_lines=[])]
