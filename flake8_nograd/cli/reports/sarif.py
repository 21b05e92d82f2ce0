"""SARIF 2.1.0, https://docs.oasis-open.org/sarif/sarif/v2.1.0/ ."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from rich.console import Console

from flake8_nograd import __version__
from flake8_nograd.cli.catalogue import level_of
from flake8_nograd.cli.options import PROGRAM
from flake8_nograd.cli.outcome import Fix, Listed, Outcome
from flake8_nograd.cli.reports.naming import text_of, uri, with_fingerprints
from flake8_nograd.rules import Rule, all_rules

_SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
_ROOT = "SRCROOT"


def write(outcomes: Sequence[Outcome], console: Console) -> None:
    """One log with one run; what could not be done is told as a notification."""
    problems = [each for each in outcomes if each.problem is not None]
    run = {
        "tool": {
            "driver": {
                "name": PROGRAM,
                "version": __version__,
                "rules": [_rule(each) for each in all_rules()],
            }
        },
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {
            _ROOT: {"description": {"text": "The folder in which nograd-fix was run."}}
        },
        "invocations": [
            {
                "executionSuccessful": not problems,
                "toolExecutionNotifications": [_notification(each) for each in problems],
            }
        ],
        "results": [_result(each, name) for each, name in with_fingerprints(outcomes)],
    }
    log = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}
    console.file.write(json.dumps(log, indent=2) + "\n")


def _rule(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.code,
        "name": "".join(word.capitalize() for word in rule.name.split("-")),
        "shortDescription": {"text": f"{rule.summary}."},
        "help": {"text": rule.page, "markdown": rule.page},
        "defaultConfiguration": {"level": rule.level, "enabled": not rule.is_opt_in},
    }


def _result(listed: Listed, fingerprint: str) -> dict[str, Any]:
    found = listed.found
    codes = [each.code for each in all_rules()]
    result: dict[str, Any] = {
        "ruleId": found.code,
        "level": level_of(found.code),
        "message": {"text": found.message},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": _artifact(listed.path),
                    "region": {
                        "startLine": listed.in_file.line,
                        "startColumn": listed.in_file.column + 1,
                        "snippet": {"text": listed.line},
                    },
                }
            }
        ],
        "partialFingerprints": {"pathCodeLine/v1": fingerprint},
    }
    if found.code in codes:
        result["ruleIndex"] = codes.index(found.code)
    if listed.fix is not None:
        result["fixes"] = [_fix(listed.path, listed.fix)]
    return result


def _fix(path: str, fix: Fix) -> dict[str, Any]:
    safety = "Safe fix." if fix.is_safe else "Unsafe fix: it may change what the program does."
    return {
        "description": {"text": safety},
        "artifactChanges": [
            {
                "artifactLocation": _artifact(path),
                "replacements": [
                    {
                        "deletedRegion": {
                            "startLine": each.line,
                            "startColumn": each.column,
                            "endLine": each.end_line,
                            "endColumn": each.end_column,
                        },
                        "insertedContent": {"text": each.content},
                    }
                    for each in fix.in_file
                ],
            }
        ],
    }


def _notification(outcome: Outcome) -> dict[str, Any]:
    return {
        "level": "error",
        "message": {"text": f"{text_of(outcome.path)}: {outcome.problem}"},
        "locations": [{"physicalLocation": {"artifactLocation": _artifact(outcome.path)}}],
    }


def _artifact(path: str) -> dict[str, str]:
    return {"uri": uri(path), "uriBaseId": _ROOT}
