"""The collector of cycles is as it was after each analysis, also after one that failed."""

from __future__ import annotations

import ast
import gc
from collections.abc import Iterator

import libcst as cst
import pytest

from flake8_nograd import check
from flake8_nograd.check import check_text
from flake8_nograd.first_look import finds_anything
from flake8_nograd.rules import Rule
from flake8_nograd.settings import Settings

FOUND = "import torch\n\n\ndef freeze(net):\n    torch.no_grad()\n    net.scale.fill_(1)\n"


@pytest.fixture(params=[True, False], ids=["on", "off"])
def is_on(request: pytest.FixtureRequest) -> Iterator[bool]:
    if not request.param:
        gc.disable()
    yield request.param
    gc.enable()


def test_the_collector_is_left_as_it_was(is_on: bool) -> None:
    assert finds_anything(ast.parse(FOUND), Settings())
    assert gc.isenabled() == is_on
    assert check_text(FOUND, Settings())
    assert gc.isenabled() == is_on
    with pytest.raises(cst.ParserSyntaxError):
        check_text("import torch\nwith torch.no_grad(\n", Settings())
    assert gc.isenabled() == is_on


def test_the_collector_rests_while_a_file_is_analysed(
    is_on: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[bool] = []

    def no_rules(_: Settings) -> tuple[Rule, ...]:
        seen.append(gc.isenabled())
        return ()

    monkeypatch.setattr(check, "enabled", no_rules)
    check_text(FOUND, Settings())
    assert seen == [False]
    assert gc.isenabled() == is_on
