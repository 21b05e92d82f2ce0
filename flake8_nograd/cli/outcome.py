"""What became of a file, as plain data: made in one process, reported in another."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from flake8_nograd.baseline import Entry
from flake8_nograd.cli.difference import Replacement
from flake8_nograd.reported import Reported


@dataclass(frozen=True)
class Fix:
    """What would mend a finding: the same change twice, to be applied and to be read."""

    is_safe: bool
    replacements: tuple[Replacement, ...]
    hunks: tuple[str, ...]


@dataclass(frozen=True)
class Listed:
    """A finding to be listed. ``context`` are lines around it by their number, if asked for."""

    path: str
    found: Reported
    context: dict[int, str]
    fix: Fix | None = None

    @property
    def line(self) -> str:
        """The line that is reported."""
        return self.context[self.found.line]


@dataclass(frozen=True)
class Outcome:
    """What became of one file. ``problem`` says what could not be done, where that is so.

    ``known`` is what a baseline has to say of the file, where one is to be written; ``gone`` is the
    number of findings that only the baseline still knows.
    """

    path: str
    listed: tuple[Listed, ...] = ()
    mended: tuple[Reported, ...] = ()
    before: bytes = b""
    after: bytes = b""
    problem: str | None = None
    known: Counter[Entry] = field(default_factory=Counter)
    gone: int = 0

    @property
    def is_changed(self) -> bool:
        """Whether the content is, or would be, another."""
        return self.before != self.after
