"""GitLab's code quality report.

The fields are those of https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from rich.console import Console

from flake8_nograd.cli.catalogue import level_of
from flake8_nograd.cli.outcome import Listed, Outcome
from flake8_nograd.cli.reports.naming import relative, text_of, with_fingerprints

_SEVERITIES = {"error": "major", "warning": "minor"}


def write(outcomes: Sequence[Outcome], console: Console) -> None:
    """A JSON array with an object for each finding."""
    issues = [_issue(each, name) for each, name in with_fingerprints(outcomes)]
    console.file.write(json.dumps(issues, indent=2) + "\n")


def _issue(listed: Listed, fingerprint: str) -> dict[str, Any]:
    found = listed.found
    return {
        "description": f"{found.code} {found.message}",
        "check_name": found.code,
        "fingerprint": fingerprint,
        "severity": _SEVERITIES[level_of(found.code)],
        "location": {
            "path": text_of(relative(listed.path)),
            "lines": {"begin": listed.in_file.line},
        },
    }
