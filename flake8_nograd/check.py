"""From a file's text to its findings: the way through the house, in one place."""

from __future__ import annotations

from dataclasses import dataclass

from flake8_nograd.facts.source import Source, deep_recursion
from flake8_nograd.frameworks import load
from flake8_nograd.model.module_model import ModuleModel
from flake8_nograd.rules import all_rules
from flake8_nograd.settings import Settings


@dataclass(frozen=True, order=True)
class Reported:
    """A finding at its place: 1-based line, 0-based column in characters."""

    line: int
    column: int
    code: str
    message: str


def check_text(text: str | bytes, settings: Settings) -> list[Reported]:
    """All findings of one file, in the order of the file, no two alike."""
    with deep_recursion():
        source = Source(text)
        model = ModuleModel(source.facts, load(settings.frameworks))
        found = set()
        for rule in all_rules():
            for finding in rule.check(model):
                message = finding.message
                if finding.related is not None:
                    line = source.position(finding.related).line
                    message = message.replace("{line}", str(line))
                place = source.position(finding.ref)
                found.add(Reported(place.line, place.column, rule.code, message))
    return sorted(found)
