"""One file: what is found, what is mended, and what becomes of its bytes."""

from __future__ import annotations

import stat
import sys
from argparse import Namespace
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from flake8_nograd.baseline import Baseline, Entry
from flake8_nograd.cli import difference, silence, write
from flake8_nograd.cli.options import Action, Guard
from flake8_nograd.cli.outcome import Fix, Listed, Outcome
from flake8_nograd.cli.selection import Selection
from flake8_nograd.cli.text import NoPython, Text, decoded
from flake8_nograd.plugin import findings
from flake8_nograd.reported import Reported
from flake8_nograd.settings import Settings

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
            outcome = _File(self, name, before).outcome()
        except NoPython as error:
            return Outcome(name, before=before, after=before, problem=f"is no Python: {error}")
        if path == "-" or self.action in ("check", "diff") or not outcome.is_changed:
            return outcome
        try:
            write.replace(Path(path), outcome.before, outcome.after)
        except write.NotWritten as error:
            unchanged = _File(replace(self, action="check"), name, before).outcome()
            return replace(unchanged, problem=str(error))
        return outcome


class _File:
    """A file on its way."""

    def __init__(self, mending: Mending, name: str, data: bytes) -> None:
        self._mending = mending
        self._name = name
        self._data = data
        self._text = decoded(data)
        self._selection = Selection(mending.flake8, name)

    def outcome(self) -> Outcome:
        """What becomes of it; raises :class:`NoPython`."""
        nothing = Outcome(self._name, before=self._data, after=self._data)
        lines = self._text.lines
        if self._selection.leaves_out(lines):
            return nothing
        tree = self._text.parsed()
        everything = findings(lines, tree, self._mending.settings)
        if self._mending.baseline is None:
            return self._done(self._wanted(everything, lines), nothing)
        if self._mending.action == "write-baseline":
            entries = self._mending.baseline.entries(self._name, lines, tree, everything)
            return replace(nothing, known=self._known(everything, entries))
        new, gone = self._mending.baseline.compared(self._name, lines, tree, everything)
        missed = sum(count for each, count in gone.items() if self._selection.selects(each.code))
        return replace(self._done(self._wanted(new, lines), nothing), gone=missed)

    def _done(self, found: list[Reported], nothing: Outcome) -> Outcome:
        """What is done about these findings."""
        if not found:
            return nothing
        if self._mending.action == "check":
            return replace(nothing, listed=self._listed(found, self._data, self._text))
        if self._mending.action == "add-noqa":
            return self._silenced(found, nothing)
        return self._fixed(found, nothing)

    def _wanted(self, found: Iterable[Reported], lines: Sequence[str]) -> list[Reported]:
        return [each for each in found if self._selection.wants(each, lines)]

    def _new_and_wanted(self, found: Sequence[Reported], lines: Sequence[str]) -> list[Reported]:
        """The same of all findings in a text that this file may become."""
        if self._mending.baseline is not None:
            tree = Text(tuple(lines), tuple(lines), "utf-8").parsed()
            found = self._mending.baseline.compared(self._name, lines, tree, found).new
        return self._wanted(found, lines)

    def _known(self, found: Iterable[Reported], entries: Sequence[Entry]) -> Counter[Entry]:
        """What is to be known: all findings that are alike, where one of them is reported."""
        lines = self._text.lines
        reported = {
            entry
            for each, entry in zip(found, entries, strict=True)
            if self._selection.wants(each, lines)
        }
        return Counter(entry for entry in entries if entry in reported)

    def _fixed(self, found: list[Reported], nothing: Outcome) -> Outcome:
        if not any(self._is_asked_for(each) for each in found):
            return replace(nothing, listed=self._listed(found, self._data, self._text))
        from flake8_nograd.fixes import fix_bytes

        try:
            fixed = fix_bytes(
                self._data,
                self._mending.settings,
                self._new_and_wanted,
                unsafe=self._mending.unsafe,
                guard=self._mending.guard,
            )
        except Exception as error:  # one file must not end the run
            problem = f"could not be fixed: {type(error).__name__}: {str(error).strip()}"
            listed = self._listed(found, self._data, self._text)
            return replace(nothing, listed=listed, problem=problem.partition("\n")[0])
        return replace(
            nothing,
            after=fixed.data,
            listed=self._listed(fixed.remaining, fixed.data, decoded(fixed.data)),
            mended=fixed.mended,
            problem=None if fixed.reverted is None else f"a fix was taken back: {fixed.reverted}",
        )

    def _silenced(self, found: list[Reported], nothing: Outcome) -> Outcome:
        silenced = silence.silenced(self._text, found, self._selection)
        after = "".join(silenced.lines).encode(self._text.encoding)
        return replace(
            nothing,
            after=after,
            mended=silenced.done,
            listed=self._listed(silenced.left, after, decoded(after)),
        )

    def _is_asked_for(self, found: Reported) -> bool:
        return found.fix == "safe" or (found.fix == "unsafe" and self._mending.unsafe)

    # ------------------------------------------------------------------ what is listed

    def _listed(self, found: Iterable[Reported], data: bytes, text: Text) -> tuple[Listed, ...]:
        return tuple(
            Listed(self._name, each, _context(text, each.line), self._fix(each, data, text))
            for each in found
        )

    def _fix(self, found: Reported, data: bytes, text: Text) -> Fix | None:
        """What would mend a finding, where a report shows it and it can be proven."""
        if found.fix is None or not self._mending.with_fixes:
            return None
        from flake8_nograd.fixes import preview

        try:
            fixed = preview(data, self._mending.settings, found, guard=self._mending.guard)
        except Exception:  # the finding is listed all the same
            return None
        if fixed is None:
            return None
        after = decoded(fixed).exact
        return Fix(
            found.fix == "safe",
            tuple(difference.replacements(text.exact, after)),
            tuple(difference.hunks(text.exact, after)),
        )


def _context(text: Text, line: int) -> dict[int, str]:
    first, last = max(1, line - _CONTEXT), min(len(text.lines), line + _CONTEXT)
    return {number: text.lines[number - 1].rstrip("\n") for number in range(first, last + 1)}


def _read(path: str) -> bytes:
    if path == "-":
        return sys.stdin.buffer.read()
    place = Path(path)
    if not stat.S_ISREG(place.stat().st_mode):
        raise OSError(0, "is no regular file")
    return place.read_bytes()
