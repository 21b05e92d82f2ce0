"""One file per output format: each writes what is left to a console."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

from rich.console import Console

from flake8_nograd.cli.outcome import Outcome
from flake8_nograd.cli.reports import concise, full, github, gitlab, json, sarif

Report: TypeAlias = Callable[[Sequence[Outcome], Console], None]

REPORTS: dict[str, Report] = {
    "concise": concise.write,
    "full": full.write,
    "json": json.write,
    "github": github.write,
    "gitlab": gitlab.write,
    "sarif": sarif.write,
}
SHOW_FIXES = frozenset({"full", "json", "sarif"})
FOR_PEOPLE = frozenset({"concise", "full"})
