"""The score: what a linter reports, against the hand labels.

A unit counts once for each class of defect. A *hit* is labelled and reported within the unit's
lines, a *false alarm* is reported and not labelled, a *missed alarm* is labelled and not reported.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import NamedTuple

from tests.accuracy import places
from tests.accuracy.labels import DEFECTS, OTHER, LabelledUnit

ABSENT = "file absent"
"""Why a unit is left out whose file the corpus does not hold."""


class LeftOut(Exception):
    """A unit cannot be scored. The message says why."""


class Report(NamedTuple):
    """What a linter says of a line."""

    line: int
    code: str
    message: str


class Outcome(Enum):
    """How a class of defect came out for a unit."""

    HIT = "hit"
    FALSE_ALARM = "false alarm"
    MISSED = "missed alarm"


@dataclass(frozen=True)
class Judgement:
    """How one class of defect came out for one unit."""

    outcome: Outcome
    unit: LabelledUnit
    defect: str
    """A class of defect; the code itself where the labels have no class for what is reported."""
    line: int
    """The first line reported; the label's where nothing is."""

    @property
    def has_class(self) -> bool:
        """Do the labels have a class for it?"""
        return self.defect in DEFECTS


@dataclass(frozen=True)
class Figures:
    """The figures of one class, or of several."""

    labelled: int
    reported: int
    hits: int

    @property
    def precision(self) -> float | None:
        """The share of the reports that are right; None without reports."""
        return self.hits / self.reported if self.reported else None

    @property
    def recall(self) -> float | None:
        """The share of the labels that are found; None without labels."""
        return self.hits / self.labelled if self.labelled else None


@dataclass
class Score:
    """How a linter does on the labelled units."""

    judgements: list[Judgement] = field(default_factory=list)
    scored: list[LabelledUnit] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)
    """How many units are not scored, by the reason."""

    def of(self, outcome: Outcome) -> list[Judgement]:
        """The judgements of one outcome."""
        return [each for each in self.judgements if each.outcome is outcome]

    def mentions(self, defect: str) -> bool:
        """Is a class labelled or reported anywhere?"""
        return any(each.defect == defect for each in self.judgements)

    def figures(self, *defects: str) -> Figures:
        """The figures of some classes taken together."""
        count = Counter(each.outcome for each in self.judgements if each.defect in defects)
        hits = count[Outcome.HIT]
        return Figures(
            labelled=hits + count[Outcome.MISSED],
            reported=hits + count[Outcome.FALSE_ALARM],
            hits=hits,
        )


def files_to_lint(units: Iterable[LabelledUnit], corpus: Path) -> list[str]:
    """The files of the corpus whose units are scored, relative to it."""
    return sorted(
        {unit.file for unit in units if unit.left_out is None and (corpus / unit.file).exists()}
    )


def score(
    units: Iterable[LabelledUnit],
    corpus: Path,
    reports: Mapping[str, Sequence[Report]],
    classes: Mapping[str, str],
) -> Score:
    """Score the reports of a linter.

    :param reports: by file, relative to the corpus.
    :param classes: the class of defect for each code that has one.
    """
    result = Score()
    for unit in units:
        try:
            lines = _lines(unit, corpus)
        except LeftOut as reason:
            result.left_out[str(reason)] += 1
            continue
        inside = [report for report in reports.get(unit.file, ()) if report.line in lines]
        result.scored.append(unit)
        result.judgements += judge(unit, inside, classes)
    return result


def judge(
    unit: LabelledUnit, reports: Iterable[Report], classes: Mapping[str, str]
) -> Iterator[Judgement]:
    """How each class came out for a unit, by what is reported within its lines."""
    lines: dict[str, list[int]] = defaultdict(list)
    for report in reports:
        lines[classes.get(report.code, report.code)].append(report.line)
    for defect in sorted(unit.demanded - {OTHER} - set(lines)):
        yield Judgement(Outcome.MISSED, unit, defect, unit.line_of(defect))
    for defect, reported in sorted(lines.items()):
        if defect in unit.demanded:
            yield Judgement(Outcome.HIT, unit, defect, min(reported))
        elif defect not in unit.acceptable:
            yield Judgement(Outcome.FALSE_ALARM, unit, defect, min(reported))


def _lines(unit: LabelledUnit, corpus: Path) -> Container[int]:
    if unit.left_out is not None:
        raise LeftOut(unit.left_out)
    if not (corpus / unit.file).exists():
        raise LeftOut(ABSENT)
    lines = places.lines_of(corpus / unit.file, unit.name, unit.def_line)
    if lines is None:
        raise LeftOut("unit not located")
    return lines
