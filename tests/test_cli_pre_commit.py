"""The hooks work as pre-commit installs and runs them, in a repository made for it.

pre-commit installs this project, with what it depends on, into an environment of its own.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli_samples import CLEAN, LEFT, MENDABLE, MENDED
from tests.conftest import REPOSITORY
from tests.transcripts import files

PRE_COMMIT = Path(sys.executable).with_name("pre-commit")


@pytest.fixture(scope="module")
def hooks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """This project as a repository with one commit, and pre-commit's store beside it."""
    if not PRE_COMMIT.exists():
        pytest.skip("pre-commit is not installed: pip install -e '.[ci]'")
    folder = tmp_path_factory.mktemp("hooks")
    for name in (
        "flake8_nograd",
        "pyproject.toml",
        "README.md",
        "LICENSE",
        ".pre-commit-hooks.yaml",
    ):
        source, goal = REPOSITORY / name, folder / "project" / name
        goal.parent.mkdir(exist_ok=True)
        shutil.copytree(source, goal) if source.is_dir() else shutil.copy(source, goal)
    git(folder / "project", "init", "-q")
    git(folder / "project", "add", ".")
    git(folder / "project", "commit", "-q", "--message=as it is")
    return folder


def git(folder: Path, *arguments: str) -> str:
    """Run git as nobody in particular; returns what it prints."""
    identity = ["-c", "user.name=test", "-c", "user.email=test@example.org"]
    command = ["git", *identity, *arguments]
    return subprocess.run(command, cwd=folder, check=True, stdout=subprocess.PIPE, text=True).stdout


def try_repo(hooks: Path, folder: Path, hook: str) -> subprocess.CompletedProcess[str]:
    """Run a hook over all files of a repository."""
    return pre_commit(hooks, folder, "try-repo", str(hooks / "project"), hook, "--all-files")


def pre_commit(hooks: Path, folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run pre-commit with a store of its own."""
    return subprocess.run(
        [PRE_COMMIT, words[0], "--color=never", *words[1:]],
        cwd=folder,
        env={**os.environ, "PRE_COMMIT_HOME": str(hooks / "store")},
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )


@pytest.fixture
def scratch(tmp_path: Path) -> Path:
    """A repository with a file to mend, one that cannot be mended, and one to leave out."""
    (tmp_path / "vendor").mkdir()
    for name, data in {
        "a.py": MENDABLE,
        "script": b"#!/usr/bin/env python3\n" + MENDABLE,
        "clean.py": CLEAN,
        "vendor/a.py": MENDABLE,
        ".flake8": b"[flake8]\nextend-exclude = vendor\nrequire-plugins = flake8-none\n",
    }.items():
        (tmp_path / name).write_bytes(data)
    (tmp_path / "script").chmod(0o755)
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", ".")
    return tmp_path


def test_the_hook_that_fixes(hooks: Path, scratch: Path) -> None:
    done = try_repo(hooks, scratch, "nograd-fix")
    assert done.returncode == 1, done.stderr
    assert "files were modified by this hook" in done.stdout
    assert (scratch / "a.py").read_bytes() == MENDED
    assert (scratch / "script").read_bytes() == b"#!/usr/bin/env python3\n" + MENDED
    assert (scratch / "vendor/a.py").read_bytes() == MENDABLE
    git(scratch, "add", ".")
    done = try_repo(hooks, scratch, "nograd-fix")
    assert done.returncode == 0, done.stdout


def test_the_hook_that_checks(hooks: Path, scratch: Path) -> None:
    (scratch / "a.py").write_bytes(LEFT)
    done = try_repo(hooks, scratch, "nograd-check")
    assert done.returncode == 1, done.stderr
    assert "a.py:7:9: NGD408 " in done.stdout
    assert "script:6:5: NGD405 " in done.stdout
    assert "vendor" not in done.stdout
    assert (scratch / "script").read_bytes() == b"#!/usr/bin/env python3\n" + MENDABLE


def test_the_snippet_of_the_page(hooks: Path, scratch: Path) -> None:
    page = (REPOSITORY / "docs" / "ci.md").read_text(encoding="utf-8")
    config = files(page)[".pre-commit-config.yaml"]
    for said, meant in {
        "<the repository of flake8-nograd>": str(hooks / "project"),
        "<a version>": git(hooks / "project", "rev-parse", "HEAD").strip(),
    }.items():
        assert config.count(said) == 1
        config = config.replace(said, meant)
    (scratch / ".pre-commit-config.yaml").write_text(config, encoding="utf-8")
    done = pre_commit(hooks, scratch, "validate-config")
    assert (done.returncode, done.stdout) == (0, ""), done.stdout
    done = pre_commit(hooks, scratch, "run", "--all-files")
    assert done.returncode == 1, done.stderr
    assert "files were modified by this hook" in done.stdout
    assert (scratch / "a.py").read_bytes() == MENDED
    assert (scratch / "vendor/a.py").read_bytes() == MENDABLE
    git(scratch, "add", ".")
    assert pre_commit(hooks, scratch, "run", "--all-files").returncode == 0
    names = {line.split("id: ")[1] for line in manifest() if "id: " in line}
    assert names == {"nograd-fix", "nograd-check"}
    assert all(name in page for name in names)


def manifest() -> list[str]:
    """The lines of the file that names the hooks."""
    return (REPOSITORY / ".pre-commit-hooks.yaml").read_text(encoding="utf-8").splitlines()
