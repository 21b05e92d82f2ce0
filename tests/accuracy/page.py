"""The measured part of ``docs/accuracy.md``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from tests.accuracy.explained import Key
from tests.accuracy.labels import DEFECTS
from tests.accuracy.linters import Linter
from tests.accuracy.scoring import Judgement, Outcome, Score

BEGIN, END = "<!-- accuracy: begin -->", "<!-- accuracy: end -->"


class Measured(NamedTuple):
    """A linter and its score."""

    linter: Linter
    score: Score


def with_measured_part(text: str, part: str) -> str:
    """``text`` with ``part`` between its markers. Raises ``ValueError`` where one is missing."""
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not end:
        raise ValueError(f"the markers {BEGIN} and {END} are missing")
    return f"{before}{begin}\n{part}\n{end}{after}"


def measured_part(own: Measured, other: Measured, reasons: Mapping[Key, str]) -> str:
    """All that is measured. ``reasons`` must hold every alarm that is false or missed."""
    alarms = own.score.of(Outcome.FALSE_ALARM)
    sections = [
        set_of_labels(own.score),
        figures(own, other),
        "## False alarms",
        listed([each for each in alarms if each.has_class], reasons),
        "## Missed alarms",
        listed(own.score.of(Outcome.MISSED), reasons),
        "## Reported where the labels have no class",
        "The labels do not say whether these are right; the reason does.",
        listed([each for each in alarms if not each.has_class], reasons),
    ]
    return "\n\n".join(sections)


def set_of_labels(score: Score) -> str:
    """What was labelled, and what is left out."""
    repositories = {unit.repository for unit in score.scored}
    with_defect = sum(bool(unit.demanded) for unit in score.scored)
    left_out = ", ".join(f"{reason}: {count}" for reason, count in sorted(score.left_out.items()))
    return (
        f"Units scored: {len(score.scored)}, from {len(repositories)} repositories; "
        f"with a defect: {with_defect}. Left out: {left_out or 'none'}."
    )


def figures(own: Measured, other: Measured) -> str:
    """The figures of both linters, class by class."""
    names = [f"{each.linter.name} {each.linter.version}" for each in (own, other)]
    header = ["class", "labelled"]
    for name in names:
        header += [f"{name}: rules", "reported", "precision", "recall"]
    rows = [header, ["---"] * len(header)]
    for defect, title in DEFECTS.items():
        if any(measured.score.mentions(defect) for measured in (own, other)):
            rows.append(_row(title, (own, other), [defect]))
    rows.append(_row("all", (own, other), list(DEFECTS)))
    return "\n".join(_line(row) for row in rows)


def listed(judgements: Iterable[Judgement], reasons: Mapping[Key, str]) -> str:
    """Where alarms are false or missed, and why."""
    rows = [_line(_place_and_reason(each, reasons)) for each in judgements]
    if not rows:
        return "None."
    return "\n".join([_line(["where", "class", "why"]), _line(["---"] * 3), *rows])


def _row(title: str, both: Iterable[Measured], defects: list[str]) -> list[str]:
    cells = [title]
    for linter, score in both:
        found = score.figures(*defects)
        if len(cells) == 1:
            cells.append(str(found.labelled))
        codes = [code for defect in defects for code in linter.codes(defect)]
        rules = "all" if len(defects) > 1 else ", ".join(codes) or "none"
        cells += [rules, str(found.reported), _share(found.precision), _share(found.recall)]
    return cells


def _share(share: float | None) -> str:
    return "-" if share is None else f"{share:.2f}"


def _place_and_reason(judgement: Judgement, reasons: Mapping[Key, str]) -> Iterator[str]:
    unit = judgement.unit
    url = f"https://github.com/{unit.repository}/blob/{unit.commit}/{unit.path}#L{judgement.line}"
    yield f"[{unit.repository} {unit.path}:{judgement.line}]({url})"
    yield DEFECTS.get(judgement.defect, judgement.defect)
    yield reasons[Key.of(judgement)]


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"
