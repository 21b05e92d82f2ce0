"""What is read is never run, and nothing is written but what was named: docs/security.md."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli_samples import LEFT, MENDABLE, MENDED
from tests.conftest import Flake8

TRAP = b"""\
from pathlib import Path

Path(__file__).with_name("ran").touch()
"""
"""Leaves a trace where it is imported or run."""

TRAPS = ["torch.py", "model.py", "setup.py", "conftest.py", "sitecustomize.py", "libcst.py"]
COMMANDS = [
    ("flake8", "--select=NGD", "--jobs=1"),
    ("flake8", "--select=NGD", "--jobs=2"),
    ("nograd-fix", "--check", "--jobs=1"),
    ("nograd-fix", "--unsafe-fixes", "--jobs=2"),
    ("nograd-fix", "--add-noqa", "--jobs=1"),
]


def run(folder: Path, command: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """A command as it is installed: `python -m` itself would look into the folder for modules."""
    script = Path(sys.executable).with_name(command)
    return subprocess.run(
        [script, *arguments], cwd=folder, capture_output=True, text=True, check=False, timeout=120
    )


def files(folder: Path) -> dict[str, bytes]:
    """All files below a folder, with what they hold."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_nothing_that_is_read_is_run(flake8: Flake8, command: tuple[str, ...]) -> None:
    for name in TRAPS:
        flake8.write(name, TRAP + MENDABLE)
    flake8.write("pkg/__init__.py", TRAP)
    flake8.write("pkg/a.py", b"from model import *\nfrom . import b\nimport setup\n" + MENDABLE)
    flake8.write("pkg/b.py", TRAP + LEFT)
    names = set(files(flake8.folder))
    done = run(flake8.folder, *command, ".")
    assert "Traceback" not in done.stderr
    assert "NGD408" in done.stdout or "silenced" in done.stderr
    assert set(files(flake8.folder)) == names


def test_the_trap_works(flake8: Flake8) -> None:
    flake8.write("model.py", TRAP)
    flake8.run(program=("-c", "import model"))
    assert "ran" in files(flake8.folder)


@pytest.mark.parametrize(
    "framework",
    [
        TRAP,
        b'guard = [{ name = "__import__(\'model\')", grad = "off", source = "x" }]\n',
        b'model = "!!python/object/apply:model"\n',
    ],
)
def test_a_framework_file_is_data(flake8: Flake8, framework: bytes) -> None:
    flake8.write("model.py", TRAP)
    flake8.write("own.toml", framework)
    flake8.write(".flake8", "[flake8]\nnograd-frameworks = own.toml\n")
    flake8.write("a.py", MENDABLE)
    for command in (("flake8", "--select=NGD"), ("nograd-fix", "--check")):
        done = run(flake8.folder, *command, "a.py")
        assert "Traceback" not in done.stderr
        assert done.returncode in (1, 2)
    assert "ran" not in files(flake8.folder)


def test_nothing_is_written_but_what_was_named(tmp_path: Path) -> None:
    """Not beside it, not behind links, not in the folders for temporary files and caches."""
    project = Flake8(tmp_path / "project")
    outside = Flake8(tmp_path / "outside")
    project.write("pkg/a.py", MENDABLE)
    project.write("other.py", MENDABLE)
    for name in ("a.py", "pkg/b.py"):
        outside.write(name, MENDABLE)
    (project.folder / "pkg" / "file.py").symlink_to(outside.folder / "a.py")
    (project.folder / "pkg" / "folder").symlink_to(outside.folder / "pkg")
    (project.folder / "pkg" / "up.py").symlink_to("../other.py")
    own = {name: str(tmp_path / "outside") for name in ("HOME", "TMPDIR", "XDG_CACHE_HOME")}
    before = files(tmp_path)
    done = subprocess.run(
        [Path(sys.executable).with_name("nograd-fix"), "pkg"],
        cwd=project.folder,
        env={**os.environ, **own},
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0
    assert files(tmp_path) == {**before, "project/pkg/a.py": MENDED}
