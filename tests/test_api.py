"""The public API, and what a fix does besides the edit itself."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import pytest

from flake8_nograd.api import FrameworkError, SourceError, check_source, fix_source
from flake8_nograd.fixes import fix_bytes, preview
from flake8_nograd.reported import Reported
from flake8_nograd.settings import Settings
from tests.conftest import REPOSITORY

TWO = """\
import torch


def predict(model, x):
    model.eval()
    return model(x).tolist()


def norm(weights):
    with torch.no_grad:
        return weights.norm()
"""


def test_the_example_of_the_page_runs() -> None:
    page = (REPOSITORY / "docs" / "api.md").read_text(encoding="utf-8")
    [example] = re.findall(r"^```python\n(.*?)^```", page, flags=re.MULTILINE | re.DOTALL)
    exec(compile(example, "api.md", "exec"), {})


def test_findings_say_whether_a_fix_is_known() -> None:
    assert [(each.code, each.fix) for each in check_source(TWO)] == [
        ("NGD102", "safe"),
        ("NGD402", "safe"),
    ]


def test_only_what_is_selected_is_mended() -> None:
    fixed = fix_source(TWO, select=["NGD4"])
    assert fixed.data.decode() == TWO.replace("torch.no_grad:", "torch.no_grad():")
    assert [each.code for each in fixed.mended] == ["NGD402"]
    assert fixed.remaining == ()


def test_what_is_not_wanted_is_left() -> None:
    data = TWO.encode()
    fixed = fix_bytes(
        data,
        Settings(),
        lambda found, lines: [each for each in found if "model" not in lines[each.line - 1]],
    )
    assert b"    return model(x)" in fixed.data
    assert b"torch.no_grad():" in fixed.data


def test_the_lines_are_those_of_the_current_pass() -> None:
    seen: set[tuple[int, str]] = set()

    def wanted(found: Sequence[Reported], lines: Sequence[str]) -> Sequence[Reported]:
        seen.update((each.line, lines[each.line - 1].strip()) for each in found)
        return found

    fix_bytes(TWO.encode(), Settings(), wanted)
    assert seen == {(6, "return model(x).tolist()"), (10, "with torch.no_grad:")}


def test_inference_mode_is_written_where_it_is_asked_for() -> None:
    fixed = fix_source(TWO, select=["NGD102"], guard="inference_mode")
    assert b"@torch.inference_mode()\ndef predict" in fixed.data


def test_a_preview_mends_one_finding_alone() -> None:
    first, second = check_source(TWO)
    assert preview(TWO.encode(), Settings(), second) == fix_source(TWO, select=["NGD402"]).data
    assert preview(TWO.encode(), Settings(), first) == fix_source(TWO, select=["NGD102"]).data


def test_no_preview_where_there_is_no_fix() -> None:
    source = "import torch\npredict = lambda model, x: model.eval()(x).tolist()\n"
    for found in check_source(source):
        assert preview(source.encode(), Settings(), found) is None


def test_an_edit_that_does_not_prove_is_taken_back() -> None:
    source = """\
import torch


class Model:
    def __init__(self, net):
        self.net = net.eval()

    @torch.no_grad()
    def predict(self, x):
        torch.no_grad()
        return self.net(x).tolist()
"""
    fixed = fix_source(source, enable=["NGD902"])
    assert fixed.data.decode() == source
    assert fixed.reverted == "NGD401 on line 10: NGD902 would be reported"
    assert [(each.code, each.fix) for each in fixed.remaining] == [("NGD401", None)]


def test_what_was_given_up_is_tried_again_after_another_edit() -> None:
    """Found by the fuzz: the second run mended what the first had given up."""
    source = """
from torch import *


class Net:
    @torch.set_grad_enabled(False)
    def predict(self, x, y, optimizer):
        try:
            match x:
                case 1:
                    torch.no_grad()
                    del x
                case _:
                    return sum(encoder(x) for x, y in loader)
            if y:
                torch.no_grad()
                x = y(x)
            else:
                optimizer.step()
        except E:
            pass


encoder = torch.no_grad()(net)(x)
"""

    def fixed(data: str | bytes) -> bytes:
        return fix_source(data, unsafe=True, guard="inference_mode", enable=["NGD9"]).data

    assert fixed(fixed(source)) == fixed(source)


def test_what_does_not_compile_is_left_as_it_is() -> None:
    source = TWO + "return 1\n"
    fixed = fix_source(source)
    assert fixed.data.decode() == source
    assert fixed.reverted is not None
    assert "the file does not compile" in fixed.reverted


def test_what_libcst_does_not_give_back_is_left_as_it_is() -> None:
    source = TWO + "assert(1 if TWO else 2)\n"
    fixed = fix_source(source)
    assert fixed.data.decode() == source
    assert fixed.reverted is not None
    assert "LibCST does not give the file back" in fixed.reverted


def test_a_text_is_encoded_as_it_says() -> None:
    source = f"# -*- coding: latin-1 -*-\n# caf\xe9\n{TWO}"
    assert b"caf\xe9" in fix_source(source).data
    assert check_source(fix_source(source).data) == []


@pytest.mark.parametrize("call", [check_source, fix_source])
def test_text_that_is_no_python_is_an_error_of_its_own(call: object) -> None:
    assert callable(call)
    with pytest.raises(SourceError, match=r"1:"):
        call("def :\n")


@pytest.mark.parametrize("call", [check_source, fix_source])
def test_a_wrong_framework_file_is_an_error_of_its_own(call: object, tmp_path: Path) -> None:
    assert callable(call)
    path = tmp_path / "wrong.toml"
    path.write_text("guard = 1\n", encoding="utf-8")
    with pytest.raises(FrameworkError):
        call(TWO, frameworks=[str(path)])
