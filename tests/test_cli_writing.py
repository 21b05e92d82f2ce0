"""What ``nograd-fix`` leaves on the disk: whole files, and only what it meant to change."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from flake8_nograd.cli import write
from tests.cli_samples import LEFT, MENDABLE, MENDED
from tests.conftest import REPOSITORY, Flake8, NogradFix

# ------------------------------------------------------------------ bytes


@pytest.mark.parametrize(
    "before",
    [
        pytest.param(MENDABLE.replace(b"\n", b"\r\n"), id="CRLF"),
        pytest.param(MENDABLE.replace(b"torch\n", b"torch\r\n"), id="mixed line ends"),
        pytest.param(b"\xef\xbb\xbf" + MENDABLE, id="byte order mark"),
        pytest.param(b"# coding: latin-1\n# \xe9t\xe9\n" + MENDABLE, id="latin-1"),
        pytest.param(MENDABLE.rstrip(b"\n"), id="no final newline"),
        pytest.param(MENDABLE.replace(b"    ", b"\t"), id="tabs"),
        pytest.param(MENDABLE.replace(b"\n\n\ndef", b"\n\x0c\ndef"), id="form feed"),
        pytest.param(MENDABLE + b"\n\n\n# the end   \n\n", id="spaces and empty lines"),
    ],
)
def test_every_other_byte_stays(nograd_fix: NogradFix, before: bytes) -> None:
    after = before.replace(b"model.eval", b"model.eval()")
    nograd_fix.write("a.py", before)
    patch = nograd_fix.fix("--diff", "a.py").out
    done = nograd_fix.fix("a.py")
    assert (done.code, nograd_fix.read("a.py")) == (0, after)
    assert nograd_fix.fix("-", stdin=before).out == after

    subprocess.run(["git", "init", "-q", nograd_fix.folder], check=True)
    nograd_fix.write("a.py", before)
    subprocess.run(["git", "apply"], cwd=nograd_fix.folder, input=patch, check=True)
    assert nograd_fix.read("a.py") == after


def test_a_patch_of_all_files_is_what_git_applies(nograd_fix: NogradFix) -> None:
    names = [
        "pkg/a.py",
        "pkg/deep/a b.py",
        "pkg/été.py",
        'pkg/a "b".py',
        "pkg/a\tb.py",
        "pkg/a\nb.py",
        "pkg/a\\b.py",
        "pkg/-a.py",
        os.fsdecode(b"pkg/\xff.py"),
    ]
    for name in names:
        nograd_fix.write(name, MENDABLE)
    nograd_fix.write("pkg/left.py", LEFT)
    subprocess.run(["git", "init", "-q", nograd_fix.folder], check=True)
    for folder, path in ((".", "."), ("pkg", "."), (".", "pkg/../pkg"), (".", None)):
        patch = nograd_fix.fix("--diff", path or str(nograd_fix.folder), folder=folder)
        assert patch.code == 1
        apply = ["git", "apply", "--verbose"]
        subprocess.run(apply, cwd=nograd_fix.folder / folder, input=patch.out, check=True)
        for name in names:
            assert nograd_fix.read(name) == MENDED, (name, folder, path)
            nograd_fix.write(name, MENDABLE)
        assert nograd_fix.read("pkg/left.py") == LEFT


# ------------------------------------------------------------------ the file on the disk


def test_the_mode_of_a_file_is_kept(nograd_fix: NogradFix) -> None:
    path = nograd_fix.write("a.py", MENDABLE)
    path.chmod(0o751)
    assert nograd_fix.fix("a.py").code == 0
    assert stat.S_IMODE(path.stat().st_mode) == 0o751
    assert path.read_bytes() == MENDED


def test_a_file_that_needs_nothing_is_not_touched(nograd_fix: NogradFix) -> None:
    path = nograd_fix.write("a.py", LEFT)
    before = path.stat()
    assert nograd_fix.fix("a.py").code == 1
    after = path.stat()
    assert (after.st_mtime_ns, after.st_ino) == (before.st_mtime_ns, before.st_ino)


def test_nothing_is_left_beside_a_file(nograd_fix: NogradFix) -> None:
    nograd_fix.write("pkg/a.py", MENDABLE)
    assert nograd_fix.fix("pkg").code == 0
    assert [path.name for path in (nograd_fix.folder / "pkg").iterdir()] == ["a.py"]


def test_a_read_only_file_is_named_and_kept(nograd_fix: NogradFix) -> None:
    path = nograd_fix.write("a.py", MENDABLE)
    path.chmod(0o444)
    nograd_fix.write("b.py", MENDABLE)
    done = nograd_fix.fix("a.py", "b.py")
    assert done.code == 2
    assert "nograd-fix: a.py: is read-only\n" in done.err
    assert done.text.startswith("a.py:5:5: NGD405 ")
    assert (path.read_bytes(), nograd_fix.read("b.py")) == (MENDABLE, MENDED)


def test_of_several_hard_links_the_named_one_changes(nograd_fix: NogradFix) -> None:
    path = nograd_fix.write("a.py", MENDABLE)
    (nograd_fix.folder / "cache").hardlink_to(path)
    assert nograd_fix.fix("a.py").code == 0
    assert (nograd_fix.read("a.py"), nograd_fix.read("cache")) == (MENDED, MENDABLE)


# ------------------------------------------------------------------ symbolic links


def test_a_link_within_the_folder_stays_a_link(nograd_fix: NogradFix) -> None:
    nograd_fix.write("project/real.txt", MENDABLE)
    link = nograd_fix.folder / "project" / "link.py"
    link.symlink_to("real.txt")
    assert nograd_fix.fix("project").code == 0
    assert link.is_symlink()
    assert nograd_fix.read("project/real.txt") == MENDED


def test_a_link_that_leads_out_of_the_folder_is_followed_only_by_name(
    nograd_fix: NogradFix,
) -> None:
    nograd_fix.write("elsewhere/a.py", MENDABLE)
    (nograd_fix.folder / "project").mkdir()
    link = nograd_fix.folder / "project" / "link.py"
    link.symlink_to("../elsewhere/a.py")
    assert nograd_fix.fix("project").code == 0
    assert nograd_fix.read("elsewhere/a.py") == MENDABLE
    assert nograd_fix.fix("--check", "project").code == 1
    assert nograd_fix.fix("project/link.py").code == 0
    assert nograd_fix.read("elsewhere/a.py") == MENDED
    assert link.is_symlink()


def test_a_file_with_several_names_is_written_once(nograd_fix: NogradFix) -> None:
    nograd_fix.write("a.py", LEFT)
    (nograd_fix.folder / "b.py").symlink_to("a.py")
    (nograd_fix.folder / "0.py").symlink_to("a.py")
    done = nograd_fix.fix("--jobs=3", ".")
    assert [line.partition(":")[0] for line in done.text.splitlines()] == ["./a.py"]


# ------------------------------------------------------------------ what comes in between


def test_a_file_that_changed_meanwhile_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    path.write_bytes(b"newer\n")
    with pytest.raises(write.NotWritten, match="has changed"):
        write.replace(path, b"old\n", b"fixed\n")
    assert path.read_bytes() == b"newer\n"
    assert [each.name for each in tmp_path.iterdir()] == ["a.py"]


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_what_breaks_while_writing_leaves_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    def fail(*_: object) -> None:
        raise error

    path = tmp_path / "a.py"
    path.write_bytes(b"old\n")
    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises((write.NotWritten, KeyboardInterrupt)):
        write.replace(path, b"old\n", b"fixed\n")
    assert path.read_bytes() == b"old\n"
    assert [each.name for each in tmp_path.iterdir()] == ["a.py"]


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_an_interrupt_leaves_whole_files(nograd_fix: NogradFix, jobs: str) -> None:
    for number in range(400):
        nograd_fix.write(f"{number}.py", MENDABLE)
    run = subprocess.Popen(
        [sys.executable, "-m", "flake8_nograd", f"--jobs={jobs}", "."],
        cwd=nograd_fix.folder,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    first = nograd_fix.folder / "0.py"
    while first.read_bytes() == MENDABLE and run.poll() is None:
        time.sleep(0.01)
    os.killpg(run.pid, signal.SIGINT)  # as a terminal does: to all processes
    out, err = run.communicate(timeout=60)
    assert run.returncode == 130
    assert (out, err) == (b"", b"nograd-fix: stopped; every file is either as it was or fixed\n")
    contents = {path.read_bytes() for path in nograd_fix.folder.glob("*")}
    assert contents == {MENDABLE, MENDED}
    assert len(list(nograd_fix.folder.iterdir())) == 400


# ------------------------------------------------------------------ fixes that fail

FAILING = """\
import sys

import flake8_nograd.fixes
from flake8_nograd.cli.main import main

whole = flake8_nograd.fixes.fix_bytes


def fix_bytes(data, *arguments, **options):
    if b"fail here" in data:
        {what}
    return whole(data, *arguments, **options)


flake8_nograd.fixes.fix_bytes = fix_bytes
sys.exit(main())
"""


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ("raise RuntimeError('x')", "could not be fixed: RuntimeError: x"),
        ("raise RecursionError", "could not be fixed: RecursionError: "),
        (
            "return flake8_nograd.fixes.Fixed(data, (), (), 'NGD405 on line 5: odd')",
            "a fix was taken back: NGD405 on line 5: odd",
        ),
    ],
)
def test_a_fix_that_fails_is_named_and_the_rest_is_done(
    flake8: Flake8, what: str, said: str
) -> None:
    flake8.write("run.py", FAILING.format(what=what))
    failing = flake8.write("a.py", MENDABLE + b"# fail here\n")
    other = flake8.write("b.py", MENDABLE)
    done = flake8.run("--jobs=1", "a.py", "b.py", program=("run.py",))
    assert done.returncode == 2
    assert f"nograd-fix: a.py: {said}\n" in done.stderr
    assert failing.read_bytes() == MENDABLE + b"# fail here\n"
    assert other.read_bytes() == MENDED
