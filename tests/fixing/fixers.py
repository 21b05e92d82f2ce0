"""The fixers that are measured, each run as its users run it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from tests.accuracy.linters import TORCH_PREFLIGHT, installed, torch_preflight

_OWN = (sys.executable, "-m", "flake8_nograd", "--isolated", "--output-format=json")
_UNREADABLE = 2


class FixerError(Exception):
    """A fixer did not end as fixers do. The message says how."""


class Finding(NamedTuple):
    """What is found, wherever it stands in its file; lines in messages are left out."""

    path: str
    code: str
    level: str
    message: str


def nograd_fix(folder: Path, names: Sequence[str], *options: str) -> Counter[Finding]:
    """Run ``nograd-fix`` on files or folders in ``folder``; gives what remains.

    Files that are no Python are passed over. Raises :class:`FixerError`.
    """
    if not names:
        return Counter()
    done = _run([*_OWN, *options, *names], folder, (0, 1, _UNREADABLE))
    return Counter(
        Finding(
            each["filename"].removeprefix("./"),
            each["code"],
            each["level"],
            re.sub(r"\bline \d+", "line", each["message"]),
        )
        for each in json.loads(done.stdout)
    )


def preflight_fix(folder: Path, environment: Path, names: Sequence[str]) -> str | None:
    """Run torch-preflight's fixer on files or folders, with its rules for the same defects.

    Gives the last line of its traceback, if it ends with one.
    """
    if not names:
        return None
    command = [str(installed(TORCH_PREFLIGHT, environment)), "check", "--fix", "--format=json"]
    command += [f"--config={os.devnull}", f"--select={','.join(torch_preflight.classes)}"]
    done = _run([*command, *names], folder, (0, 1))
    return None if done.stdout else done.stderr.strip().rpartition("\n")[2]


def _run(
    command: Sequence[str], folder: Path, expected: Sequence[int]
) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder)
    if done.returncode not in expected:
        raise FixerError(f"{folder.name}: ended with {done.returncode}: {done.stderr.strip()}")
    return done
