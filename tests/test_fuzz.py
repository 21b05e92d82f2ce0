"""A short run of the fuzz, and proof that it sees what it looks for."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

import flake8_nograd.check
import flake8_nograd.fixes
from flake8_nograd.fixes import Fixed
from flake8_nograd.reported import Reported
from tests.cli_samples import MENDABLE, MENDED
from tests.conftest import Flake8
from tests.fuzz.doors import Broken, Doors

INPUTS = 300


def test_a_short_run_finds_nothing(flake8: Flake8) -> None:
    """The long one is ``python -m tests.fuzz``."""
    done = flake8.run("--inputs", str(INPUTS), program=("-W", "ignore", "-m", "tests.fuzz"))
    assert (done.returncode, done.stderr) == (0, "")
    assert f"\n{INPUTS} inputs" in done.stdout
    counted = re.search(r"(\d+) parsed, (\d+) mended", done.stdout)
    assert counted is not None
    assert int(counted[1]) > INPUTS / 2
    assert int(counted[2]) > INPUTS / 10


# ------------------------------------------------------------------ what it sees


@pytest.fixture
def doors(tmp_path: Path) -> Doors:
    return Doors(tmp_path)


def test_sound_files_pass(doors: Doors) -> None:
    for data in (MENDABLE, MENDED, b"", b"\0", b"import torch\ndef f(:\n", b"\xff\xfe"):
        doors.take(data)
    assert doors.findings["NGD405"] == 1


@pytest.mark.parametrize(
    ("found", "seen"),
    [
        ([Reported(9_999, 0, "NGD101", "x")], None),  # the plugin itself puts it on the last line
        ([Reported(1, 9_999, "NGD101", "x")], "outside of the file"),
        ([Reported(1, 0, "NGD101", "x"), Reported(1, 0, "NGD101", "y")], "2 times"),
        ([Reported(1, 0, "NGD000", "internal error")], "NGD000 internal error"),
    ],
)
def test_it_sees_wrong_findings(
    doors: Doors, monkeypatch: pytest.MonkeyPatch, found: list[Reported], seen: str | None
) -> None:
    monkeypatch.setattr(flake8_nograd.check, "check_text", lambda *_: found)
    if seen is None:
        doors.take(MENDABLE)
    else:
        with pytest.raises(Broken, match=seen):
            doors.take(MENDABLE)


def test_it_sees_answers_that_differ(doors: Doors, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = iter([[Reported(1, 0, "NGD101", "x")], []])
    monkeypatch.setattr(flake8_nograd.check, "check_text", lambda *_: next(answers))
    with pytest.raises(Broken, match="something else"):
        doors.take(MENDABLE)


COMMENTED = MENDABLE + b"# why\n"
SOUND = MENDED + b"# why\n"


@pytest.mark.parametrize(
    ("fix", "seen"),
    [
        (lambda _: SOUND.replace(b"return model(x)", b"return (model(x)"), "does not parse"),
        (lambda data: data + b"\n", "changes the file again"),
        (lambda _: SOUND.replace(b"# why\n", b"\n"), "has changed b'# why'"),
        (lambda _: SOUND.replace(b"predict", b"prophesy"), "has changed b'def predict"),
        (lambda _: SOUND.replace(b"\n", b"\r\n"), "other line ends"),
        (lambda _: SOUND.replace(b"no_grad()", b"no_grad"), "has added NGD402"),
    ],
)
def test_it_sees_wrong_fixes(
    doors: Doors, monkeypatch: pytest.MonkeyPatch, fix: Callable[[bytes], bytes], seen: str
) -> None:
    monkeypatch.setattr(
        flake8_nograd.fixes, "fix_bytes", lambda data, *_, **__: Fixed(fix(data), (), (), None)
    )
    with pytest.raises(Broken, match=re.escape(seen)):
        doors.take(COMMENTED)
