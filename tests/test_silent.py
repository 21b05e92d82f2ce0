"""What no rule may report is shown in several spellings, and by what makes the difference.

The marks of these cases are compared with the report in ``test_rules.py``.
"""

from __future__ import annotations

import pytest

from tests import harness

CASES = harness.load_cases(harness.SILENT)
ROWS = sorted({case.code for case in CASES})


def test_there_are_rows() -> None:
    assert len(ROWS) > 20


@pytest.mark.parametrize("row", ROWS)
def test_a_row_has_two_spellings_and_a_positive_twin(row: str) -> None:
    cases = [case for case in CASES if case.code == row]
    assert sum(case.errors == [] for case in cases) >= 2
    assert any(case.errors for case in cases)


@pytest.mark.parametrize("row", ROWS)
def test_nothing_is_left_for_later(row: str) -> None:
    """A gap would be a missed alarm of a twin, and the twin would show nothing."""
    assert [str(case) for case in CASES if case.code == row and case.todos] == []
