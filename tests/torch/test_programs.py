"""Programs run before and after their fix, and compute what the rules promise."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from flake8_nograd.api import check_source, fix_source
from flake8_nograd.rules import all_rules
from tests.harness import Mark
from tests.torch.program import PROGRAMS, Program, Run, load

CHANGE_EVALUATION = {"NGD301", "NGD304", "NGD305", "NGD405"}
"""Rules whose safe fixes change what an evaluation computes, as their pages say."""

ALL = [load(path) for path in sorted(PROGRAMS.glob("*.py"))]

every_program = pytest.mark.parametrize("program", ALL, ids=str)
every_fixed_program = pytest.mark.parametrize(
    "program", [each for each in ALL if each.fix != "none"], ids=str
)


def test_every_rule_has_a_program() -> None:
    shown = {code for program in ALL for _, code in program.case.errors}
    assert shown == {rule.code for rule in all_rules()}


@every_program
def test_is_reported_as_marked(program: Program) -> None:
    case = program.case
    found = check_source(case.source, enable=case.settings.enabled)
    assert [Mark(each.line, each.code) for each in found] == case.errors


@every_program
def test_the_fix_is_as_safe_as_it_says(program: Program) -> None:
    text, enabled = program.case.unmarked, program.case.settings.enabled
    safely_fixed = fix_source(text, enable=enabled).data
    assert (safely_fixed != text.encode()) == (program.fix == "safe")
    assert (program.fixed.data != text.encode()) == (program.fix != "none")


@every_fixed_program
def test_nothing_is_left_to_report(program: Program) -> None:
    assert check_source(program.fixed.data, enable=program.case.settings.enabled) == []


def shows(run: Run, promised: Mapping[str, str]) -> None:
    assert run.observed["raises"].startswith(promised["raises"])
    for key in ("records", "keeps"):
        assert (key, run.observed[key]) == (key, promised[key])
    if promised["prints"]:
        assert run.observed["prints"] == promised["prints"]


@every_program
def test_runs_as_promised(program: Program) -> None:
    shows(program.run_before, program.before)


@every_fixed_program
def test_runs_as_promised_after_the_fix(program: Program) -> None:
    shows(program.run_after, program.after)


@every_fixed_program
def test_changes_what_it_says_and_no_other_bit(program: Program) -> None:
    before, after = program.run_before, program.run_after
    assert before.weights, "the module has no name for a model or an optimizer"
    changes = {
        "output": before.output != after.output,
        "weights": before.weights != after.weights,
        "buffers": before.buffers != after.buffers,
    }
    assert {name for name, is_changed in changes.items() if is_changed} == program.changes


@every_fixed_program
def test_a_safe_fix_changes_no_number(program: Program) -> None:
    if program.fix != "safe" or program.before["raises"] != "nothing":
        return
    codes = {code for _, code in program.case.errors}
    allowed = {"output", "buffers"} if codes & CHANGE_EVALUATION else set()
    assert program.changes <= allowed
