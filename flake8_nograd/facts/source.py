"""From source text to facts, and from a fact back to its place in the text."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import NamedTuple

import libcst as cst
from libcst.metadata import CodeRange
from libcst.metadata.position_provider import PositionProvidingCodegenState

from flake8_nograd.facts import code
from flake8_nograd.facts.visitor import FactVisitor

_UNSPACED = re.compile(r"\b(assert|return|yield|del|in|not|and|or|if|else)\(")
_UNSPACED_BYTES = re.compile(_UNSPACED.pattern.encode())


class Position(NamedTuple):
    """A place in a file: 1-based line, 0-based column in characters."""

    line: int
    column: int


@dataclass
class _Places:
    """What LibCST's position state fills, kept here instead of in a metadata provider."""

    _computed: dict[cst.CSTNode, CodeRange] = field(default_factory=dict)


class Source:
    """One parsed file.

    ``facts`` are its facts. :meth:`position` is asked only for what is reported: the whole file is
    then printed once with LibCST's own position state, an eighth of the cost of its metadata
    provider.
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
            self._places = _Places()
            state = PositionProvidingCodegenState(
                default_indent=self.tree.default_indent,
                default_newline=self.tree.default_newline,
                provider=self._places,  # type: ignore[arg-type]
            )
            self.tree._codegen(state)
        start = self._places._computed[self.node(ref)].start
        return Position(start.line, start.column)


def _parse(text: str | bytes) -> cst.Module:
    """Parse ``text``, also where LibCST (1.9) asks for a space in ``assert(a if b else c)``."""
    try:
        return cst.parse_module(text)
    except cst.CSTValidationError:
        if isinstance(text, bytes):
            return cst.parse_module(_UNSPACED_BYTES.sub(rb"\1 (", text))
        return cst.parse_module(_UNSPACED.sub(r"\1 (", text))
