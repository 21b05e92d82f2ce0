"""Mends what is found in a file, pass by pass, and proves each pass before it counts.

A pass makes as many edits as do not touch each other. It counts if the result compiles, the
findings are gone and no new one is there. If it does not, the edits are tried one by one, and
those that fail are given up.
"""

from __future__ import annotations

import io
import re
import warnings
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from flake8_nograd.check import Analysis, analyse
from flake8_nograd.deadline import Deadline
from flake8_nograd.facts.recursion import deep_recursion
from flake8_nograd.fixes.names import GuardName
from flake8_nograd.fixes.plan import Edit, plan
from flake8_nograd.fixes.tree import changed
from flake8_nograd.reported import Reported
from flake8_nograd.settings import Settings

PASSES = 10
"""A fix may make room for another; more than three passes were never seen."""

Wanted: TypeAlias = Callable[[Sequence[Reported], Sequence[str]], Sequence[Reported]]
_Kind: TypeAlias = tuple[str, str]


@dataclass(frozen=True)
class Fixed:
    """What became of a file.

    ``data`` is the new content, equal to the old where nothing was mended. ``mended`` are the
    findings that were removed, at their places in the text of the pass that removed them;
    ``remaining`` the wanted findings that are left, in order, at their places in ``data``;
    ``fix`` is None for those that cannot be mended. ``reverted`` says why edits were taken back,
    where some were.
    """

    data: bytes
    mended: tuple[Reported, ...]
    remaining: tuple[Reported, ...]
    reverted: str | None


class Rejected(Exception):
    """A fix does not prove. The message says why."""


def fix_bytes(
    data: bytes,
    settings: Settings,
    wanted: Wanted,
    *,
    unsafe: bool = False,
    guard: GuardName = "no_grad",
) -> Fixed:
    """Mend what is found in a file, as far as the result can be proven.

    ``wanted`` chooses among all findings of a text, which it gets with its lines. Without
    ``unsafe`` only safe fixes are made. Raises :class:`libcst.ParserSyntaxError` for what LibCST
    cannot parse, and :class:`OutOfTime` for a file that takes too long.
    """
    fixing = _Fixing(data, settings, wanted, unsafe, guard)
    with deep_recursion():
        fixing.run()
    return fixing.result()


def preview(
    data: bytes, settings: Settings, found: Reported, *, guard: GuardName = "no_grad"
) -> bytes | None:
    """The content with only this finding mended, safe or not; None where that cannot be done.

    Raises what :func:`fix_bytes` raises.
    """
    fixing = _Fixing(
        data,
        settings,
        lambda all_found, _: [each for each in all_found if each == found],
        True,
        guard,
    )
    with deep_recursion():
        fixing.step()
    return fixing.data if fixing.mended else None


class _Fixing:
    """One file on its way."""

    def __init__(
        self, data: bytes, settings: Settings, wanted: Wanted, unsafe: bool, guard: GuardName
    ) -> None:
        self.data = data
        self.mended: list[Reported] = []
        self._settings = settings
        self._wanted = wanted
        self._unsafe = unsafe
        self._guard = guard
        self._deadline = Deadline()
        self._analysis = self._analysed(data)
        self._given_up: dict[tuple[_Kind, str], str] = {}
        """Why the edits of these findings were taken back."""

    def run(self) -> None:
        """Pass after pass, until one changes nothing, not even of what was given up before."""
        settled = self.data
        for _ in range(PASSES):
            if self.step():
                continue
            if settled == self.data or not self._given_up:
                break
            settled = self.data
            self._given_up.clear()

    def result(self) -> Fixed:
        """What became of the file."""
        remaining = [
            each if self._is_left_alone(each) else replace(each, fix=None)
            for each in self._selected()
        ]
        reverted = "; ".join(dict.fromkeys(self._given_up.values())) or None
        return Fixed(self.data, tuple(self.mended), tuple(remaining), reverted)

    def step(self) -> bool:
        """One pass; whether it changed something."""
        edits = plan(self._analysis, self._chosen(), self._guard)
        if not edits:
            return False
        try:
            self._make(edits)
        except Rejected:
            return self._one_by_one([each for edit in edits for each in edit.mends])
        return True

    def _one_by_one(self, found: list[Reported]) -> bool:
        """Mend the first finding whose edit proves by itself; those before it are given up."""
        for each in found:
            try:
                self._make(plan(self._analysis, [each], self._guard))
            except Rejected as reason:
                said = f"{each.code} on line {each.line}: {reason}"
                self._given_up[self._identity(each)] = said
            else:
                return True
        return False

    def _make(self, edits: list[Edit]) -> None:
        """Make edits, if the result can be proven; raises :class:`Rejected` where it cannot."""
        before = self._analysis
        if before.source.tree.bytes != self.data:
            raise Rejected("LibCST does not give the file back as it is")
        _demand_python(self.data, "the file")
        data = changed(before.source.tree, [each for edit in edits for each in edit.changes]).bytes
        _demand_python(data, "the result")
        after = self._analysed(data)
        mended = {each for edit in edits for each in edit.mends}
        gone = _gone(before, after, mended)
        missed = sorted(mended.difference(gone))
        if missed:
            raise Rejected(f"{missed[0].code} would still be reported")
        wanted = self._selected()
        self.mended += [each for each in gone if each in wanted]
        self.data, self._analysis = data, after

    def _analysed(self, data: bytes) -> Analysis:
        """One time is for all the passes: a file with many edits must not take hours."""
        return analyse(data, self._settings, deadline=self._deadline)

    # ----------------------------------------------------------------- findings

    def _lines(self) -> list[str]:
        """The lines as flake8 has them."""
        return io.StringIO(self._analysis.source.tree.code, newline=None).readlines()

    def _selected(self) -> Sequence[Reported]:
        return self._wanted([each for each, _ in self._analysis.found], self._lines())

    def _chosen(self) -> list[Reported]:
        """The findings that are wanted, and were not given up."""
        return [
            each
            for each in self._selected()
            if each.fix is not None
            and not self._is_left_alone(each)
            and self._identity(each) not in self._given_up
        ]

    def _is_left_alone(self, found: Reported) -> bool:
        """Whether a fix is known, and nobody asked for it."""
        return found.fix == "unsafe" and not self._unsafe

    def _identity(self, found: Reported) -> tuple[_Kind, str]:
        """What a finding is known by from pass to pass."""
        return _kind(found), self._lines()[found.line - 1].strip()


def _kind(found: Reported) -> _Kind:
    """What a finding says, wherever it stands."""
    return found.code, re.sub(r"\bline \d+", "line", found.message)


def _gone(before: Analysis, after: Analysis, mended: set[Reported]) -> list[Reported]:
    """The findings that are there no more; raises :class:`Rejected` where there is a new one.

    Of findings that say the same, those that were to be mended are gone first.
    """
    left = Counter(_kind(each) for each, _ in after.found)
    gone = []
    for each in sorted((each for each, _ in before.found), key=mended.__contains__):
        if left[_kind(each)]:
            left[_kind(each)] -= 1
        else:
            gone.append(each)
    new = next(iter(left.elements()), None)
    if new is not None:
        raise Rejected(f"{new[0]} would be reported")
    return gone


def _demand_python(data: bytes, what: str) -> None:
    """Raise :class:`Rejected` for what this Python cannot compile."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(data, "<fix>", "exec", dont_inherit=True)
    except (SyntaxError, ValueError) as error:
        raise Rejected(f"{what} does not compile: {error}") from error
