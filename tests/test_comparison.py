"""The comparison with other linters is fair, and its page says what this plugin finds today."""

from __future__ import annotations

from collections import Counter

import pytest

from flake8_nograd.check import check_text
from flake8_nograd.rules import all_rules
from flake8_nograd.settings import Settings
from tests.comparison import page
from tests.comparison.compare import Compared, compare, judged
from tests.comparison.linters import OTHERS, OWN, from_json, from_lines, own_programs
from tests.comparison.pairs import RULES, Pair, pairs

PAIRS = pairs()
LOOK_ALIKES = [pair for pair in PAIRS if pair.wrong is None]


@pytest.fixture(scope="module")
def own() -> Compared:
    """What this plugin finds, by the door that all linters use."""
    return compare(OWN, own_programs(), PAIRS)


def rows() -> list[list[str]]:
    """The rows of the page's tables."""
    lines = page.PAGE.read_text(encoding="utf-8").splitlines()
    return [
        [cell.strip() for cell in line.strip("|").split("|")] for line in lines if line[:1] == "|"
    ]


def test_the_page_has_what_this_plugin_finds(own: Compared) -> None:
    """Run ``python -m tests.comparison`` where this fails."""
    said = {row[0]: row[1] for row in rows()}
    for number, pair in enumerate(PAIRS):
        title, cell, *_ = [*page.row(number, pair, [own])]
        assert said[title] == cell, title


def test_the_page_names_the_versions_that_are_run() -> None:
    header = next(row for row in rows() if len(row) == len(OTHERS) + 2 and row[0] == "")
    assert header[1:] == [OWN.name, *(each.name for each in OTHERS)]


def test_every_rule_is_compared() -> None:
    codes = [pair.title.partition(" ")[0] for pair in PAIRS if pair.group == RULES]
    assert codes == [rule.code for rule in all_rules()]


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair.title)
def test_what_is_right_is_clean(pair: Pair) -> None:
    enabled = (pair.title.partition(" ")[0],) if pair.group == RULES else ()
    assert check_text(pair.right, Settings(enabled=enabled), raises=True) == []


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair.title)
def test_all_code_compiles(pair: Pair) -> None:
    for name, text in pair.texts():
        compile(text, name, "exec")


def test_there_are_look_alikes() -> None:
    assert len(LOOK_ALIKES) > 5


# ------------------------------------------------------------------ how findings are judged


def test_a_finding_must_tell_wrong_from_right() -> None:
    both = [Pair("", "a", "wrong", "right"), Pair("", "b", None, "right")]
    codes = {
        "wrong000.py": Counter(X1=2, X2=1, X3=1),
        "right000.py": Counter(X1=1, X2=1),
        "right001.py": Counter(X1=1, X2=1),
    }
    assert judged(codes, both) == [["X1", "X3"], ["X1"]]


def test_codes_are_read_from_lines() -> None:
    output = "\n".join(
        [
            "/tmp/x/wrong000.py:3:5: NGD101 `f` runs `model(x)`",
            "************* Module wrong001",
            "/tmp/x/wrong001.py:1:0: W9998",
            "/tmp/x/wrong001.py:7:0: W9998",
            "Found 2 errors.",
        ]
    )
    assert from_lines(output) == {"wrong000.py": {"NGD101": 1}, "wrong001.py": {"W9998": 2}}


def test_codes_are_read_from_json() -> None:
    output = '{"diagnostics": [{"path": "/tmp/x/right000.py", "code": "TG002", "line": 3}]}'
    assert from_json(output) == {"right000.py": {"TG002": 1}}
