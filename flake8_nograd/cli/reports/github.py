"""Workflow commands that GitHub shows beside the code of a pull request."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console

from flake8_nograd.cli.catalogue import level_of
from flake8_nograd.cli.outcome import Listed, Outcome
from flake8_nograd.cli.reports.naming import relative, text_of
from flake8_nograd.cli.terminal import printable

_IN_DATA = {"%": "%25", "\r": "%0D", "\n": "%0A"}
_IN_PROPERTY = {**_IN_DATA, ":": "%3A", ",": "%2C"}


def write(outcomes: Sequence[Outcome], console: Console) -> None:
    """A command for each finding."""
    for outcome in outcomes:
        for each in outcome.listed:
            console.file.write(_command(each) + "\n")


def _command(listed: Listed) -> str:
    found = listed.found
    properties = {
        "file": text_of(relative(listed.path)),
        "line": str(listed.in_file.line),
        "col": str(listed.in_file.column + 1),
        "title": f"nograd-fix ({found.code})",
    }
    written = ",".join(
        f"{name}={_escaped(text, _IN_PROPERTY)}" for name, text in properties.items()
    )
    data = f"{printable(listed.path)}:{listed.place}: {found.code} {found.message}"
    return f"::{level_of(found.code)} {written}::{_escaped(data, _IN_DATA)}"


def _escaped(text: str, escapes: dict[str, str]) -> str:
    """GitHub's own escapes; what else steers a terminal that shows the log is printed as text."""
    return "".join(escapes.get(each) or printable(each) for each in text)
