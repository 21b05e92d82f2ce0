"""What the rules say of themselves: ``--list-rules``, ``--explain``, and levels for the reports."""

from __future__ import annotations

import json

from flake8_nograd.reported import INTERNAL_ERROR
from flake8_nograd.rules import Rule, all_rules


def rule_of(code: str) -> Rule | None:
    """The rule with this code; the internal error has none."""
    return next((each for each in all_rules() if each.code == code), None)


def level_of(code: str) -> str:
    """``error`` or ``warning``."""
    rule = rule_of(code)
    return "warning" if rule is None else rule.level


def name_of(code: str) -> str:
    """The name that goes with a code."""
    rule = rule_of(code)
    return (
        "internal-error" if rule is None and code == INTERNAL_ERROR else getattr(rule, "name", code)
    )


def page(rule: Rule) -> str:
    """The page of a rule, with its heading."""
    return f"# {rule.code} {rule.name}\n\n*{level(rule)}*\n\n{rule.page}\n"


def table() -> str:
    """A line for each rule."""
    return "".join(
        f"{rule.code} {rule.name} ({level(rule)}): {rule.summary}\n" for rule in all_rules()
    )


def as_json() -> str:
    """All rules, for programs."""
    rules = [
        {
            "code": rule.code,
            "name": rule.name,
            "level": rule.level,
            "opt_in": rule.is_opt_in,
            "summary": rule.summary,
            "page": rule.page,
        }
        for rule in all_rules()
    ]
    return json.dumps(rules, indent=2) + "\n"


def level(rule: Rule) -> str:
    """The rule's level, and whether it has to be asked for."""
    return f"{rule.level}, opt-in" if rule.is_opt_in else rule.level
