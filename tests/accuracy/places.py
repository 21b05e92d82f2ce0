"""Where a labelled unit stands in its file."""

from __future__ import annotations

import ast
import functools
from collections.abc import Container, Iterator
from pathlib import Path
from typing import NamedTuple

FARTHEST = 8
"""How many lines a ``def`` may lie from where the label has it."""


class Function(NamedTuple):
    """A function or method of a file."""

    name: str
    """With the classes and functions around it, joined by dots."""
    def_line: int
    lines: range
    """From its first decorator to its end, functions within it included."""


class File(NamedTuple):
    """A file that parses."""

    functions: tuple[Function, ...]
    module: frozenset[int]
    """The lines outside of every function."""


def lines_of(path: Path, name: str, def_line: int) -> Container[int] | None:
    """The lines of a unit; None where the file does not parse or has no such unit nearby."""
    file = _read(path)
    if file is None:
        return None
    if name.startswith("<module"):
        return file.module
    name = name.replace(".<locals>", "").split("(")[0]
    candidates = [each for each in file.functions if _last(each.name) == _last(name)]
    nearest = min(candidates, key=lambda each: abs(each.def_line - def_line), default=None)
    if nearest is None or abs(nearest.def_line - def_line) > FARTHEST:
        return None
    return nearest.lines


def _last(name: str) -> str:
    return name.rpartition(".")[2]


@functools.cache
def _read(path: Path) -> File | None:
    text = path.read_text(encoding="utf-8", errors="replace")
    try:
        functions = tuple(_functions(ast.parse(text), ""))
    except SyntaxError:
        return None
    inside = {line for function in functions for line in function.lines}
    return File(functions, frozenset(range(1, text.count("\n") + 2)) - inside)


def _functions(node: ast.AST, prefix: str) -> Iterator[Function]:
    for child in ast.iter_child_nodes(node):
        inner = prefix
        if isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            inner = f"{prefix}{child.name}."
        if isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef)):
            first = min([child.lineno, *(each.lineno for each in child.decorator_list)])
            lines = range(first, (child.end_lineno or first) + 1)
            yield Function(f"{prefix}{child.name}", child.lineno, lines)
        yield from _functions(child, inner)
