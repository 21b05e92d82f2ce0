"""Rewrites a text so that no name of its own says what it stands for.

Renamed are the variables, parameters, functions and classes that the text defines, its methods and
its instances' attributes, each to one new name wherever it stands. Kept is what others know: names
that are imported or builtin, parameters given by keyword to something of another file, methods and
attributes that a framework, or Python, calls by name.
"""

from __future__ import annotations

import ast
import builtins
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

import libcst as cst

Function: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
Keep: TypeAlias = Callable[[str], bool]

_CALLED_BY_PYTHON = {"forward", "run", "backward", "setup_context"}
"""Methods that are called by their name: modules, threads, autograd functions."""


@dataclass(frozen=True)
class Names:
    """The new name of each old one."""

    bare: Mapping[str, str]
    attributes: Mapping[str, str]
    """Methods and attributes, after a dot; methods where they are defined, too."""
    parameters: Mapping[str, frozenset[str]]
    """By function or class of the text: the parameters that a keyword may name."""


def renamed(source: str, is_known_outside: Keep, keep: Keep = lambda _: False) -> str:
    """The text with neutral names.

    :param is_known_outside: is a method or an attribute of this name known to a framework?
    :param keep: which names stay as they are.
    """
    names = _Survey(ast.parse(source), is_known_outside).names(keep)
    return cst.parse_module(source).visit(_Renaming(names)).code


class _Survey:
    """Which names a text defines, and which of them are known elsewhere."""

    def __init__(self, tree: ast.Module, is_known_outside: Keep) -> None:
        self._nodes = list(ast.walk(tree))
        self._is_known_outside = is_known_outside
        self._functions = {
            node.name: node
            for node in self._nodes
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
        }
        self._classes = {node.name: node for node in self._nodes if isinstance(node, ast.ClassDef)}
        self._members = {
            member.name
            for node in self._classes.values()
            for member in node.body
            if isinstance(member, (ast.FunctionDef, ast.AsyncFunctionDef))
        }

    def names(self, keep: Keep) -> Names:
        """New names for all that is not kept; they tell a class from anything else, as PEP 8 does.

        The numbers go by the order of the old names over all of the text's names, so that a name
        becomes the same whatever else is kept.
        """
        bare = self._bare()
        attributes = self._attributes()
        new = {
            name: f"{'Name' if name in self._classes else 'name_'}{number}"
            for number, name in enumerate(sorted(bare | attributes), start=1)
        }
        return Names(
            {name: new[name] for name in bare if not keep(name)},
            {name: new[name] for name in attributes if not keep(name)},
            self._parameters(),
        )

    def _bare(self) -> set[str]:
        return set(self._bound()) - self._imported() - self._given_by_keyword() - _NEVER

    def _bound(self) -> Iterator[str]:
        fields = {id(name) for node in self._classes.values() for name in _fields_of(node)}
        for node in self._nodes:
            if isinstance(node, ast.Name):
                if not isinstance(node.ctx, ast.Load) and id(node) not in fields:
                    yield node.id
            elif isinstance(node, ast.arg):
                yield node.arg
            elif isinstance(node, (ast.ExceptHandler, ast.MatchAs, ast.MatchStar)) and node.name:
                yield node.name
        yield from (name for name in self._functions if name not in self._members)
        yield from self._classes

    def _imported(self) -> set[str]:
        return {
            (alias.asname or alias.name).partition(".")[0]
            for node in self._nodes
            if isinstance(node, (ast.Import, ast.ImportFrom))
            for alias in node.names
        }

    def _given_by_keyword(self) -> set[str]:
        """Parameters of methods that others call, where a keyword of the text names them."""
        keywords = {node.arg for node in self._nodes if isinstance(node, ast.keyword)}
        return {
            arg.arg
            for name in self._members
            if self._is_kept(name) and name != "__init__"
            for arg in _args(self._functions[name])
            if arg.arg in keywords
        }

    def _attributes(self) -> set[str]:
        """Methods of the text's classes, and what is stored on ``self`` and used there alone."""
        own: set[str] = set()
        others: set[str] = set()
        for node in self._nodes:
            if isinstance(node, ast.Attribute):
                is_own = isinstance(node.value, ast.Name) and node.value.id == "self"
                (own if is_own else others).add(node.attr)
        stored = {
            node.attr
            for node in self._nodes
            if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store)
        }
        mine = self._members | ((stored & own) - others)
        return {name for name in mine if not self._is_kept(name)} - self._texts()

    def _is_kept(self, name: str) -> bool:
        return (
            (name.startswith("__") and name.endswith("__"))
            or name in _CALLED_BY_PYTHON
            or self._is_known_outside(name)
        )

    def _texts(self) -> set[str]:
        """Strings: ``getattr(self, "name")`` names an attribute as well."""
        return {
            node.value
            for node in self._nodes
            if isinstance(node, ast.Constant) and isinstance(node.value, str)
        }

    def _parameters(self) -> dict[str, frozenset[str]]:
        found = {
            name: frozenset(arg.arg for arg in _args(function))
            for name, function in self._functions.items()
        }
        for name, node in self._classes.items():
            for member in node.body:
                if isinstance(member, ast.FunctionDef) and member.name == "__init__":
                    found[name] = frozenset(arg.arg for arg in _args(member))
        return found


_NEVER = {"_", "self", "cls", *dir(builtins)}


def _fields_of(node: ast.ClassDef) -> Iterator[ast.Name]:
    """The names that are bound in a class's own body: its attributes."""
    for statement in node.body:
        if isinstance(statement, (ast.Assign, ast.AnnAssign)):
            yield from (each for each in ast.walk(statement) if isinstance(each, ast.Name))


def _args(function: Function) -> list[ast.arg]:
    given = function.args
    optional = [each for each in (given.vararg, given.kwarg) if each is not None]
    return [*given.posonlyargs, *given.args, *given.kwonlyargs, *optional]


class _Renaming(cst.CSTTransformer):
    """Rewrites the names where they stand."""

    def __init__(self, names: Names) -> None:
        super().__init__()
        self._names = names
        self._is_class_body = [False]

    def leave_Name(self, original_node: cst.Name, updated_node: cst.Name) -> cst.Name:
        return _with(updated_node, self._names.bare)

    def leave_Attribute(
        self, original_node: cst.Attribute, updated_node: cst.Attribute
    ) -> cst.Attribute:
        return updated_node.with_changes(attr=_with(original_node.attr, self._names.attributes))

    def visit_ClassDef(self, node: cst.ClassDef) -> None:
        self._is_class_body.append(True)

    def leave_ClassDef(
        self, original_node: cst.ClassDef, updated_node: cst.ClassDef
    ) -> cst.ClassDef:
        self._is_class_body.pop()
        return updated_node

    def visit_FunctionDef(self, node: cst.FunctionDef) -> None:
        self._is_class_body.append(False)

    def leave_FunctionDef(
        self, original_node: cst.FunctionDef, updated_node: cst.FunctionDef
    ) -> cst.FunctionDef:
        self._is_class_body.pop()
        names = self._names.attributes if self._is_class_body[-1] else self._names.bare
        return updated_node.with_changes(name=_with(original_node.name, names))

    def leave_Call(self, original_node: cst.Call, updated_node: cst.Call) -> cst.Call:
        """Keywords of the text's own functions; also where one is bound, as by ``partial``."""
        named = {_last(original_node.func), *(_last(arg.value) for arg in original_node.args)}
        known = {parameter for name in named for parameter in self._names.parameters.get(name, ())}
        arguments = [
            new.with_changes(keyword=_with(old.keyword, self._names.bare))
            if old.keyword is not None and old.keyword.value in known
            else new.with_changes(keyword=old.keyword)
            for old, new in zip(original_node.args, updated_node.args, strict=True)
        ]
        return updated_node.with_changes(args=arguments)

    def leave_SimpleString(
        self, original_node: cst.SimpleString, updated_node: cst.SimpleString
    ) -> cst.SimpleString:
        """A class may be annotated by its name in quotes."""
        quote, name = original_node.quote, original_node.raw_value
        if not name[:1].isupper() or name not in self._names.bare:
            return updated_node
        return updated_node.with_changes(value=f"{quote}{self._names.bare[name]}{quote}")

    def visit_Import(self, node: cst.Import) -> bool:
        return False

    def visit_ImportFrom(self, node: cst.ImportFrom) -> bool:
        return False


def _with(name: cst.Name, names: Mapping[str, str]) -> cst.Name:
    return name.with_changes(value=names.get(name.value, name.value))


def _last(node: cst.BaseExpression) -> str:
    if isinstance(node, cst.Attribute):
        return node.attr.value
    return node.value if isinstance(node, cst.Name) else ""
