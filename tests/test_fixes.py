"""Every fix of every case, proved from all sides.

The fixed forms stand in ``tests/rules`` beside the cases; ``python -m tests.harness`` writes them.
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Callable

import pytest

from flake8_nograd.fixes import Fixed
from tests import harness
from tests.harness import Case

CASES = [case for case in harness.load_cases() if case.errors]
FIXED = [case for case in CASES if case.fixed is not None]

every_case = pytest.mark.parametrize("case", CASES, ids=str)
every_fixed_case = pytest.mark.parametrize("case", FIXED, ids=str)


def fix(case: Case, data: bytes | None = None) -> Fixed:
    """What the fixer makes of a case, or of a variant of it."""
    data = case.unmarked.encode() if data is None else data
    return harness.fix(data, case.settings, unsafe=case.is_unsafe)


def codes(text: bytes, case: Case) -> Counter[str]:
    return Counter(mark.code for mark in harness.check(text, case.settings))


@every_case
def test_the_fix_gives_the_block(case: Case) -> None:
    if case.fixed is None:
        data = case.unmarked.encode()
        assert harness.fix(data, case.settings, unsafe=True).data == data, f"{case.place}: mended"
    else:
        assert fix(case).data.decode() == case.fixed, case.place


@every_fixed_case
def test_an_unsafe_fix_is_not_made_unasked(case: Case) -> None:
    data = case.unmarked.encode()
    assert (harness.fix(data, case.settings).data == data) == case.is_unsafe, case.place


@every_fixed_case
def test_findings_go_and_none_comes(case: Case) -> None:
    fixed = fix(case)
    ast.parse(fixed.data)
    before, after = codes(case.unmarked.encode(), case), codes(fixed.data, case)
    assert fixed.mended
    assert before - Counter(each.code for each in fixed.mended) == after
    assert Counter(each.code for each in fixed.remaining) == after


@every_fixed_case
def test_a_second_run_changes_nothing(case: Case) -> None:
    once = fix(case)
    twice = fix(case, once.data)
    assert (twice.data, twice.mended) == (once.data, ())


def in_crlf(text: str) -> bytes:
    return text.replace("\n", "\r\n").encode()


def behind_a_bom(text: str) -> bytes:
    return text.encode("utf-8-sig")


def in_latin_1(text: str) -> bytes:
    return f"# -*- coding: latin-1 -*-\n{text}# caf\xe9\n".encode("latin-1")


def in_tabs(text: str) -> bytes:
    def tabs(found: re.Match[str]) -> str:
        return "\t" * (len(found[0]) // 4)

    block = "if True:\n    pass\n"  # without any block a file has no unit of its own
    return re.sub(r"^(?: {4})+", tabs, block + text, flags=re.MULTILINE).encode()


def without_final_newline(text: str) -> bytes:
    return text.rstrip("\n").encode()


def among_oddities(text: str) -> bytes:
    return (
        "#!/usr/bin/env python  \n\x0c\n#comment without space \t\n"
        "def odd( a,b = 1 ) :\n"
        "    '''trailing space   \n\ttab in a string'''\n"
        "    if a: return  b ;\n"
        "    x = [1,\n2 ,]\\\n   + [ a]   # middle  \n"
        f"\x0c\n{text}   # end  \n"
    ).encode()


@pytest.mark.parametrize(
    "variant", [in_crlf, behind_a_bom, in_latin_1, in_tabs, without_final_newline, among_oddities]
)
@every_fixed_case
def test_no_other_byte_changes(case: Case, variant: Callable[[str], bytes]) -> None:
    assert case.fixed is not None
    if "from __future__" in case.source and variant in (in_tabs, among_oddities):
        pytest.skip("`from __future__` stands before all other code")
    try:
        before, after = variant(case.unmarked), variant(case.fixed)
    except UnicodeEncodeError:
        pytest.skip("a character that latin-1 does not have")
    assert fix(case, before).data == after
