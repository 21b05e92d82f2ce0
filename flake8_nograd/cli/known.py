"""Writes the baseline: what is known from now on."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from flake8_nograd.baseline import Baseline, as_text
from flake8_nograd.cli import write
from flake8_nograd.cli.outcome import Outcome


def write_baseline(baseline: Baseline, file: str, outcomes: Sequence[Outcome]) -> int:
    """Write the findings of all files that could be read; returns how many the file now holds.

    Of files that were not looked at it keeps what it had. A file that holds just that is not
    touched. Raises :class:`write.NotWritten`.
    """
    known = baseline.updated(
        {baseline.path_of(each.path): each.known for each in outcomes if each.problem is None}
    )
    path, data = Path(file), as_text(known).encode()
    try:
        if not path.exists():
            path.touch()
        before = path.read_bytes()
    except OSError as error:
        raise write.NotWritten(error.strerror or str(error)) from error
    if before != data:
        write.replace(path, before, data)
    return known.total()
