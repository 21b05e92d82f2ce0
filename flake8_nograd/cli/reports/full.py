"""Each finding with the lines around it, and what its fix would change."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.text import Text

from flake8_nograd.cli.outcome import Fix, Listed, Outcome
from flake8_nograd.cli.reports.concise import headline
from flake8_nograd.cli.terminal import printable

_TAB = "    "
_STYLES = {"+": "green", "-": "red", "@": "cyan"}


def write(outcomes: Sequence[Outcome], console: Console) -> None:
    """A block for each finding, with an empty line below."""
    for outcome in outcomes:
        for each in outcome.listed:
            console.print(headline(each))
            _frame(each, console)
            if each.fix is not None:
                _fix(each.fix, console)
            console.print()


def _frame(listed: Listed, console: Console) -> None:
    found = listed.found
    width = len(str(max(listed.context)))
    for number, line in listed.context.items():
        marker = ">" if number == found.line else " "
        console.print(Text(f"{marker} {number:{width}} | {_shown(line)}".rstrip()))
        if number == found.line:
            before = len(_shown(line[: found.column]))
            console.print(Text(f"  {'':{width}} | {'':{before}}^", "bold"))


def _fix(fix: Fix, console: Console) -> None:
    console.print(Text("fix:" if fix.is_safe else "unsafe fix, see the rule's page:", "bold"))
    for line in fix.hunks:
        console.print(Text(f"    {_shown(line)}".rstrip(), _STYLES.get(line[:1], "")))


def _shown(line: str) -> str:
    return printable(line.replace("\t", _TAB))
