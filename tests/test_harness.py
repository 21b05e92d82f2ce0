"""The harness itself: a wrong case does not pass."""

from __future__ import annotations

import ast
import textwrap
from pathlib import Path

import pytest

from tests import harness
from tests.harness import Case, CaseError, Mark

EVALUATION = """\
import torch
from torch import nn


def evaluate(model, loader):
    model.eval()
    correct = 0
    for x, y in loader:{mark}
        correct += (model(x).argmax(1) == y).sum().item()
    return correct
"""


def case(source: str) -> Case:
    """A case of NGD101 around ``source``."""
    text = f"# NGD101\n\n## a case\n\nFor a reason.\n\n```python\n{source}```\n"
    [found] = harness.parse(text, "NGD101", "NGD101.md")
    return found


def markdown(text: str) -> list[Case]:
    """The cases of an indented Markdown text."""
    return harness.parse(textwrap.dedent(text), "NGD101", "NGD101.md")


# ------------------------------------------------------------------------ marks


def test_a_right_mark_passes() -> None:
    right = case(EVALUATION.format(mark="  # error: NGD101"))
    assert right.disagreements(harness.check(right.source, right.settings)) == []


def test_a_missing_mark_is_detected() -> None:
    unmarked = case(EVALUATION.format(mark=""))
    [problem] = unmarked.disagreements(harness.check(unmarked.source, unmarked.settings))
    assert problem == "NGD101 on line 8 is reported without a mark: for x, y in loader:"


def test_a_mark_with_the_wrong_code_is_detected() -> None:
    wrong = case(EVALUATION.format(mark="  # error: NGD102"))
    problems = wrong.disagreements(harness.check(wrong.source, wrong.settings))
    assert [problem.partition(":")[0] for problem in problems] == [
        "NGD101 on line 8 is reported without a mark",
        "NGD102 on line 8 is not reported",
    ]


def test_a_mark_on_the_wrong_line_is_detected() -> None:
    wrong = case(EVALUATION.format(mark="").replace("eval()", "eval()  # error: NGD101"))
    problems = wrong.disagreements(harness.check(wrong.source, wrong.settings))
    assert [problem.partition(":")[0] for problem in problems] == [
        "NGD101 on line 6 is not reported",
        "NGD101 on line 8 is reported without a mark",
    ]


def test_a_closed_todo_is_detected() -> None:
    closed = case(EVALUATION.format(mark="  # todo: NGD101"))
    [problem] = closed.disagreements(harness.check(closed.source, closed.settings))
    assert "gap is closed" in problem


def test_an_open_todo_passes() -> None:
    gap = case("import torch  # todo: NGD101\n")
    assert gap.disagreements([]) == []


def test_each_of_two_findings_on_a_line_needs_a_mark() -> None:
    twice = case("import torch  # error: NGD101\n")
    [problem] = twice.disagreements([Mark(1, "NGD101"), Mark(1, "NGD101")])
    assert "without a mark" in problem


def test_a_shift_is_taken_back() -> None:
    shifted = case("import torch  # error: NGD101\n")
    assert shifted.disagreements([Mark(3, "NGD101")], shift=2) == []
    assert len(shifted.disagreements([Mark(1, "NGD101")], shift=2)) == 2


def test_a_line_bears_several_codes_and_marks() -> None:
    several = case("import torch  # error: NGD101, NGD301  # todo: NGD501\n")
    assert several.errors == [Mark(1, "NGD101"), Mark(1, "NGD301")]
    assert several.todos == [Mark(1, "NGD501")]


def test_a_mark_inside_a_string_is_none() -> None:
    assert case('text = "# error: NGD101"\n').errors == []


@pytest.mark.parametrize(
    "comment", ["# eror: NGD101", "# error NGD101", "# error: NGD101 NGD102", "# error: NGD1"]
)
def test_a_misspelt_mark_is_refused(comment: str) -> None:
    with pytest.raises(CaseError, match="not a mark"):
        case(f"import torch  {comment}\n")


# --------------------------------------------------------------------- Markdown


def test_a_case_knows_its_place_its_reason_and_its_fix() -> None:
    [found] = markdown(
        """\
        # NGD101

        ## guards

        ### none at all

        For a reason
        of two lines.

        ```python
        import torch
        ```

        This is *after the fix*:

        ```python
        import numpy
        ```
        """
    )
    assert str(found) == "NGD101: none at all"
    assert found.why == "For a reason of two lines."
    assert found.place == "NGD101.md:10"
    assert found.source == "import torch\n"
    assert found.fixed == "import numpy\n"


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("# a\n\n```python\nx = 1\n```\n", "does not say why"),
        ("# a\n\nWhy.\n", "has no code"),
        ("# a\n\nWhy.\n\n```python\nx = 1\n", "has no end"),
        ("# a\n\nWhy.\n\n```python\nx = = 1\n```\n", "NGD101.md:6: no Python"),
        ("# a\n\nWhy.\n\n```python\nx = 1\n```\n\n```python\nx = 2\n```\n", "introduced by"),
        ("# a\n\nWhy.\n\n```python\nx = 1\n```\n# a\n\nWhy.\n\n```python\nx = 1\n```\n", "2 cases"),
    ],
)
def test_a_case_that_nobody_can_test_is_refused(text: str, complaint: str) -> None:
    with pytest.raises(CaseError, match=complaint):
        harness.parse(text, "NGD101", "NGD101.md")


# --------------------------------------------------------------------- variants


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("import torch\ntorch.no_grad()\n", "import torch as th\nth.no_grad()\n"),
        ("from torch import nn\nnn.Module\n", "import torch.nn as neural\nneural.Module\n"),
        ("import torch.nn as nn\nnn.Module\n", "from torch import nn as neural\nneural.Module\n"),
        (
            "import torch.nn.functional as F\nF.relu(x)\n",
            "from torch.nn import functional as functional\nfunctional.relu(x)\n",
        ),
        (
            "from torch import no_grad\nwith no_grad(): pass\n",
            "from torch import no_grad as no_grad_alias\nwith no_grad_alias(): pass\n",
        ),
        (
            "import torch\nimport torch.nn\ntorch.nn.Module\n",
            "import torch as th\nimport torch.nn\nth.nn.Module\n",
        ),
        ("import torch as th\nth.ones(1)\n", "import torch as th_alias\nth_alias.ones(1)\n"),
        ("import torch\nth = torch\n", "import torch as torch_alias\nth = torch_alias\n"),
        (
            "import time\nx.time(time=time)\n",
            "import time as time_alias\nx.time(time=time_alias)\n",
        ),
        ("from a import b\ndef f(b): return b\n", "from a import b\ndef f(b): return b\n"),
        ("from __future__ import annotations\n", "from __future__ import annotations\n"),
        ("from a import *\n", "from a import *\n"),
    ],
)
def test_imports_are_renamed(before: str, after: str) -> None:
    renamed = harness.with_renamed_imports(case(before))
    assert renamed == after
    ast.parse(renamed)


def test_the_encodings_hold_the_same_text() -> None:
    source = case("import torch\n")
    assert harness.with_crlf(source) == b"import torch\r\n"
    assert harness.with_bom(source) == b"\xef\xbb\xbfimport torch\n"
    assert harness.in_latin_1(source).endswith(b"import torch\n# caf\xe9\n")
    assert harness.without_final_newline(source) == "import torch"


def test_what_cannot_be_varied_is_exempt_with_a_reason() -> None:
    with pytest.raises(harness.Exempt, match="__future__"):
        harness.indented(case("from __future__ import annotations\n"))
    with pytest.raises(harness.Exempt, match="latin-1"):
        harness.in_latin_1(case("price = '5 \u20ac'\n"))


def test_noqa_is_written_on_each_reported_line() -> None:
    marked = case("import torch  # error: NGD101, NGD301\nimport numpy\n")
    assert harness.with_noqa(marked) == (
        "import torch  # error: NGD101, NGD301  # noqa: NGD101,NGD301\nimport numpy\n"
    )


def test_flake8_is_run_for_real(tmp_path: Path) -> None:
    report = harness.run_flake8({"a": EVALUATION.format(mark=""), "b": "import torch\n"}, tmp_path)
    assert report == {"a": [Mark(8, "NGD101")], "b": []}
