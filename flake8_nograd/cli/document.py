"""What is read from a file: its code, and where that stands in it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from flake8_nograd.cli.text import Text, decoded


class Place(NamedTuple):
    """A place in a text: 1-based line, 0-based column in characters."""

    line: int
    column: int


class Sheet(NamedTuple):
    """What is shown, and has its lines counted, by itself: a file, or a cell of a notebook.

    ``cell`` is the number of the cell, from 1 on; ``first`` the line of the code where it begins.
    """

    cell: int | None
    first: int
    text: Text


def sheet_of(sheets: Sequence[Sheet], line: int) -> tuple[Sheet, int]:
    """The sheet with a line of the code, and the line's number there."""
    sheet = next((each for each in reversed(sheets) if each.first <= line), sheets[0])
    return sheet, min(max(1, line - sheet.first + 1), len(sheet.text.lines))


class PythonFile:
    """A file of Python: its content is its code.

    Its attributes are those of :class:`flake8_nograd.cli.notebook.Notebook`, where they are told.
    """

    problem: str | None = None

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.code = data
        self.text = decoded(data)
        self.sheets = (Sheet(None, 1, self.text),)

    def with_code(self, code: bytes) -> PythonFile:
        """The file with another content."""
        return PythonFile(code)

    def objection(self, code: bytes) -> str | None:
        """What is wrong with code that is to be written."""
        from flake8_nograd.fixes import does_not_compile  # LibCST, for what is mended only

        return does_not_compile(code)

    def in_file(self, sheet: Sheet, place: Place) -> Place:
        """Where a place of the sheet stands in the file."""
        return place

    def worded(self, text: str) -> str:
        """What is said, with its lines as they are counted for people."""
        return text
