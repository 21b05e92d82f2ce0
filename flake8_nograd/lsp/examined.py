"""One opened file or notebook, as it was when it was last looked at: no word of the protocol."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from flake8.defaults import NOQA_INLINE_REGEXP

from flake8_nograd.cli import difference
from flake8_nograd.cli.document import Place, PythonFile, Sheet
from flake8_nograd.cli.mend import Document, File, Mending
from flake8_nograd.cli.notebook import Notebook
from flake8_nograd.cli.text import Text
from flake8_nograd.reported import Reported

_CODE = re.compile(r"NGD\d{3}")


class Part(NamedTuple):
    """A text of its own in the editor: a file, or a cell of a notebook that holds code."""

    uri: str
    version: int
    source: str


@dataclass(frozen=True)
class Opened:
    """What the editor has opened under one name, all of it at one moment."""

    uri: str
    path: str
    parts: tuple[Part, ...]
    is_notebook: bool

    def document(self) -> Document:
        """The code in it; raises :class:`flake8_nograd.cli.text.Unreadable`."""
        if not self.is_notebook:
            return PythonFile(self.parts[0].source.encode("utf-8", "surrogatepass"))
        cells = [
            {"cell_type": "code", "metadata": {}, "source": part.source} for part in self.parts
        ]
        notebook = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells}
        return Notebook(json.dumps(notebook).encode())


class Span(NamedTuple):
    """Where something is in a part: 0-based lines and columns in characters, end exclusive."""

    line: int
    column: int
    end_line: int
    end_column: int


class Problem(NamedTuple):
    """A finding, in the part and at the span where the editor shows it."""

    found: Reported
    uri: str
    span: Span
    message: str


class Edit(NamedTuple):
    """Text for the place of a span."""

    uri: str
    version: int
    span: Span
    text: str


class Examined:
    """What was found in what was opened, and what can be done about it."""

    def __init__(self, opened: Opened, mending: Mending) -> None:
        """Look for findings; raises :class:`flake8_nograd.cli.text.Unreadable`."""
        self.opened = opened
        self._document = opened.document()
        self._file = File(mending, opened.path, self._document)
        self.problems = tuple(self._problems())

    def _problems(self) -> Iterator[Problem]:
        found = self._file.found()
        if not found:
            return
        lengths = _lengths(self._document.text)
        for each in found:
            place = Place(each.line, each.column)
            sheet, (line, column), _ = self._document.located(place)
            end = len(sheet.text.exact[line - 1].rstrip("\r\n"))
            if place in lengths:
                end = min(end, column + lengths[place])
            span = Span(line - 1, column, line - 1, end)
            yield Problem(each, self._part(sheet).uri, span, self._document.worded(each.message))

    def at(self, uri: str, first: int, last: int) -> list[Problem]:
        """The problems that begin on these lines of a part."""
        return [
            each for each in self.problems if each.uri == uri and first <= each.span.line <= last
        ]

    def lines(self, uri: str) -> Sequence[str]:
        """The lines of a part, as the protocol counts them."""
        return next(
            (sheet.text.exact for sheet in self._document.sheets if self._part(sheet).uri == uri),
            (),
        )

    def fix(self, problem: Problem) -> list[Edit]:
        """What mends a problem; nothing where that cannot be proven."""
        fix = self._file.fix(problem.found)
        if fix is None:
            return []
        parts = {sheet.cell: self._part(sheet) for sheet in self._document.sheets}
        return [_edit(parts[cell], each) for cell, each in fix.replacements]

    def fix_all(self) -> list[Edit]:
        """What mends all that is safe to mend."""
        return self._to(self._file.fixed([each.found for each in self.problems]).after)

    def silence(self, problem: Problem) -> list[Edit]:
        """What silences a problem by a comment; nothing where no comment does."""
        return self._to(self._file.silenced([problem.found]).after)

    def codes(self, uri: str, line: int) -> list[str]:
        """The codes of the problems that begin on a line, and of its ``# noqa`` comment."""
        lines = self.lines(uri)
        codes = [each.found.code for each in self.at(uri, line, line)]
        comment = NOQA_INLINE_REGEXP.search(lines[line]) if line < len(lines) else None
        if comment is not None and comment["codes"]:
            codes += _CODE.findall(comment["codes"])
        return list(dict.fromkeys(codes))

    def _to(self, after: bytes) -> list[Edit]:
        """What makes the opened texts those of another content of the file."""
        changed = type(self._document)(after)
        return [
            _edit(self._part(old), each)
            for old, new in zip(self._document.sheets, changed.sheets, strict=True)
            for each in difference.replacements(old.text.exact, new.text.exact)
        ]

    def _part(self, sheet: Sheet) -> Part:
        return self.opened.parts[0 if sheet.cell is None else sheet.cell - 1]


def _lengths(text: Text) -> dict[Place, int]:
    """How many characters the expression has that begins at a place and ends on its line.

    Of several the shortest call: ``model(x)`` in ``model(x).max()``.
    """
    lengths: dict[Place, int] = {}
    calls: dict[Place, int] = {}
    for node in ast.walk(text.parsed()):
        if isinstance(node, ast.expr) and node.lineno == node.end_lineno:
            line = text.lines[node.lineno - 1].encode()  # the tree counts bytes
            start = len(line[: node.col_offset].decode())
            length = len(line[node.col_offset : node.end_col_offset].decode())
            place = Place(node.lineno, start)
            lengths[place] = max(length, lengths.get(place, 0))
            if isinstance(node, ast.Call):
                calls[place] = min(length, calls.get(place, length))
    return lengths | calls


def _edit(part: Part, replacement: difference.Replacement) -> Edit:
    line, column, end_line, end_column, text = replacement
    span = Span(line - 1, column - 1, end_line - 1, end_column - 1)
    return Edit(part.uri, part.version, span, text)
