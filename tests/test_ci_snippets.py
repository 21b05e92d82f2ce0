"""What ``docs/ci.md`` says to put into a repository is valid, and does what the page says.

The commands run as a runner runs them, in a repository with the page's own file, and in an
environment into which they install this project. Beside that: the project's own workflows.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import venv
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from tests.conftest import REPOSITORY
from tests.test_cli_reports import GITLAB_SEVERITIES, official_schema
from tests.transcripts import files

PAGE = (REPOSITORY / "docs" / "ci.md").read_text(encoding="utf-8")
FILES = files(PAGE)
WORKFLOW = ".github/workflows/nograd.yml"
SCANNING = ".github/workflows/nograd-scanning.yml"
GITLAB = ".gitlab-ci.yml"

SCHEMAS = {
    WORKFLOW: "vendor.github-workflows",
    SCANNING: "vendor.github-workflows",
    GITLAB: "vendor.gitlab-ci",
}
OWN = {
    ".github/workflows/ci.yml": "vendor.github-workflows",
    ".github/dependabot.yml": "vendor.dependabot",
}


# ------------------------------------------------------------------ the files are valid


def complaints(schema: str, path: Path) -> str:
    """What is wrong with a file, by its official schema."""
    command = ["check-jsonschema", "--builtin-schema", schema, str(path)]
    done = subprocess.run(
        [Path(sys.executable).with_name(command[0]), *command[1:]],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == bool("ok -- validation done" not in done.stdout)
    return done.stdout if done.returncode else ""


def dangers(*paths: Path) -> str:
    """What zizmor finds in workflows."""
    zizmor = Path(sys.executable).with_name("zizmor")
    done = subprocess.run(
        [zizmor, "--offline", "--persona=pedantic", "--min-severity=medium", *paths],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0 or done.stdout, done.stderr
    return done.stdout if done.returncode else ""


@pytest.fixture
def scratch(tmp_path: Path) -> Path:
    """A repository with the files of the page."""
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path


def test_every_snippet_is_looked_at() -> None:
    assert {name for name in FILES if name.endswith(".yml")} == set(SCHEMAS)
    assert set(FILES) - set(SCHEMAS) == {"src/train.py", ".pre-commit-config.yaml"}
    assert PAGE.count("```yaml") == len(SCHEMAS) + 1
    own = (REPOSITORY / ".github").rglob("*.y*ml")
    assert {path.relative_to(REPOSITORY).as_posix() for path in own} == set(OWN)


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_snippet_is_valid(scratch: Path, name: str) -> None:
    assert complaints(SCHEMAS[name], scratch / name) == ""


@pytest.mark.parametrize("name", OWN)
def test_the_projects_own_files_are_valid(name: str) -> None:
    assert complaints(OWN[name], REPOSITORY / name) == ""


@pytest.mark.parametrize(("name", "broken"), [(WORKFLOW, "run:"), (GITLAB, "script:")])
def test_what_is_not_valid_is_found(tmp_path: Path, name: str, broken: str) -> None:
    path = tmp_path / "ci.yml"
    path.write_text(FILES[name].replace(broken, "runs:"), encoding="utf-8")
    assert "ci.yml" in complaints(SCHEMAS[name], path)


def test_workflows_are_pinned_and_may_do_no_more_than_they_need(scratch: Path) -> None:
    assert dangers(scratch / WORKFLOW, scratch / SCANNING, REPOSITORY / ".github") == ""
    path = scratch / WORKFLOW
    path.write_text(re.sub("@[0-9a-f]{40}", "@v7", FILES[WORKFLOW]), encoding="utf-8")
    assert "unpinned-uses" in dangers(path)


def test_the_projects_workflow_runs_on_every_python_that_it_is_said_to_run_on() -> None:
    jobs = yaml.safe_load((REPOSITORY / ".github/workflows/ci.yml").read_bytes())["jobs"]
    pyproject = (REPOSITORY / "pyproject.toml").read_text(encoding="utf-8")
    said = re.findall(r"Python :: (3\.\d+)\"", pyproject)
    assert said
    assert set(said) <= set(jobs["tests"]["strategy"]["matrix"]["python"])
    assert ".ci/run" in [step.get("run") for step in jobs["everything"]["steps"]]


# ------------------------------------------------------------------ their commands do it


@pytest.fixture(scope="module")
def environment(
    tmp_path_factory: pytest.TempPathFactory, own_package: dict[str, str]
) -> dict[str, str]:
    """Variables with an empty environment of Python first."""
    folder = tmp_path_factory.mktemp("ci")
    venv.create(folder, with_pip=True)
    inherited = {name: text for name, text in os.environ.items() if name != "PYTHONPATH"}
    path = f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}"
    return {**inherited, **own_package, "PATH": path}


def shell(script: str, folder: Path, variables: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Run a script as a runner does: in bash, up to the first command that fails."""
    return subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script],
        cwd=folder,
        env=variables,
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )


def steps(name: str) -> list[dict[str, Any]]:
    """The steps of the only job of a workflow."""
    [job] = yaml.safe_load(FILES[name])["jobs"].values()
    assert isinstance(job["steps"], list)
    return job["steps"]


def test_github_annotations(scratch: Path, environment: dict[str, str]) -> None:
    install, check = [step["run"] for step in steps(WORKFLOW) if "run" in step]
    done = shell(install, scratch, environment)
    assert done.returncode == 0, done.stderr
    done = shell(check, scratch, environment)
    assert done.returncode == 1
    levels = [line.split(" ")[0] for line in done.stdout.splitlines()]
    assert levels == ["::error", "::warning"]
    assert f"$ {check}\n{done.stdout}" in PAGE


def test_github_code_scanning(scratch: Path, environment: dict[str, str]) -> None:
    install, check = [step["run"] for step in steps(SCANNING) if "run" in step]
    done = shell(f"{install}\n{check}", scratch, environment)
    assert done.returncode == 0, done.stderr
    upload = next(step for step in steps(SCANNING) if "upload-sarif" in step.get("uses", ""))
    log = json.loads((scratch / upload["with"]["sarif_file"]).read_bytes())
    assert [each["ruleId"] for each in log["runs"][0]["results"]] == ["NGD201", "NGD101"]
    jsonschema.Draft4Validator(official_schema()).validate(log)
    (scratch / "broken.py").write_text("import torch\ndef f(:\n", encoding="utf-8")
    assert shell(check, scratch, environment).returncode == 2


def test_gitlab_code_quality(scratch: Path, environment: dict[str, str]) -> None:
    [job] = yaml.safe_load(FILES[GITLAB]).values()
    done = shell("\n".join(job["script"]), scratch, environment)
    assert done.returncode == 1, done.stderr
    text = (scratch / job["artifacts"]["reports"]["codequality"]).read_text(encoding="utf-8")
    assert text in PAGE
    report = json.loads(text)
    assert [each["location"]["path"] for each in report] == ["src/train.py"] * 2
    assert {each["severity"] for each in report} <= GITLAB_SEVERITIES
    assert len({each["fingerprint"] for each in report}) == 2


def test_a_stage_passes_where_nothing_is_found(scratch: Path, environment: dict[str, str]) -> None:
    (scratch / "src/train.py").write_text("import torch\n", encoding="utf-8")
    for name in (WORKFLOW, SCANNING):
        for step in steps(name):
            assert "run" not in step or shell(step["run"], scratch, environment).returncode == 0
    [job] = yaml.safe_load(FILES[GITLAB]).values()
    assert shell("\n".join(job["script"]), scratch, environment).returncode == 0
