"""From a file's text to its findings: the way through the house, in one place."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from flake8_nograd.collection import collection_paused
from flake8_nograd.deadline import Deadline, OutOfTime
from flake8_nograd.facts.recursion import deep_recursion
from flake8_nograd.frameworks import load
from flake8_nograd.model.module_model import ModuleModel
from flake8_nograd.reported import Reported, internal_error
from flake8_nograd.rules import Rule, all_rules
from flake8_nograd.rules.finding import Finding
from flake8_nograd.settings import Settings

if TYPE_CHECKING:
    from flake8_nograd.facts.source import Source


class Analysis(NamedTuple):
    """One file as it was read, and what is found in it: in its order, no two alike.

    An internal error has no finding.
    """

    source: Source
    found: list[tuple[Reported, Finding | None]]


def check_text(text: str | bytes, settings: Settings, *, raises: bool = False) -> list[Reported]:
    """All findings of one file, in the order of the file, no two alike.

    A rule that fails gives one NGD000 and the others still run; a file that takes too long has one
    NGD000 and nothing else; with ``raises`` the error is raised. Raises
    :class:`libcst.ParserSyntaxError` for text that LibCST cannot parse.
    """
    try:
        with collection_paused():
            return [reported for reported, _ in analyse(text, settings, raises=raises).found]
    except OutOfTime as error:
        if raises:
            raise
        return [internal_error(error)]


def analyse(
    text: str | bytes,
    settings: Settings,
    *,
    raises: bool = False,
    deadline: Deadline | None = None,
) -> Analysis:
    """The same as :func:`check_text`, with what the fixes need to mend what is found.

    Raises :class:`OutOfTime` after ``deadline``, by default one for this file alone.
    """
    from flake8_nograd.facts.source import Source  # LibCST: 0.4 s, for files with findings only

    deadline = deadline or Deadline()
    with deep_recursion(), collection_paused():
        source = Source(text)
        model = ModuleModel(source.facts, load(settings.frameworks, settings.guards), deadline)
        found: dict[Reported, Finding | None] = {}
        if not model.program.imports_torch:
            return Analysis(source, [])
        for rule in enabled(settings):
            try:
                for reported, finding in _findings(rule, model, source):
                    found.setdefault(reported, finding)
            except OutOfTime:
                raise
            except Exception as error:
                if raises:
                    raise
                found.setdefault(internal_error(error), None)
    places: dict[tuple[int, int, str], tuple[Reported, Finding | None]] = {}
    for reported in sorted(found):
        place = (reported.line, reported.column, reported.code)
        places.setdefault(place, (reported, found[reported]))
    return Analysis(source, sorted(places.values(), key=lambda each: each[0]))


def enabled(settings: Settings) -> Iterator[Rule]:
    """All rules but the opt-in ones that nobody asked for."""
    for rule in all_rules():
        if not rule.is_opt_in or rule.code.startswith(settings.enabled):
            yield rule


def _findings(rule: Rule, model: ModuleModel, source: Source) -> Iterator[tuple[Reported, Finding]]:
    for finding in rule.check(model):
        message = finding.message
        if finding.related is not None:
            message = message.replace("{line}", str(source.position(finding.related).line))
        place = source.position(finding.ref)
        yield Reported(place.line, place.column, rule.code, message, finding.fix), finding
