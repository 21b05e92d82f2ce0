"""``nograd-fix`` where the machine or the file system is against it."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.cli_samples import BOTH, LEFT, MENDABLE, MENDED
from tests.conftest import REPOSITORY, Flake8, NogradFix

FILES = 60
SEED = 3


def started(folder: Path, *arguments: str) -> subprocess.Popen[bytes]:
    """A run that goes on beside the test."""
    return subprocess.Popen(
        [sys.executable, "-m", "flake8_nograd", *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )


# ------------------------------------------------------------------ killed


@pytest.mark.parametrize("jobs", ["1", "3"])
def test_a_killed_run_leaves_whole_files(nograd_fix: NogradFix, jobs: str) -> None:
    """Again and again, a moment after its first file; every file is the old or the new."""
    moments = random.Random(SEED)
    names = [f"pkg/{number}.py" for number in range(FILES)]
    for name in names:
        nograd_fix.write(name, MENDABLE)
    partly = 0
    for _ in range(15):
        before = [nograd_fix.read(name) for name in names]
        run = started(nograd_fix.folder, f"--jobs={jobs}", "pkg")
        while run.poll() is None and [nograd_fix.read(name) for name in names] == before:
            time.sleep(0.005)
        time.sleep(moments.random() / 10)
        if run.poll() is None:
            os.killpg(run.pid, signal.SIGKILL)
        run.communicate(timeout=60)
        contents = [nograd_fix.read(name) for name in names]
        assert set(contents) <= {MENDABLE, MENDED}
        partly += 0 < contents.count(MENDED) < FILES
    if jobs == "1":
        assert partly, "no kill came while files were written"
    assert nograd_fix.fix("pkg").code == 0
    assert {nograd_fix.read(name) for name in names} == {MENDED}


def test_what_a_killed_run_leaves_beside_is_no_python(nograd_fix: NogradFix) -> None:
    """Its unfinished copy is taken for no file of the project."""
    nograd_fix.write(".a.py.x1y2.nograd-fix", MENDABLE[:40])
    nograd_fix.write("a.py", MENDED)
    done = nograd_fix.fix(".")
    assert (done.code, done.out, done.err) == (0, b"", "")


# ------------------------------------------------------------------ two at once


def test_two_runs_at_once(nograd_fix: NogradFix) -> None:
    names = [f"pkg/{number}.py" for number in range(FILES)]
    for name in names:
        nograd_fix.write(name, BOTH)
    runs = [started(nograd_fix.folder, f"--jobs={jobs}", "pkg") for jobs in (1, 2)]
    for run in runs:
        _, err = run.communicate(timeout=120)
        assert run.returncode in (1, 2)
        assert b"Traceback" not in err
        for line in err.decode().splitlines():
            assert "has changed while" in line or "left" in line or "No such file" in line, line
    fixed = BOTH.replace(b"model.eval\n", b"model.eval()\n")
    assert {nograd_fix.read(name) for name in names} == {fixed}
    assert len(list((nograd_fix.folder / "pkg").iterdir())) == FILES


# ------------------------------------------------------------------ a full disk

LIMITED = """\
import resource, signal, sys
from flake8_nograd.cli.main import main

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (400, 400))
sys.exit(main())
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no limit for files")
def test_a_file_that_does_not_fit_is_kept(flake8: Flake8) -> None:
    """The real write fails, halfway through."""
    large = MENDABLE + b"# " + b"x" * 1_000 + b"\n"
    place, other = flake8.write("a.py", large), flake8.write("b.py", MENDABLE)
    run = flake8.write("run.py", LIMITED)
    done = flake8.run("--jobs=1", "a.py", "b.py", program=(str(run),))
    assert done.returncode == 2
    assert "nograd-fix: a.py: File too large\n" in done.stderr
    assert (place.read_bytes(), other.read_bytes()) == (large, MENDED)
    left = {path.name for path in flake8.folder.iterdir()} - {"__pycache__"}
    assert left == {"a.py", "b.py", "run.py"}


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
@pytest.mark.parametrize("option", ["--output-file=/dev/full", ""])
def test_a_report_that_cannot_be_written_ends_without_a_traceback(
    nograd_fix: NogradFix, option: str
) -> None:
    nograd_fix.write("a.py", LEFT)
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "flake8_nograd", *filter(None, [option]), "a.py"],
            cwd=nograd_fix.folder,
            env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
        )
    assert done.returncode == 2
    assert b"Traceback" not in done.stderr
    assert b"No space left on device" in done.stderr


# ------------------------------------------------------------------ odd places


def test_what_is_no_file_is_left_alone(nograd_fix: NogradFix) -> None:
    """A folder, a FIFO, a socket and loops of links, all with names of Python files."""
    nograd_fix.write("a.py/b.py", MENDABLE)
    os.mkfifo(nograd_fix.folder / "fifo.py")
    (nograd_fix.folder / "loop.py").symlink_to("loop.py")
    (nograd_fix.folder / "dangling.py").symlink_to("nowhere.py")
    (nograd_fix.folder / "pkg").mkdir()
    (nograd_fix.folder / "pkg" / "again").symlink_to("..")
    nograd_fix.write("pkg/c.py", MENDABLE)
    done = nograd_fix.fix(".")
    assert "Traceback" not in done.err
    assert nograd_fix.read("a.py/b.py") == nograd_fix.read("pkg/c.py") == MENDED
    assert (nograd_fix.folder / "loop.py").is_symlink()
    assert not (nograd_fix.folder / "nowhere.py").exists()
    named = {line.split(": ")[1] for line in done.err.splitlines() if line.count(": ") > 1}
    assert named <= {"./fifo.py", "./loop.py", "./dangling.py"}


VANISHING = """\
import sys
from pathlib import Path

from flake8_nograd.cli import files
from flake8_nograd.cli.main import main

listed = files.Files.listed


def vanishing(self):
    found = listed(self)
    Path("b.py").unlink()
    return found


files.Files.listed = vanishing
sys.exit(main())
"""


def test_a_file_that_vanishes_is_named_and_the_rest_is_done(flake8: Flake8) -> None:
    for name in ("a.py", "b.py", "c.py"):
        flake8.write(name, MENDABLE)
    run = flake8.write("run", VANISHING)
    done = flake8.run("a.py", "b.py", "c.py", program=(str(run),))
    assert done.returncode == 2
    assert "nograd-fix: b.py: No such file or directory\n" in done.stderr
    assert (flake8.folder / "a.py").read_bytes() == MENDED
    assert (flake8.folder / "c.py").read_bytes() == MENDED
    assert not (flake8.folder / "b.py").exists()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written_keeps_its_files(nograd_fix: NogradFix) -> None:
    nograd_fix.write("pkg/a.py", MENDABLE)
    (nograd_fix.folder / "pkg").chmod(0o555)
    done = nograd_fix.fix("pkg")
    (nograd_fix.folder / "pkg").chmod(0o755)
    assert done.code == 2
    assert "nograd-fix: pkg/a.py: Permission denied\n" in done.err
    assert nograd_fix.read("pkg/a.py") == MENDABLE


# ------------------------------------------------------------------ the same whatever the order


def test_order_jobs_and_hash_seed_make_no_difference(nograd_fix: NogradFix) -> None:
    names = [f"{number}.py" for number in range(12)]
    for number, name in enumerate(names):
        nograd_fix.write(name, (BOTH, LEFT, MENDABLE)[number % 3])
    answers = set()
    for jobs, ordered, hash_seed in (
        ("1", names, "1"),
        ("1", names[::-1], "2"),
        ("3", names[::2] + names[1::2], "3"),
    ):
        done = nograd_fix.fix(
            "--check",
            "--output-format=full",
            f"--jobs={jobs}",
            *ordered,
            environment={"PYTHONHASHSEED": hash_seed},
        )
        assert done.code == 1
        answers.add(done.out)
        found = nograd_fix.run(
            "--isolated",
            "--select=NGD",
            f"--jobs={jobs}",
            *ordered,
            environment={"PYTHONHASHSEED": hash_seed},
        )
        assert len(found.stdout.splitlines()) == 16
        answers.add("\n".join(sorted(found.stdout.splitlines())).encode())
    assert len(answers) == 2
