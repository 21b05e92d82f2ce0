"""From a file's text to its findings: the way through the house, in one place."""

from __future__ import annotations

from collections.abc import Iterator

from flake8_nograd.facts.source import Source, deep_recursion
from flake8_nograd.frameworks import load
from flake8_nograd.model.module_model import ModuleModel
from flake8_nograd.reported import Reported, internal_error
from flake8_nograd.rules import Rule, all_rules
from flake8_nograd.settings import Settings


def check_text(text: str | bytes, settings: Settings, *, raises: bool = False) -> list[Reported]:
    """All findings of one file, in the order of the file, no two alike.

    A rule that fails gives one NGD000 and the others still run; with ``raises`` the error is
    raised. Raises :class:`libcst.ParserSyntaxError` for text that LibCST cannot parse.
    """
    with deep_recursion():
        source = Source(text)
        frameworks = load(settings.frameworks, settings.guards)
        model = ModuleModel(source.facts, frameworks)
        found: set[Reported] = set()
        if not model.program.imports_torch:
            return []
        for rule in all_rules():
            if rule.is_opt_in and not rule.code.startswith(settings.enabled):
                continue
            try:
                found.update(_findings(rule, model, source))
            except Exception as error:
                if raises:
                    raise
                found.add(internal_error(error))
    places = {(each.line, each.column, each.code): each for each in sorted(found, reverse=True)}
    return sorted(places.values())


def _findings(rule: Rule, model: ModuleModel, source: Source) -> Iterator[Reported]:
    for finding in rule.check(model):
        message = finding.message
        if finding.related is not None:
            message = message.replace("{line}", str(source.position(finding.related).line))
        place = source.position(finding.ref)
        yield Reported(place.line, place.column, rule.code, message)
