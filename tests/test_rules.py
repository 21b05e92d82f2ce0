"""Every case of every rule, proved from all sides. The cases are in ``tests/rules``.

Only :func:`test_marks_match` reads the marks. All else compares with what the analysis reports for
the case as it stands, so that one wrong answer is one failure.
"""

from __future__ import annotations

import ast
import functools
import io
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import pytest

from flake8_nograd.plugin import Plugin
from tests import harness
from tests.harness import Case, Mark

Report: TypeAlias = dict[str, list[Mark]]

CASES = [*harness.load_cases(), *harness.load_cases(harness.SILENT)]
REPORTED = [case for case in CASES if case.errors]

every_case = pytest.mark.parametrize("case", CASES, ids=str)
every_reported_case = pytest.mark.parametrize("case", REPORTED, ids=str)


@functools.cache
def plain_report(case: Case) -> list[Mark]:
    """What the analysis reports for a case as it stands."""
    return harness.check(case.source, case.settings)


@every_case
def test_marks_match(case: Case) -> None:
    problems = case.disagreements(plain_report(case))
    if problems:
        pytest.fail("\n  ".join([f"{case.place}: {case.heading}", *problems]), pytrace=False)


# ------------------------------------------------------------------ real flake8


def run_flake8(cases: list[Case], text: Callable[[Case], str], folder: Path) -> Report:
    """What flake8 reports for cases: one run for all, and one for the cases of each opt-in rule."""
    report: Report = {}
    for enabled in sorted({case.settings.enabled for case in cases}):
        sources = {str(case): text(case) for case in cases if case.settings.enabled == enabled}
        group = folder / "-".join(["cases", *enabled])
        group.mkdir()
        report |= harness.run_flake8(sources, group, enabled)
    return report


@pytest.fixture(scope="session")
def flake8_report(tmp_path_factory: pytest.TempPathFactory) -> Report:
    """What flake8 reports for the cases as they stand."""
    return run_flake8(CASES, lambda case: case.source, tmp_path_factory.mktemp("plain"))


@pytest.fixture(scope="session")
def flake8_report_with_noqa(tmp_path_factory: pytest.TempPathFactory) -> Report:
    """What flake8 reports where every finding bears a ``# noqa``."""
    return run_flake8(REPORTED, harness.with_noqa, tmp_path_factory.mktemp("noqa"))


@every_case
def test_flake8_reports_the_same(case: Case, flake8_report: Report) -> None:
    assert flake8_report[str(case)] == plain_report(case), case.place


@every_reported_case
def test_noqa_silences_flake8(case: Case, flake8_report_with_noqa: dict[str, list[Mark]]) -> None:
    left = set(flake8_report_with_noqa[str(case)]) & set(case.errors)
    assert left == set(), f"{case.place}: still reported"


@every_case
def test_flake8s_tree_is_left_as_it_was(case: Case) -> None:
    tree = ast.parse(case.source)
    before = _snapshot(tree)
    list(Plugin(tree, io.StringIO(case.source).readlines()).run())
    assert _snapshot(tree) == before


def _snapshot(tree: ast.AST) -> tuple[str, list[list[str]]]:
    """The tree in words, and the attributes of each node: a new one does not show in a dump."""
    return ast.dump(tree, include_attributes=True), [sorted(vars(node)) for node in ast.walk(tree)]


# ------------------------------------------------- what must not make a difference


@pytest.mark.parametrize(
    ("variant", "shift"),
    [
        pytest.param(harness.with_crlf, 0, id="CRLF"),
        pytest.param(harness.with_bom, 0, id="BOM"),
        pytest.param(harness.in_latin_1, 1, id="latin-1"),
        pytest.param(harness.without_final_newline, 0, id="no final newline"),
        pytest.param(harness.with_renamed_imports, 0, id="renamed imports"),
        pytest.param(harness.indented, 1, id="indented"),
        pytest.param(harness.with_unrelated_function, 0, id="unrelated function"),
    ],
)
@every_case
def test_makes_no_difference(
    case: Case, variant: Callable[[Case], str | bytes], shift: int
) -> None:
    try:
        text = variant(case)
    except harness.Exempt as reason:
        pytest.skip(str(reason))
    found = harness.check(text, case.settings)
    assert [Mark(line - shift, code) for line, code in found] == plain_report(case), case.place
