"""What is read from a file: its code, and where that stands in it."""

from __future__ import annotations

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


class Located(NamedTuple):
    """A place in the code: where it is on its sheet, and where in the file's content."""

    sheet: Sheet
    on_sheet: Place
    in_file: Place


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

    def located(self, place: Place) -> Located:
        """Where a place of the code is."""
        return Located(self.sheets[0], place, place)

    def worded(self, text: str) -> str:
        """What is said, with its lines as they are counted for people."""
        return text
