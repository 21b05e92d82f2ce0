"""The labelled repositories on this machine: each at its commit, in a folder of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

from tests.accuracy.labels import LabelledUnit

GITHUB = "https://github.com"


class FetchError(Exception):
    """A repository could not be brought here. The message says what git said."""


def missing(units: Iterable[LabelledUnit], corpus: Path) -> list[LabelledUnit]:
    """One unit of each repository that the corpus does not hold."""
    by_folder = {unit.folder: unit for unit in units}
    return [unit for folder, unit in sorted(by_folder.items()) if not (corpus / folder).exists()]


def fetch(unit: LabelledUnit, corpus: Path, host: str = GITHUB) -> None:
    """Bring a unit's repository into the corpus, at the commit of the labels and nothing more.

    Raises ``FetchError``; nothing is left behind then.
    """
    folder = corpus / unit.folder
    url = f"{host}/{unit.repository}"
    try:
        _git("init", "--quiet", str(folder))
        _git("-C", str(folder), "fetch", "--quiet", "--depth=1", url, unit.commit)
        _git("-C", str(folder), "checkout", "--quiet", "FETCH_HEAD")
    except FetchError as error:
        shutil.rmtree(folder, ignore_errors=True)
        raise FetchError(f"{url} did not give {unit.commit}: {error}") from error


def _git(*arguments: str) -> None:
    environment = {**os.environ, "GIT_TERMINAL_PROMPT": "0"}  # never ask for a password
    done = subprocess.run(
        ["git", *arguments], capture_output=True, text=True, check=False, env=environment
    )
    if done.returncode:
        raise FetchError(done.stderr.strip())
