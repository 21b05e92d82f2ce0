"""From source text to facts, and from a fact back to its place in the text."""

from __future__ import annotations

import re
from bisect import bisect_right
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from itertools import accumulate
from typing import NamedTuple

import libcst as cst
from libcst._nodes.internal import CodegenState

from flake8_nograd.facts import code
from flake8_nograd.facts.visitor import FactVisitor

_UNSPACED = re.compile(
    r"\b(assert|return|yield|del|in|not|and|or|if|else)(?=[(*])"
    r"|[)\]}](?=(for|async|if|else|and|or|not|in|is|as)\b)"
)
_UNSPACED_BYTES = re.compile(_UNSPACED.pattern.encode())
_LINE_END = re.compile(r"\r\n?|\n")
_AS_IT_IS = nullcontext()


class Position(NamedTuple):
    """A place in a file: 1-based line, 0-based column in characters."""

    line: int
    column: int


@dataclass
class _Printer(CodegenState):
    """Prints a module, and keeps with which token each node begins.

    LibCST's own position state counts lines and columns at every token: at three times the price.
    """

    starts: dict[cst.CSTNode, int] = field(default_factory=dict)

    def before_codegen(self, node: cst.CSTNode) -> None:
        self.starts[node] = len(self.tokens)

    def record_syntactic_position(  # type: ignore[override]  # a generator: a quarter more
        self, node: cst.CSTNode, **_: object
    ) -> AbstractContextManager[None]:
        """The node proper begins here, after its white space; no fact stands for a block."""
        self.starts[node] = len(self.tokens)
        return _AS_IT_IS


class _Places:
    """Where the nodes of a module begin, as LibCST's ``PositionProvider`` has it."""

    def __init__(self, tree: cst.Module) -> None:
        printer = _Printer(tree.default_indent, tree.default_newline)
        tree._codegen(printer)
        text = "".join(printer.tokens)
        self._starts = printer.starts
        self._offsets = list(accumulate(map(len, printer.tokens), initial=0))
        self._lines = [0, *(each.end() for each in _LINE_END.finditer(text))]

    def position(self, node: cst.CSTNode) -> Position:
        offset = self._offsets[self._starts[node]]
        line = bisect_right(self._lines, offset)
        return Position(line, offset - self._lines[line - 1])


class Source:
    """One parsed file.

    ``facts`` are its facts. :meth:`position` is asked only for what is reported: the whole file is
    then printed once.
    """

    def __init__(self, text: str | bytes) -> None:
        """Parse ``text``; raises :class:`libcst.ParserSyntaxError` where it is no Python."""
        self.tree = _parse(text)
        visitor = FactVisitor()
        self.tree.visit(visitor)
        self.facts: code.Module = visitor.facts
        self._nodes = visitor.nodes
        self._places: _Places | None = None

    def node(self, ref: int) -> cst.CSTNode:
        """The node of ``tree`` that the fact with this ``ref`` stands for."""
        return self._nodes[code.original(ref)]

    def position(self, ref: int) -> Position:
        """Where the fact with this ``ref`` begins; line 1 for a fact without a node of its own."""
        if ref == code.NO_REF:
            return Position(1, 0)
        if self._places is None:
            self._places = _Places(self.tree)
        return self._places.position(self.node(ref))


def _parse(text: str | bytes) -> cst.Module:
    """Parse ``text``, also where LibCST (1.9) asks for a space that Python does not ask for.

    It does so in ``assert(a if b else c)``, ``return*a`` and ``[await a(b)for b in c]``.
    """
    try:
        return cst.parse_module(text)
    except cst.CSTValidationError:
        if isinstance(text, bytes):
            return cst.parse_module(_UNSPACED_BYTES.sub(rb"\g<0> ", text))
        return cst.parse_module(_UNSPACED.sub(r"\g<0> ", text))
