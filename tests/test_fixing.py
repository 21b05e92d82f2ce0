"""The measuring of fixers on small repositories, and its page."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from tests.accuracy import labels
from tests.accuracy.__main__ import LABELS
from tests.fixing import fixers, measure, page
from tests.fixing.copy import Copy
from tests.fixing.measure import Repository, Run
from tests.fixing.page import Breakages

LEAKING = """\
import torch


def evaluate(model, loader):
    model.eval()
    return sum((model(x).argmax(1) == y).sum().item() for x, y in loader)
"""


@pytest.fixture
def copy(tmp_path: Path) -> Copy:
    """A repository of three files, of which one is no Python 3."""
    origin = tmp_path / "origin"
    (origin / "pkg").mkdir(parents=True)
    (origin / ".gitignore").write_text("pkg\n")
    (origin / "pkg" / "run.py").write_bytes(LEAKING.replace("\n", "\r\n").encode())
    (origin / "old.py").write_text("print 'Python 2'\n")
    (origin / "plain.py").write_text("one = 1\n")
    return Copy(origin, tmp_path / "copies" / "owner+name")


# ----------------------------------------------------------------------- the copies


def test_all_python_files_are_copied_and_kept_as_they_are(copy: Copy) -> None:
    assert copy.files() == ["old.py", "pkg/run.py", "plain.py"]
    assert copy.changed() == []
    assert copy.kept("pkg/run.py") == LEAKING.replace("\n", "\r\n").encode()


def test_what_no_longer_compiles_is_broken_and_what_never_did_is_not(copy: Copy) -> None:
    (copy.folder / "plain.py").write_text("one = 1 +\n")
    (copy.folder / "old.py").write_text("print 'changed'\n")
    assert copy.changed() == ["old.py", "plain.py"]
    assert copy.lines() == (2, 2)
    assert copy.broken(copy.changed()) == ["plain.py"]
    copy.reset()
    assert copy.changed() == []


def test_other_line_ends_are_told(copy: Copy) -> None:
    (copy.folder / "pkg" / "run.py").write_bytes(LEAKING.encode())
    (copy.folder / "plain.py").write_bytes(b"one = 2\n")
    assert copy.with_other_line_ends(copy.changed()) == ["pkg/run.py"]


# ------------------------------------------------------------------- the measurement


def measured(copy: Copy, monkeypatch: pytest.MonkeyPatch, text: str | None) -> Repository:
    """What is measured where torch-preflight writes ``text`` into the file that leaks."""

    def preflight(folder: Path, *_: object) -> str | None:
        if text is not None:
            (folder / "pkg" / "run.py").write_text(text)
        return "RecursionError" if text is None else None

    monkeypatch.setattr(measure, "preflight_fix", preflight)
    return measure.measure(copy.folder, copy.folder.parent / "again", Path("environment"))


def test_the_fixers_are_run_and_looked_at(copy: Copy, monkeypatch: pytest.MonkeyPatch) -> None:
    text = LEAKING.replace("    return", "    with torch.no_grad:\n        return")
    one = measured(copy, monkeypatch, text)
    assert one.files == 3
    assert (one.safe.changed, one.safe.before) == (["pkg/run.py"], {"NGD101": 1})
    assert (one.safe.left, one.safe.new, one.safe.changed_again) == ({}, [], [])
    assert (one.safe.broken, one.safe.other_line_ends) == ([], [])
    assert one.other.other_line_ends == ["pkg/run.py"]
    assert [(each[0], each[1], each[2]) for each in one.other.new] == [
        ("pkg/run.py", "NGD402", "error")
    ]
    assert one.crash is None


def test_a_crash_is_kept(copy: Copy, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    one = measured(copy, monkeypatch, None)
    assert (one.crash, one.other.changed) == ("RecursionError", [])
    file = tmp_path / "measured.json"
    measure.write({"owner+name": one}, file)
    assert measure.read(file) == {"owner+name": one}


def test_what_remains_is_given_by_file_and_code(copy: Copy) -> None:
    left = fixers.nograd_fix(copy.folder, ["."], "--check")
    assert Counter((each.path, each.code) for each in left.elements()) == {
        ("pkg/run.py", "NGD101"): 1
    }
    assert fixers.nograd_fix(copy.folder, []) == Counter()


# ------------------------------------------------------------------------- the page


def test_the_page_adds_up() -> None:
    one = Repository(
        files=1000,
        safe=Run(["a.py"], 3, 2, before={"NGD101": 3, "NGD403": 1}, left={"NGD101": 1}),
        unsafe=Run(before={"NGD101": 1}, left={}),
        other=Run(["a.py"], new=[["a.py", "NGD201", "error", "raises"]]),
        crash="KeyError",
    )
    text = page.measured_part({"a+a": one, "b+b": one}, Breakages([], []))
    assert "Repositories: 2, with 2,000 Python files." in text
    assert "| files changed | 2 | 0 | 2 |" in text
    assert "| lines added | 6 | 0 | 0 |" in text
    assert "| of these, errors | 0 | 0 | 2 |" in text
    assert "| runs that end with a traceback | 0 | 0 | 2 |" in text
    assert "| [NGD101](rules/NGD101.md) | 6 | 4 | 67% | 2 | 0 |" in text
    assert "| all | 8 | 6 | 75% | 2 | 0 |" in text


def test_the_page_says_what_was_measured() -> None:
    assert page.PAGE.read_text(encoding="utf-8") == page.current()


def test_every_breakage_is_in_a_file_that_the_fixer_changed() -> None:
    figures = measure.read(page.FIGURES)
    broken = page.breakages()
    for each in broken.own:
        assert each.folder not in figures or each.path in figures[each.folder].safe.changed
    for each in broken.other:
        assert each.folder not in figures or each.path in figures[each.folder].other.changed


def test_what_was_measured_are_labelled_repositories() -> None:
    assert {*measure.read(page.FIGURES)} <= {unit.folder for unit in labels.read(LABELS)}


def test_our_fixes_leave_every_file_sound() -> None:
    for name, one in measure.read(page.FIGURES).items():
        for run in (one.safe, one.unsafe):
            assert (run.broken, run.other_line_ends, run.new) == ([], [], []), name
            assert run.changed_again == [], name
