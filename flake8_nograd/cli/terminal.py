"""What goes to a terminal, or to a file in its place: colour, progress, and nothing harmful."""

from __future__ import annotations

import os
import sys
from typing import IO, Final, Literal, TypeAlias

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

Color: TypeAlias = Literal["auto", "always", "never"]

_COLOR_SYSTEMS: Final[dict[Color, Literal["auto", "standard"] | None]] = {
    "auto": "auto",
    "always": "standard",
    "never": None,
}


def console(file: IO[str], color: Color) -> Console:
    """A console that writes text as it is given, line by line as long as the lines are.

    ``auto`` is for rich to decide: by the terminal, TERM and FORCE_COLOR. NO_COLOR is ``never``,
    where rich would leave bold text.
    """
    if color == "auto" and os.environ.get("NO_COLOR"):
        color = "never"
    return Console(
        file=file,
        highlight=False,
        markup=False,
        emoji=False,
        soft_wrap=True,
        force_terminal=True if color == "always" else None,
        color_system=_COLOR_SYSTEMS[color],
        no_color=False if color == "always" else None,
    )


def printable(text: str) -> str:
    """``text`` without anything that steers a terminal or breaks a line: escaped as in Python."""
    return "".join(
        each if each.isprintable() else each.encode("unicode_escape").decode() for each in text
    )


class FileProgress:
    """A bar on the standard error while files are done; nothing where that is no terminal."""

    def __init__(self, total: int) -> None:
        shown = Console(file=sys.stderr)
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            console=shown,
            transient=True,
            disable=not sys.stderr.isatty() or shown.is_dumb_terminal or total < 2,
            auto_refresh=False,  # a thread would not outlive a fork
        )
        self._task = self._progress.add_task("files", total=total)

    def __enter__(self) -> FileProgress:
        if not self._progress.disable:  # before 14.3, rich ends also what does not show with a line
            self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        if not self._progress.disable:
            self._progress.stop()

    def step(self) -> None:
        """One more file is done."""
        self._progress.update(self._task, advance=1, refresh=True)
