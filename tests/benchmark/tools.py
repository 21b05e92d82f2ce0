"""The tools that are measured, each in an environment of its own."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import venv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from tests.accuracy.linters import TORCH_PREFLIGHT
from tests.conftest import REPOSITORY

VALGRIND = shutil.which("valgrind")
_INSIDE = Path(__file__).with_name("inside.py")
_VERSIONS = """\
import json, platform
from importlib.metadata import distributions
found = {each.metadata["Name"].lower(): each.version for each in distributions()}
print(json.dumps({"python": platform.python_version(), **found}))
"""


_LAUNCH = """\
import os, sys
process = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ)
_, status, used = os.wait4(process, 0)
code = os.waitstatus_to_exitcode(status)
print()
print(code, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)
"""
"""Run by a Python that loads nothing else: Linux counts the memory of the process that starts
another one as memory of that other one.
"""
_TRACEBACK = re.compile(r"^Traceback \(most recent call last\)", re.MULTILINE)


class Cost(NamedTuple):
    """What a process took."""

    seconds: float
    """Processor time of the process and its children."""
    megabytes: float
    """The most memory that it had."""


class Checked(NamedTuple):
    """One file, checked within a process."""

    bare: float
    """Processor seconds of flake8 without the plugin."""
    nothing: float
    """Processor seconds of flake8 for a plugin that does nothing."""
    added: float
    """Processor seconds of the plugin."""
    reported: int


class Inside(NamedTuple):
    """What ``inside.py`` says."""

    importing: float
    """Processor seconds to import the plugin."""
    files: list[Checked]
    loads_libcst: bool
    megabytes: float


class ToolError(Exception):
    """A tool could not be installed, or did not end as tools do. The message says more."""


@dataclass(frozen=True)
class Tool:
    """A tool, what brings it, and how it is called."""

    name: str
    requirements: tuple[str, ...]
    command: tuple[str, ...]
    """For the Python of its environment; the files follow."""


class Environment:
    """Where one tool is installed."""

    def __init__(self, tool: Tool, folder: Path) -> None:
        self._tool = tool
        self._folder = folder
        self._python = str(folder / "bin" / "python")

    def install(self) -> None:
        """Bring the tool and what it needs up to date; raises :class:`ToolError`."""
        if not self._folder.exists():
            venv.create(self._folder, with_pip=True)
        pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        self._run([*pip, *self._tool.requirements])

    def versions(self) -> dict[str, str]:
        """The versions of Python and of all packages, by their names in lower case."""
        found: dict[str, str] = json.loads(self._run(["-c", _VERSIONS])[1])
        return found

    def whole(self, files: Sequence[Path]) -> Cost:
        """Lint files in a process of its own; raises :class:`ToolError`."""
        return self._run([*self._tool.command, *map(str, files)])[0]

    def inside(self, files: Sequence[Path], times: int) -> Inside:
        """Check files with flake8 and its one plugin, as ``inside.py`` does.

        Raises :class:`ToolError`.
        """
        cost, output = self._run([str(_INSIDE), str(times), *map(str, files)])
        said = json.loads(output.rstrip().splitlines()[-1])
        checked = [Checked(*row) for row in said["files"]]
        return Inside(said["importing"], checked, said["loads_libcst"], cost.megabytes)

    def instructions(self, files: Sequence[Path]) -> int:
        """How many instructions the processor runs to lint files; raises :class:`ToolError`."""
        assert VALGRIND
        counting = [VALGRIND, "--tool=callgrind", f"--callgrind-out-file={os.devnull}"]
        _, output = self._run([*self._tool.command, *map(str, files)], counting)
        [count] = re.findall(r"^==\d+== Collected : (\d+)", output, re.MULTILINE)
        return int(count)

    def _run(self, arguments: Sequence[str], before: Sequence[str] = ()) -> tuple[Cost, str]:
        """What a run of Python took, and what it said."""
        launch = [sys.executable, "-I", "-S", "-c", _LAUNCH]
        done = subprocess.run(
            [*launch, *before, self._python, *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            check=False,
            cwd=self._folder,  # `python -m` would take the project from where it is run
            env={**os.environ, "PYTHONHASHSEED": "0"},
        )
        said, _, last = done.stdout.rstrip().rpartition("\n")
        code, seconds, megabytes = last.split()
        if code not in ("0", "1") or _TRACEBACK.search(said):
            raise ToolError(f"{self._tool.name} ended with {code}: {said[-2000:]}")
        return Cost(float(seconds), float(megabytes)), said


_FLAKE8 = "flake8==7.5.0"
_RUN_FLAKE8 = ("-m", "flake8", "--isolated", "--jobs=1")

BARE = Tool("flake8", (_FLAKE8,), _RUN_FLAKE8)
NOGRAD = Tool("flake8-nograd", (_FLAKE8, str(REPOSITORY)), _RUN_FLAKE8)
"""Installed as others are: compiled by pip, not when it is first imported."""
COMPREHENSIONS = Tool(
    "flake8-comprehensions", (_FLAKE8, "flake8-comprehensions==3.17.0"), _RUN_FLAKE8
)
BUGBEAR = Tool("flake8-bugbear", (_FLAKE8, "flake8-bugbear==26.10.27"), _RUN_FLAKE8)
TORCHFIX = Tool("TorchFix", (_FLAKE8, "torchfix==0.7.0"), _RUN_FLAKE8)
"""Asks for a LibCST that is older than 1.6."""

PLUGINS = (NOGRAD, COMPREHENSIONS, BUGBEAR, TORCHFIX)
"""Each is the only one in its environment."""
STANDALONE = (
    Tool(
        "nograd-fix --check",
        NOGRAD.requirements,
        ("-m", "flake8_nograd", "--check", "--isolated", "--jobs=1"),
    ),
    Tool("torch-preflight", (TORCH_PREFLIGHT,), ("-m", "torch_preflight", "check")),
)
TOOLS = (BARE, *PLUGINS, *STANDALONE)
