"""The house is built as docs/internals.md says. The contracts stand in pyproject.toml."""

from __future__ import annotations

import re
import subprocess
import sys

import grimp
import pytest

from tests.conftest import REPOSITORY

RULE = re.compile(r"flake8_nograd\.rules\.ngd\d{3}_\w+")


def test_the_import_contracts_hold() -> None:
    command = "from importlinter.cli import lint_imports; raise SystemExit(lint_imports())"
    done = subprocess.run(
        [sys.executable, "-c", command],
        capture_output=True,
        text=True,
        check=False,
        cwd=REPOSITORY,
    )
    if done.returncode or " 0 broken." not in done.stdout:
        pytest.fail(done.stdout + done.stderr, pytrace=False)


def test_a_rule_knows_the_model_and_no_other_rule() -> None:
    graph = grimp.build_graph("flake8_nograd", cache_dir=None)
    rules = {module for module in graph.modules if RULE.fullmatch(module)}
    assert rules
    for rule in rules:
        floors = {
            name.split(".")[1] for name in graph.find_modules_directly_imported_by(rule) - rules
        }
        assert floors <= {"model", "rules"}, rule
        assert not graph.find_modules_directly_imported_by(rule) & rules, rule
        assert not graph.find_modules_that_directly_import(rule), f"{rule} is listed somewhere"
