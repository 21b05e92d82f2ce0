"""One file: what is found, what is mended, and what becomes of its bytes."""

from __future__ import annotations

import stat
import sys
from argparse import Namespace
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeAlias

from flake8_nograd.baseline import Baseline, Entry
from flake8_nograd.cli import difference, notebook, silence, write
from flake8_nograd.cli.document import Place, PythonFile, Sheet
from flake8_nograd.cli.options import Action, Guard
from flake8_nograd.cli.outcome import Fix, Listed, Outcome
from flake8_nograd.cli.selection import Selection
from flake8_nograd.cli.text import Text, Unreadable, decoded
from flake8_nograd.plugin import findings
from flake8_nograd.reported import Reported
from flake8_nograd.settings import Settings

Document: TypeAlias = PythonFile | notebook.Notebook
_CONTEXT = 2


@dataclass(frozen=True)
class Mending:
    """What is to be done with each file; ``with_fixes`` where a report shows them.

    What ``baseline`` knows is neither listed nor mended; where one is to be written, it is that.
    """

    action: Action
    unsafe: bool
    guard: Guard
    with_fixes: bool
    flake8: Namespace
    settings: Settings
    baseline: Baseline | None = None

    def of(self, path: str) -> Outcome:
        """Do it. Nothing is raised: what cannot be done is the outcome's problem."""
        name = self.flake8.stdin_display_name if path == "-" else path
        try:
            before = _read(path)
        except OSError as error:
            return Outcome(name, problem=error.strerror or str(error))
        try:
            outcome = File(self, name, _opened(name, before)).outcome()
        except Unreadable as error:
            return Outcome(name, before=before, after=before, problem=str(error))
        if path == "-" or self.action in ("check", "diff") or not outcome.is_changed:
            return outcome
        try:
            write.replace(Path(path), outcome.before, outcome.after)
        except write.NotWritten as error:
            unchanged = File(replace(self, action="check"), name, _opened(name, before)).outcome()
            return replace(unchanged, problem=str(error))
        return outcome


def _opened(name: str, data: bytes) -> Document:
    """A file by what its name says that it is; raises :class:`Unreadable`."""
    if Path(name).suffix == notebook.SUFFIX:
        return notebook.Notebook(data)
    return PythonFile(data)


class File:
    """A file on its way, or what an editor has of it."""

    def __init__(self, mending: Mending, name: str, document: Document) -> None:
        self._mending = mending
        self._name = name
        self._document = document
        self._selection = Selection(mending.flake8, name)
        self._nothing = Outcome(
            name, before=document.data, after=document.data, problem=document.problem
        )

    def outcome(self) -> Outcome:
        """What becomes of it; raises :class:`Unreadable`."""
        if self._mending.action == "write-baseline":
            return replace(self._nothing, known=self._known())
        found, gone = self._new()
        return replace(self._done(found), gone=gone)

    def found(self) -> list[Reported]:
        """What is to be reported, at its places in the code; raises :class:`Unreadable`."""
        return self._new()[0]

    def _new(self) -> tuple[list[Reported], int]:
        """What is to be reported; how much of what the baseline knows is not there any more."""
        lines = self._document.text.lines
        if self._selection.leaves_out(lines):
            return [], 0
        tree = self._document.text.parsed()
        found = findings(lines, tree, self._mending.settings)
        if self._mending.baseline is None:
            return self._wanted(found, lines), 0
        new, gone = self._mending.baseline.compared(self._name, lines, tree, found)
        missed = sum(count for each, count in gone.items() if self._selection.selects(each.code))
        return self._wanted(new, lines), missed

    def _done(self, found: list[Reported]) -> Outcome:
        """What is done about these findings."""
        if not found:
            return self._nothing
        if self._mending.action == "check":
            return replace(self._nothing, listed=self._listed(found, self._document))
        if self._mending.action == "add-noqa":
            return self.silenced(found)
        return self.fixed(found)

    def _wanted(self, found: Iterable[Reported], lines: Sequence[str]) -> list[Reported]:
        return [each for each in found if self._selection.wants(each, lines)]

    def _new_and_wanted(self, found: Sequence[Reported], lines: Sequence[str]) -> list[Reported]:
        """The same of all findings in a text that this file may become."""
        if self._mending.baseline is not None:
            tree = Text(tuple(lines), tuple(lines), "utf-8").parsed()
            found = self._mending.baseline.compared(self._name, lines, tree, found).new
        return self._wanted(found, lines)

    def _known(self) -> Counter[Entry]:
        """What is to be known: all findings that are alike, where one of them is reported."""
        lines = self._document.text.lines
        if self._mending.baseline is None or self._selection.leaves_out(lines):
            return Counter()
        tree = self._document.text.parsed()
        found = findings(lines, tree, self._mending.settings)
        entries = self._mending.baseline.entries(self._name, lines, tree, found)
        reported = {
            entry
            for each, entry in zip(found, entries, strict=True)
            if self._selection.wants(each, lines)
        }
        return Counter(entry for entry in entries if entry in reported)

    def fixed(self, found: Sequence[Reported]) -> Outcome:
        """What is mended of these findings, and of what then comes to light."""
        document, nothing = self._document, self._nothing
        if not any(self._is_asked_for(each) for each in found):
            return replace(nothing, listed=self._listed(found, document))
        from flake8_nograd.fixes import fix_bytes

        try:
            fixed = fix_bytes(
                document.code,
                self._mending.settings,
                self._new_and_wanted,
                unsafe=self._mending.unsafe,
                guard=self._mending.guard,
                objection=document.objection,
            )
        except Exception as error:  # one file must not end the run
            problem = f"could not be fixed: {type(error).__name__}: {str(error).strip()}"
            listed = self._listed(found, document)
            return _with_problem(replace(nothing, listed=listed), problem.partition("\n")[0])
        after = document.with_code(fixed.data)
        outcome = replace(
            nothing,
            after=after.data,
            listed=self._listed(fixed.remaining, after),
            mended=fixed.mended,
        )
        if fixed.reverted is None:
            return outcome
        return _with_problem(outcome, f"a fix was taken back: {after.worded(fixed.reverted)}")

    def silenced(self, found: Sequence[Reported]) -> Outcome:
        """The file with a comment for each of these findings."""
        text = self._document.text
        silenced = silence.silenced(text, found, self._selection)
        after = self._document.with_code("".join(silenced.lines).encode(text.encoding))
        return replace(
            self._nothing,
            after=after.data,
            mended=silenced.done,
            listed=self._listed(silenced.left, after),
        )

    def _is_asked_for(self, found: Reported) -> bool:
        return found.fix == "safe" or (found.fix == "unsafe" and self._mending.unsafe)

    # ------------------------------------------------------------------ what is listed

    def _listed(self, found: Iterable[Reported], document: Document) -> tuple[Listed, ...]:
        return tuple(self._one_listed(each, document) for each in found)

    def _one_listed(self, found: Reported, document: Document) -> Listed:
        sheet, (line, column), in_file = document.located(Place(found.line, found.column))
        message = document.worded(found.message)
        return Listed(
            self._name,
            replace(found, line=line, column=column, message=message),
            _context(sheet, line),
            sheet.cell,
            in_file,
            self._fix(found, document),
        )

    def fix(self, found: Reported) -> Fix | None:
        """What would mend a finding, where a report shows it and it can be proven."""
        return self._fix(found, self._document)

    def _fix(self, found: Reported, document: Document) -> Fix | None:
        if found.fix is None or not self._mending.with_fixes:
            return None
        from flake8_nograd.fixes import preview

        try:
            fixed = preview(
                document.code,
                self._mending.settings,
                found,
                guard=self._mending.guard,
                objection=document.objection,
            )
        except Exception:  # the finding is listed all the same
            return None
        if fixed is None:
            return None
        after = document.with_code(fixed)
        sheets = [
            (old.cell, old.text.exact, new.text.exact)
            for old, new in zip(document.sheets, after.sheets, strict=True)
        ]
        return Fix(
            found.fix == "safe",
            tuple(
                (cell, each)
                for cell, old, new in sheets
                for each in difference.replacements(old, new)
            ),
            tuple(difference.replacements(decoded(document.data).exact, decoded(after.data).exact)),
            tuple(line for cell, old, new in sheets for line in difference.hunks(old, new, cell)),
        )


def _with_problem(outcome: Outcome, problem: str) -> Outcome:
    """An outcome with one problem more."""
    return replace(outcome, problem="; ".join(filter(None, (outcome.problem, problem))))


def _context(sheet: Sheet, line: int) -> dict[int, str]:
    lines = sheet.text.lines
    first, last = max(1, line - _CONTEXT), min(len(lines), line + _CONTEXT)
    return {number: lines[number - 1].rstrip("\n") for number in range(first, last + 1)}


def _read(path: str) -> bytes:
    if path == "-":
        return sys.stdin.buffer.read()
    place = Path(path)
    if not stat.S_ISREG(place.stat().st_mode):
        raise OSError(0, "is no regular file")
    return place.read_bytes()
