"""The linters that are measured, and what their codes mean in the labels' classes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import venv
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TypeAlias

from tests.accuracy.scoring import Report

Reports: TypeAlias = dict[str, list[Report]]
"""What a linter reports, by file relative to the corpus."""

TORCH_PREFLIGHT = "torch-preflight==0.5.0"
"""The version that the documentation speaks of, so that its figures can be made again."""

_TAKES_NO_SETTINGS = os.devnull


class LinterError(Exception):
    """A linter could not be installed, or did not end as linters do. The message says more."""


@dataclass(frozen=True)
class Linter:
    """A linter, and how its codes map to classes of defects."""

    name: str
    version: str
    classes: Mapping[str, str]
    """The class of defect for each code that has one."""
    run: Callable[[Path, Sequence[str]], Reports]
    """Lints files of a corpus. Raises ``LinterError``."""

    def codes(self, defect: str) -> list[str]:
        """The codes that report a class of defect."""
        return [code for code, each in self.classes.items() if each == defect]


def run_flake8(corpus: Path, files: Sequence[str]) -> Reports:
    """What flake8 reports with this plugin alone."""
    command = [sys.executable, "-m", "flake8", "--isolated", "--select=NGD"]
    command += ["--require-plugins=flake8-nograd", "--format=%(path)s\t%(row)d\t%(code)s\t%(text)s"]
    reports: Reports = defaultdict(list)
    for line in _output(command, corpus, files).splitlines():
        path, row, code, text = line.split("\t", maxsplit=3)
        reports[path].append(Report(int(row), code, text))
    return reports


def run_torch_preflight(corpus: Path, files: Sequence[str]) -> Reports:
    """What torch-preflight reports, installed in an environment of its own within the corpus."""
    program = installed(TORCH_PREFLIGHT, corpus / f".{TORCH_PREFLIGHT}")
    command = [str(program), "check", "--format=json", f"--config={_TAKES_NO_SETTINGS}"]
    command += [f"--select={','.join(torch_preflight.classes)}"]
    reports: Reports = defaultdict(list)
    for found in json.loads(_output(command, corpus, files))["diagnostics"]:
        report = Report(found["line"], found["code"], found["message"])
        reports[found["path"]].append(report)
    return reports


def installed(requirement: str, environment: Path) -> Path:
    """The program of a package, which is installed from the package registry on the first use."""
    programs = environment / ("Scripts" if os.name == "nt" else "bin")
    program = programs / requirement.partition("==")[0]
    if not program.exists():
        venv.create(environment, with_pip=True)
        pip = [str(programs / "python"), "-m", "pip", "install", "--quiet", requirement]
        done = subprocess.run(pip, capture_output=True, text=True, check=False)
        if done.returncode:
            raise LinterError(f"{requirement} could not be installed: {done.stderr.strip()}")
    return program


def _output(command: Sequence[str], corpus: Path, files: Sequence[str]) -> str:
    """What a linter prints for files of the corpus, which it sees by their relative paths."""
    done = subprocess.run(
        [*command, *files], capture_output=True, text=True, check=False, cwd=corpus
    )
    if done.returncode not in (0, 1):
        raise LinterError(f"{command[0]} ended with {done.returncode}: {done.stderr.strip()}")
    return done.stdout


nograd = Linter(
    name="flake8-nograd",
    version=version("flake8-nograd"),
    classes={
        "NGD101": "MISSING_NO_GRAD",
        "NGD102": "MISSING_NO_GRAD",
        "NGD201": "BACKWARD_UNDER_NO_GRAD",
        "NGD202": "STEP_UNDER_NO_GRAD",
        "NGD203": "LOSS_FROM_NO_GRAD",
        "NGD301": "MISSING_EVAL",
        "NGD302": "TRAIN_NOT_RESTORED",
        "NGD303": "TRAIN_MODE_IN_EVAL",
        "NGD401": "NOOP_GUARD",
        "NGD402": "NOOP_GUARD",
        "NGD405": "NOOP_GUARD",
        "NGD403": "YIELD_IN_GUARD",
        "NGD404": "GRAD_MODE_LEAK",
        "NGD501": "GRAPH_RETAINED",
    },
    run=run_flake8,
)

torch_preflight = Linter(
    name="torch-preflight",
    version=TORCH_PREFLIGHT.partition("==")[2],
    classes={
        "TG001": "GRAPH_RETAINED",  # graph-retention
        "TG002": "MISSING_NO_GRAD",  # missing-no-grad
        "TG011": "TRAIN_NOT_RESTORED",  # stuck-in-eval-mode
    },
    run=run_torch_preflight,
)
"""Its other rules (gradient zeroing, data loaders, devices, seeds, memory) have no class here."""
