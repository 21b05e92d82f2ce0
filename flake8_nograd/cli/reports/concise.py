"""A line for each finding, as flake8 writes it."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.text import Text

from flake8_nograd.cli.catalogue import level_of
from flake8_nograd.cli.outcome import Listed, Outcome
from flake8_nograd.cli.terminal import printable

_STYLES = {"error": "bold red", "warning": "bold yellow"}


def write(outcomes: Sequence[Outcome], console: Console) -> None:
    """``path:line:column: CODE message``, with the cell of a notebook before the line."""
    for outcome in outcomes:
        for each in outcome.listed:
            console.print(headline(each))


def headline(listed: Listed) -> Text:
    """The line of one finding."""
    found = listed.found
    return Text.assemble(
        (printable(listed.path), "bold"),
        f":{listed.place}: ",
        (found.code, _STYLES[level_of(found.code)]),
        f" {printable(found.message)}",
    )
