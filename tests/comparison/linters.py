"""The linters that are compared, each with all of its rules."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple, TypeAlias

from tests.accuracy.linters import TORCH_PREFLIGHT, LinterError

Codes: TypeAlias = "Mapping[str, Counter[str]]"
"""How often each code is reported, by file."""

DEFAULT = re.compile(r"[^:\n]+?([^/:\n]+\.py):\d+:\d+: ([A-Z]+\d+)\b")
"""A line of flake8's, ruff's concise or pylint's parseable output."""

RUFF_STYLE = ("ANN", "D", "F401", "FBT")
PYLINT_STYLE = ("C0116", "E0401", "R0801", "W0611")
"""Annotations, docstrings, unused or missing imports, boolean arguments, similar lines: they tell
wrong from right by chance, where a remedy adds an import or removes a function."""


class Linter(NamedTuple):
    """A linter, and how it is run."""

    requirement: str
    run: Callable[[Path, Path], str]
    """Takes the folder of its programs and the folder to lint; returns what it prints."""
    read: Callable[[str], Codes]
    pythons: Sequence[str] = (sys.executable,)
    """The Pythons that it can be installed under, the best first."""

    @property
    def name(self) -> str:
        """The linter with its version."""
        return self.requirement.replace("==", " ")


def from_lines(output: str) -> Codes:
    """The codes of an output with one report to a line."""
    codes: dict[str, Counter[str]] = defaultdict(Counter)
    for file, code in DEFAULT.findall(output):
        codes[file][code] += 1
    return codes


def from_json(output: str) -> Codes:
    """The codes of torch-preflight's report."""
    codes: dict[str, Counter[str]] = defaultdict(Counter)
    for found in json.loads(output)["diagnostics"]:
        codes[Path(found["path"]).name][found["code"]] += 1
    return codes


def flake8(programs: Path, folder: Path) -> str:
    """flake8 with whatever plugin is installed there, and all of its rules."""
    return printed([programs / "flake8", "--isolated", "--select=NGD,NGD9,TOR", folder])


def ruff(programs: Path, folder: Path) -> str:
    """Ruff with all stable rules but those of style."""
    options = ["--isolated", "--select=ALL", f"--ignore={','.join(RUFF_STYLE)}"]
    options += ["--output-format=concise", "--quiet", "--no-cache"]
    return printed([programs / "ruff", "check", *options, folder])


def torch_preflight(programs: Path, folder: Path) -> str:
    """torch-preflight with all rules."""
    options = ["--format=json", f"--config={os.devnull}"]
    return printed([programs / "torch-preflight", "check", *options, folder])


def dslinter(programs: Path, folder: Path) -> str:
    """Pylint with dslinter and all messages but those of style."""
    options = ["--load-plugins=dslinter", f"--rcfile={os.devnull}", "--enable=all"]
    options += [f"--disable={','.join(PYLINT_STYLE)}"]
    layout = "--msg-template={path}:{line}:{column}: {msg_id}"
    files = sorted(folder.glob("*.py"))
    # below 32 the code tells which kinds of messages there were
    return printed([programs / "pylint", *options, layout, *files], range(32))


OWN = Linter(f"flake8-nograd=={version('flake8-nograd')}", flake8, from_lines)
OTHERS = (
    Linter(TORCH_PREFLIGHT, torch_preflight, from_json),
    Linter("TorchFix==0.7.0", flake8, from_lines),
    Linter("ruff==0.17.6", ruff, from_lines),
    # pylint 2.12, which it needs, runs on no newer Python
    Linter("dslinter==2.0.9", dslinter, from_lines, ("python3.10", "python3.9")),
)


def installed(linter: Linter, tools: Path) -> Path:
    """The folder of a linter's programs, which are installed on the first use."""
    environment = tools / linter.requirement
    programs = environment / ("Scripts" if os.name == "nt" else "bin")
    done = environment / "installed"
    if done.exists():
        return programs
    python = next(filter(None, map(shutil.which, linter.pythons)), None)
    if python is None:
        raise LinterError(f"{linter.name} needs one of {', '.join(linter.pythons)}")
    commands: list[list[str | Path]] = [
        [python, "-m", "venv", "--clear", environment],
        [programs / "python", "-m", "pip", "install", "--quiet", linter.requirement],
    ]
    for command in commands:
        tried = subprocess.run(command, capture_output=True, text=True, check=False)
        if tried.returncode:
            raise LinterError(f"{linter.name} could not be installed: {tried.stderr.strip()}")
    done.touch()
    return programs


def own_programs() -> Path:
    """The folder of this plugin's programs: those of the Python that runs."""
    return Path(sys.executable).parent


def printed(command: Sequence[str | Path], successes: Sequence[int] = (0, 1)) -> str:
    """What a linter prints. Raises ``LinterError`` where it does not end as linters do."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode not in successes:
        raise LinterError(f"{command[0]} ended with {done.returncode}: {done.stderr.strip()}")
    return done.stdout
