"""The scorer of the hand labels, on made-up labels and findings; nothing is fetched or linted."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.accuracy import corpus, explained, labels, page, scoring
from tests.accuracy.__main__ import LABELS, PAGE, REASONS
from tests.accuracy.explained import Key
from tests.accuracy.linters import Linter, nograd, torch_preflight
from tests.accuracy.page import Measured
from tests.accuracy.scoring import Outcome, Report, Score

SOURCE = """\
import torch


@decorated
def evaluate(model, loader):
    for x in loader:
        model(x)


class Trainer:
    def step(self, x):
        def closure():
            return self.model(x)

        return closure


evaluate(model, loader)
"""
FILE = "owner+name/pkg/run.py"
HIT, FALSE_ALARM, MISSED = Outcome.HIT, Outcome.FALSE_ALARM, Outcome.MISSED


def record(*found: str, **more: Any) -> dict[str, Any]:
    """The record of `evaluate`, labelled with classes of defects."""
    named = {"repo": "owner/name", "commit": "0" * 40, "path": "pkg/run.py", "why": "because"}
    place = {"unit": "evaluate", "def_line": 5, "confidence": "high"}
    return {**named, **place, "labels": [label(each) for each in found], **more}


def label(defect: str, **more: Any) -> dict[str, Any]:
    return {"label": defect, "line": 6, "end_line": 7, **more}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A corpus of one file."""
    (tmp_path / FILE).parent.mkdir(parents=True)
    (tmp_path / FILE).write_text(SOURCE)
    return tmp_path


def scored(folder: Path, one: dict[str, Any], *reports: tuple[int, str]) -> Score:
    """The score of one record, by lines and codes that are reported in its file."""
    found = {FILE: [Report(line, code, "message") for line, code in reports]}
    return scoring.score([labels.parse(one)], folder, found, nograd.classes)


def outcomes(score: Score) -> list[tuple[Outcome, str]]:
    return [(each.outcome, each.defect) for each in score.judgements]


# ------------------------------------------------------------------- the outcomes


def test_what_is_labelled_and_reported_is_a_hit(folder: Path) -> None:
    score = scored(folder, record("MISSING_NO_GRAD"), (6, "NGD101"))
    assert outcomes(score) == [(HIT, "MISSING_NO_GRAD")]


def test_any_line_of_the_unit_and_any_code_of_the_class_will_do(folder: Path) -> None:
    for line, code in [(4, "NGD101"), (5, "NGD102"), (7, "NGD102")]:
        score = scored(folder, record("MISSING_NO_GRAD"), (line, code))
        assert outcomes(score) == [(HIT, "MISSING_NO_GRAD")]


def test_what_is_labelled_and_not_reported_is_missed_at_its_line(folder: Path) -> None:
    score = scored(folder, record("MISSING_NO_GRAD"), (8, "NGD101"))
    assert outcomes(score) == [(MISSED, "MISSING_NO_GRAD")]
    assert score.judgements[0].line == 6


def test_what_is_reported_and_not_labelled_is_a_false_alarm_at_its_first_line(folder: Path) -> None:
    score = scored(folder, record(), (7, "NGD102"), (6, "NGD101"))
    assert outcomes(score) == [(FALSE_ALARM, "MISSING_NO_GRAD")]
    assert score.judgements[0].line == 6


def test_a_class_counts_once_for_a_unit_and_classes_count_apart(folder: Path) -> None:
    score = scored(
        folder,
        record("MISSING_NO_GRAD", "MISSING_NO_GRAD", "MISSING_EVAL"),
        (6, "NGD101"),
        (7, "NGD102"),
        (7, "NGD501"),
    )
    assert outcomes(score) == [
        (MISSED, "MISSING_EVAL"),
        (FALSE_ALARM, "GRAPH_RETAINED"),
        (HIT, "MISSING_NO_GRAD"),
    ]


def test_a_code_without_a_class_stands_by_itself_and_outside_of_the_figures(folder: Path) -> None:
    score = scored(folder, record(), (6, "NGD407"))
    assert outcomes(score) == [(FALSE_ALARM, "NGD407")]
    assert not score.judgements[0].has_class
    assert score.figures(*labels.DEFECTS).reported == 0


# ---------------------------------------------------------- labels that are set apart


@pytest.mark.parametrize(
    "one",
    [
        pytest.param(record(labels=[label("MISSING_EVAL", harmless=True)]), id="harmless"),
        pytest.param(record(labels=[label("MISSING_EVAL", confidence="low")]), id="unsure label"),
        pytest.param(record(also_ok=[{"label": "MISSING_EVAL"}]), id="also ok"),
    ],
)
def test_report_is_right_and_silence_is_right(folder: Path, one: dict[str, Any]) -> None:
    assert outcomes(scored(folder, one, (7, "NGD301"))) == []
    assert outcomes(scored(folder, one)) == []
    assert outcomes(scored(folder, one, (7, "NGD501"))) == [(FALSE_ALARM, "GRAPH_RETAINED")]


@pytest.mark.parametrize("key", ["legacy", "legacy_volatile"])
def test_a_guard_of_old_days_may_be_reported_as_none(folder: Path, key: str) -> None:
    assert outcomes(scored(folder, record(**{key: True}), (6, "NGD101"))) == []
    assert outcomes(scored(folder, record(**{key: True}), (7, "NGD301"))) == [
        (FALSE_ALARM, "MISSING_EVAL")
    ]


def test_what_is_labelled_is_demanded_even_where_it_is_also_ok(folder: Path) -> None:
    one = record("MISSING_NO_GRAD", legacy_volatile=True, also_ok=[{"label": "MISSING_NO_GRAD"}])
    assert outcomes(scored(folder, one)) == [(MISSED, "MISSING_NO_GRAD")]


def test_a_defect_of_no_class_makes_a_unit_unclean_and_is_not_missed(folder: Path) -> None:
    score = scored(folder, record("OTHER"))
    assert outcomes(score) == []
    assert "with a defect: 1" in page.set_of_labels(score)


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"confidence": "low"}, "low confidence"),
        ({"dont_care": True}, "set aside by the reviewer"),
        ({"test_code": True}, "set aside by the reviewer"),
        ({"not_torch": True}, "set aside by the reviewer"),
        ({"kind": "target_branch"}, "set aside by the reviewer"),
        ({"path": "a.ipynb", "def_line": {"cell": 3, "line": 1}}, "notebook"),
        ({"path": "pkg/gone.py"}, "file absent"),
        ({"unit": "gone"}, "unit not located"),
        ({"def_line": 14}, "unit not located"),
    ],
)
def test_unit_is_left_out(folder: Path, more: dict[str, Any], reason: str) -> None:
    score = scored(folder, record("MISSING_NO_GRAD", **more), (6, "NGD501"))
    assert (outcomes(score), score.scored) == ([], [])
    assert score.left_out == {reason: 1}


def test_a_file_that_does_not_parse_is_left_out(folder: Path) -> None:
    (folder / FILE).write_text("print 'Python 2'\n")
    assert scored(folder, record("MISSING_NO_GRAD")).left_out == {"unit not located": 1}


def test_an_unknown_class_is_told() -> None:
    with pytest.raises(ValueError, match=r"owner/name pkg/run\.py: no class MISSING_GRAD"):
        labels.parse(record("MISSING_GRAD"))


# -------------------------------------------------------------------- where units are


@pytest.mark.parametrize(
    ("unit", "def_line", "lines"),
    [
        ("evaluate", 5, range(4, 8)),
        ("evaluate", 12, range(4, 8)),
        ("Trainer.step", 11, range(11, 16)),
        ("Trainer.step.closure", 12, range(12, 14)),
        ("Trainer.step.<locals>.closure", 12, range(12, 14)),
        ("step(self, x)", 11, range(11, 16)),
        ("<module>", 1, [*range(1, 4), *range(8, 11), *range(16, 20)]),
    ],
)
def test_lines_of_a_unit(folder: Path, unit: str, def_line: int, lines: list[int]) -> None:
    one = record(unit=unit, def_line=def_line)
    reported = [
        line
        for line in range(25)
        if outcomes(scored(folder, one, (line, "NGD101"))) == [(FALSE_ALARM, "MISSING_NO_GRAD")]
    ]
    assert reported == [*lines]


def test_of_units_with_one_name_the_nearest_is_meant(folder: Path) -> None:
    (folder / FILE).write_text("def f(): pass\n\n\ndef f(): pass\n")
    one = record(unit="f", def_line=4)
    assert outcomes(scored(folder, one, (4, "NGD101"))) == [(FALSE_ALARM, "MISSING_NO_GRAD")]
    assert outcomes(scored(folder, one, (1, "NGD101"))) == []


# --------------------------------------------------------------- figures and reasons


def test_precision_and_recall(folder: Path) -> None:
    units = [
        labels.parse(record("MISSING_NO_GRAD")),
        labels.parse(record("MISSING_NO_GRAD", unit="step", def_line=11)),
        labels.parse(record("MISSING_NO_GRAD", unit="<module>", def_line=1)),
        labels.parse(record(unit="closure", def_line=12)),
    ]
    reports = {FILE: [Report(6, "NGD101", ""), Report(13, "NGD102", "")]}
    score = scoring.score(units, folder, reports, nograd.classes)
    figures = score.figures("MISSING_NO_GRAD")
    assert (figures.labelled, figures.reported, figures.hits) == (3, 3, 2)
    assert (figures.precision, figures.recall) == (2 / 3, 2 / 3)
    nothing = score.figures("MISSING_EVAL")
    assert (nothing.precision, nothing.recall) == (None, None)


def measured(linter: Linter, folder: Path, *reports: tuple[int, str]) -> Measured:
    found = {FILE: [Report(line, code, "") for line, code in reports]}
    unit = labels.parse(record("MISSING_NO_GRAD"))
    return Measured(linter, scoring.score([unit], folder, found, linter.classes))


def test_the_page_holds_the_figures_of_both_linters_and_each_reason(folder: Path) -> None:
    own = measured(nograd, folder, (6, "NGD501"))
    other = measured(torch_preflight, folder, (7, "TG002"))
    reasons = {Key.of(each): f"reason of {each.defect}" for each in own.score.judgements}
    part = page.measured_part(own, other, reasons)
    [row] = re.findall(r"^\| evaluation records gradients .*", part, re.MULTILINE)
    assert row == (
        "| evaluation records gradients | 1 | NGD101, NGD102 | 0 | - | 0.00 "
        "| TG002 | 1 | 1.00 | 1.00 |"
    )
    assert "reason of MISSING_NO_GRAD" in part
    assert "reason of GRAPH_RETAINED" in part
    text = f"before {page.BEGIN} old {page.END} after"
    assert page.with_measured_part(text, "new") == f"before {page.BEGIN}\nnew\n{page.END} after"


def test_an_alarm_without_a_reason_and_a_reason_without_an_alarm_are_told(
    folder: Path, tmp_path: Path
) -> None:
    [missed] = scored(folder, record("MISSING_NO_GRAD")).judgements
    [problem] = explained.complaints([missed], {})
    file = tmp_path / "explained.toml"
    file.write_text(problem.partition("\n")[2])
    reasons = explained.read(file)
    assert reasons == {Key.of(missed): "because"}
    assert explained.complaints([missed], reasons) == []
    [stale] = explained.complaints([], reasons)
    assert "no longer so" in stale
    assert "owner/name" in stale


# ---------------------------------------------------------------------- the corpus


def git(*arguments: str, folder: Path) -> str:
    identity = ["-c", "user.name=a", "-c", "user.email=a@b.c", "-c", "commit.gpgsign=false"]
    command = ["git", *identity, "-C", str(folder), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def test_a_missing_repository_is_fetched_at_its_commit(tmp_path: Path) -> None:
    host = tmp_path / "host"
    origin = host / "owner" / "name"
    origin.mkdir(parents=True)
    git("init", "--quiet", folder=origin)
    (origin / "run.py").write_text("first\n")
    git("add", ".", folder=origin)
    git("commit", "--quiet", "-m", "first", folder=origin)
    commit = git("rev-parse", "HEAD", folder=origin)
    (origin / "run.py").write_text("second\n")
    git("commit", "--quiet", "-am", "second", folder=origin)

    here = tmp_path / "corpus"
    unit = labels.parse(record(commit=commit))
    assert corpus.missing([unit], here) == [unit]
    corpus.fetch(unit, here, host.as_uri())
    assert (here / "owner+name" / "run.py").read_text() == "first\n"
    assert corpus.missing([unit], here) == []


def test_a_repository_that_does_not_come_is_told_and_leaves_nothing(tmp_path: Path) -> None:
    unit = labels.parse(record())
    with pytest.raises(corpus.FetchError, match="owner/name did not give 0000"):
        corpus.fetch(unit, tmp_path, (tmp_path / "nowhere").as_uri())
    assert list(tmp_path.iterdir()) == []


# ------------------------------------------------------------------- what is kept here

FACTS = {"repo", "commit", "path", "unit", "def_line", "labels", "confidence", "also_ok", "why"}
TREATMENT = {"legacy", "legacy_volatile", "dont_care", "test_code", "not_torch", "kind"}


def test_the_labels_are_facts_and_no_code() -> None:
    records = [json.loads(line) for line in LABELS.read_text(encoding="utf-8").splitlines()]
    for one in records:
        assert set(one) <= FACTS | TREATMENT
        assert re.fullmatch(r"[0-9a-f]{40}", one["commit"])
        for each in one["labels"]:
            assert set(each) <= {"label", "line", "end_line", "harmless", "confidence"}
        statements = r"\n| [-+]?= |^\s*(for|with|if|def|return) .*:\s*$"
        assert not re.search(statements, one["why"])
    assert len(labels.read(LABELS)) == len(records) > 300


def test_every_reason_belongs_to_a_labelled_unit_and_stands_on_the_page() -> None:
    units = {(unit.repository, unit.path) for unit in labels.read(LABELS)}
    text = PAGE.read_text(encoding="utf-8")
    for key, reason in explained.read(REASONS).items():
        assert (key.repository, key.path) in units
        assert f"| {reason} |" in text


def test_every_code_stands_for_a_class_of_the_labels() -> None:
    assert {*nograd.classes.values(), *torch_preflight.classes.values()} <= set(labels.DEFECTS)
