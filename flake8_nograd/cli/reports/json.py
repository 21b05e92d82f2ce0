"""A JSON array with an object for each finding."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from rich.console import Console

from flake8_nograd.cli.catalogue import level_of, name_of
from flake8_nograd.cli.outcome import Fix, Listed, Outcome
from flake8_nograd.cli.reports.naming import text_of


def write(outcomes: Sequence[Outcome], console: Console) -> None:
    """Lines and columns are counted from 1, in a notebook from the beginning of the ``cell``.

    The end of an edit is exclusive.
    """
    listed = [_object(each) for outcome in outcomes for each in outcome.listed]
    console.file.write(json.dumps(listed, indent=2) + "\n")


def _object(listed: Listed) -> dict[str, Any]:
    found = listed.found
    return {
        "filename": text_of(listed.path),
        "cell": listed.cell,
        "location": {"row": found.line, "column": found.column + 1},
        "code": found.code,
        "name": name_of(found.code),
        "level": level_of(found.code),
        "message": found.message,
        "fix": None if listed.fix is None else _fix(listed.fix),
    }


def _fix(fix: Fix) -> dict[str, Any]:
    return {
        "applicability": "safe" if fix.is_safe else "unsafe",
        "edits": [
            {
                "cell": cell,
                "location": {"row": each.line, "column": each.column},
                "end_location": {"row": each.end_line, "column": each.end_column},
                "content": each.content,
            }
            for cell, each in fix.replacements
        ],
    }
