"""What is reported of a file. No LibCST import: the plugin can report that LibCST fails."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

INTERNAL_ERROR = "NGD000"


@dataclass(frozen=True, order=True)
class Reported:
    """A finding at its place: 1-based line, 0-based column in characters.

    ``fix`` says whether a fix is known, and whether it is safe: whether nothing that the program
    can observe changes, but that no graph is recorded.
    """

    line: int
    column: int
    code: str
    message: str
    fix: Literal["safe", "unsafe"] | None = field(default=None, compare=False)


def internal_error(error: Exception) -> Reported:
    """The one line that says that the plugin failed on a file."""
    what = str(error).strip().partition("\n")[0][:120]
    return Reported(1, 0, INTERNAL_ERROR, f"internal error: {type(error).__name__}: {what}")
