"""A Jupyter notebook as one Python text, and the way back into its cells."""

from __future__ import annotations

import ast
import io
import json
import re
from bisect import bisect
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import accumulate
from typing import Any

from flake8_nograd.cli import magics
from flake8_nograd.cli.document import Located, Place, Sheet
from flake8_nograd.cli.json_text import Change, Lines, items, members
from flake8_nograd.cli.text import Text, Unreadable, compiled, decoded

SUFFIX = ".ipynb"
_FORMAT = 4
_HEADER = "# coding: utf-8\n"
"""So that no cell's first line names the encoding."""


class Torn(Exception):
    """A text does not fall apart into the cells that were joined. The message says why."""


@dataclass(frozen=True)
class _Cell:
    """A cell of Python, as it stands in the file, and as it is read.

    ``escapes`` are what was no Python in it, ``indent`` what IPython takes away before each line.
    """

    number: int
    source: Lines
    indent: str
    code: str
    escapes: tuple[str, ...]

    @property
    def text(self) -> Text:
        return Text(
            tuple(io.StringIO(self.source.text, newline=None)),
            tuple(io.StringIO(self.source.text, newline="")),
            "utf-8",
        )


class Notebook:
    """The Python cells of a notebook, read one after the other.

    ``data`` is the content of the file; ``code`` is what its cells say, joined, and ``text`` the
    same as text. What IPython alone understands is a call there, of as many lines. Cells in other
    languages are not there, nor those that should be Python and are not: ``problem`` names them.
    ``sheets`` are the cells as they stand in the file.
    """

    def __init__(self, data: bytes) -> None:
        """Read a notebook; raises :class:`Unreadable` for what is none."""
        self.data = data
        try:
            self._json = data.decode()
            sources = list(_sources(self._json))
        except (ValueError, RecursionError) as error:
            raise Unreadable(f"is no notebook: {error}") from error
        self._mark = _unused("notebook cell", [source.text for _, source in sources])
        self._cells: list[_Cell] = []
        problems = []
        for number, source in sources:
            try:
                self._cells.append(self._cell(number, source))
            except Unreadable as error:
                problems.append(f"cell {number} {error}")
        self.problem = "; ".join(problems) or None
        self.code = "".join([_HEADER, *self._joined()]).encode()
        self.text = decoded(self.code)
        self.sheets = tuple(self._sheets())

    def with_code(self, code: bytes) -> Notebook:
        """The notebook with other code in its cells, and nothing else that is other.

        Raises :class:`Torn` where the code does not fall apart into the same cells.
        """
        changes = [
            change
            for cell, new in zip(self._cells, self._parted(code.decode()), strict=True)
            if new != cell.code
            for change in cell.source.changed(_changes(cell, self._restored(cell, new)))
        ]
        text = self._json
        for change in reversed(changes):
            text = f"{text[: change.start]}{change.content}{text[change.end :]}"
        return Notebook(text.encode())

    def objection(self, code: bytes) -> str | None:
        """What is wrong with code that is to be written: it must be read again as it is."""
        try:
            again = self.with_code(code)
        except Torn as error:
            return str(error)
        return None if again.code == code else "is not what its cells are by themselves"

    def located(self, place: Place) -> Located:
        """Where a place of the code is."""
        index = max(0, bisect([each.first for each in self.sheets], place.line) - 1)
        sheet, cell = self.sheets[index], self._cells[index]
        lines = sheet.text.exact
        line = min(max(1, place.line - sheet.first + 1), len(lines))
        column = place.column + len(cell.indent) * lines[line - 1].startswith(cell.indent)
        begin = cell.source.place(sum(map(len, lines[: line - 1])) + column)
        in_file = Place(
            self._json.count("\n", 0, begin) + 1, begin - self._json.rfind("\n", 0, begin) - 1
        )
        return Located(sheet, Place(line, column), in_file)

    def worded(self, text: str) -> str:
        """What is said of lines of the code, with the lines of the cells."""

        def named(line: re.Match[str]) -> str:
            sheet, place, _ = self.located(Place(int(line[1]), 0))
            return f"cell {sheet.cell}, line {place.line}"

        return re.sub(r"\bline (\d+)", named, text)

    # ------------------------------------------------------------------ from cells to code

    def _cell(self, number: int, source: Lines) -> _Cell:
        """A cell as Python; raises :class:`Unreadable` where it is none."""
        text = "".join(io.StringIO(source.text, newline=None))
        text += "" if text.endswith("\n") else "\n"
        try:
            _demand_python(text)
        except Unreadable:
            indent = text[: len(text) - len(text.lstrip())].rpartition("\n")[2]
            bare = re.sub(f"^{indent}", "", text, flags=re.MULTILINE)
            code, escapes = self._neutral(number, bare)
            _demand_python(code)
            return _Cell(number, source, indent, code, escapes)
        return _Cell(number, source, "", text, ())

    def _neutral(self, number: int, text: str) -> tuple[str, tuple[str, ...]]:
        """A cell with calls in the place of what is no Python, and what that was."""
        written, end = [], 0
        escapes: list[str] = []
        for start, stop in magics.escapes(text):
            escapes.append(text[start:stop])
            more_lines = "\n" * escapes[-1].count("\n")
            call = f'get_ipython("""{self._mark} {number}.{len(escapes)}{more_lines}""")'
            written += [text[end:start], call]
            end = stop
        return "".join([*written, text[end:]]), tuple(escapes)

    def _joined(self) -> Iterator[str]:
        """The cells' code, with a line between that no fix moves and no guard bridges."""
        for index, cell in enumerate(self._cells):
            if index:
                yield f'if "{self._mark} {cell.number}": pass\n'
            yield cell.code

    def _sheets(self) -> Iterator[Sheet]:
        first = 2
        for cell in self._cells:
            yield Sheet(cell.number, first, cell.text)
            first += cell.code.count("\n") + 1

    # ------------------------------------------------------------------ from code to cells

    def _parted(self, code: str) -> list[str]:
        """The code of each cell; raises :class:`Torn`."""
        if not self._cells:
            return []
        between = re.compile(rf'^if "{self._mark} (\d+)": pass\n', re.MULTILINE)
        first, *others = between.split(code)
        numbers = [str(each.number) for each in self._cells]
        if not first.startswith(_HEADER) or others[::2] != numbers[1:]:
            raise Torn("reaches over several cells")
        return [first.removeprefix(_HEADER), *others[1::2]]

    def _restored(self, cell: _Cell, code: str) -> str:
        """A cell's code with what IPython alone understands; raises :class:`Torn`."""
        call = re.compile(rf'get_ipython\("""{self._mark} (\d+)\.(\d+)\n*"""\)')
        expected = [(str(cell.number), str(index + 1)) for index in range(len(cell.escapes))]
        if call.findall(code) != expected:
            raise Torn("moves what only IPython understands")
        return call.sub(lambda found: cell.escapes[int(found[2]) - 1], code)


def _changes(cell: _Cell, code: str) -> Iterator[Change]:
    """The lines of a cell that are others in ``code``, with the line ends of those they replace."""
    before, after = cell.text.exact, code.split("\n")[:-1]
    contents = [line.removesuffix(_end(line)).removeprefix(cell.indent) for line in before]
    lines = []
    for tag, start, _, new_start, new_stop in _matcher(contents, after).get_opcodes():
        for index, content in enumerate(after[new_start:new_stop], start):
            old = before[min(index, len(before) - 1)]
            end = _end(old) or _end(before[0]) or "\n"
            new = cell.indent + content if content else ""
            lines.append((old.removesuffix(_end(old)) if tag == "equal" else new) + end)
    if lines:
        lines[-1] = lines[-1].removesuffix(_end(lines[-1])) + _end(before[-1])
    starts = [0, *accumulate(map(len, before))]
    for tag, start, stop, new_start, new_stop in _matcher(before, lines).get_opcodes():
        if tag != "equal":
            yield Change(starts[start], starts[stop], "".join(lines[new_start:new_stop]))


def _end(line: str) -> str:
    return line[len(line.rstrip("\r\n")) :]


def _matcher(before: Sequence[str], after: Sequence[str]) -> SequenceMatcher[str]:
    return SequenceMatcher(None, before, after, autojunk=False)


def _demand_python(cell: str) -> None:
    """Raise :class:`Unreadable` for what IPython cannot compile, which may wait anywhere."""
    compiled(cell, ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)


def _sources(text: str) -> Iterator[tuple[int, Lines]]:
    """The sources of the cells of Python by their number; raises :class:`ValueError`."""
    notebook = json.loads(text)
    if not isinstance(notebook, dict) or "nbformat" not in notebook:
        raise ValueError("it does not say its format")
    if notebook["nbformat"] != _FORMAT:
        raise ValueError(f"its format is {notebook['nbformat']}, and not {_FORMAT}")
    try:
        if _language(notebook.get("metadata", {})) != "python":
            return
        places = items(text, members(text, text.index("{"))["cells"])
        for number, (cell, place) in enumerate(zip(notebook["cells"], places, strict=True), 1):
            if cell["cell_type"] == "code":
                source = Lines(text, members(text, place)["source"])
                if source.text.strip() and _is_python(cell, source.text):
                    yield number, source
    except (AttributeError, KeyError, TypeError) as error:
        raise ValueError("it has not the fields of one") from error


def _language(metadata: dict[str, Any]) -> str:
    """The language of a notebook: Python, where it does not say."""
    info, kernel = metadata.get("language_info", {}), metadata.get("kernelspec", {})
    return str(info.get("name") or kernel.get("language") or "python").lower()


def _is_python(cell: dict[str, Any], source: str) -> bool:
    """Whether a cell is in the language of its notebook; editors may set another."""
    editor = cell.get("metadata", {}).get("vscode", {})
    return editor.get("languageId", "python") == "python" and magics.is_python(source)


def _unused(mark: str, texts: Sequence[str]) -> str:
    """``mark``, or more, so that no text has it."""
    while any(mark in text for text in texts):
        mark += "_"
    return mark
