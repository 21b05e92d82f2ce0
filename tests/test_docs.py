"""The documentation is true: examples behave as they say, and what is generated is up to date."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from flake8_nograd.check import check_text
from flake8_nograd.frameworks import reader, schema
from flake8_nograd.rules import Rule, all_rules
from flake8_nograd.settings import Settings
from tests.conftest import REPOSITORY, Flake8

HEADINGS = [
    "What it does",
    "Why it matters",
    "Example",
    "Use instead",
    "Not reported",
    "Fix and its safety",
    "References",
]

every_rule = pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.code)


def sections(page: str) -> dict[str, str]:
    """The text below each heading of a page, or of another Markdown text."""
    parts = re.split(r"^## (.+)\n", page, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def python(text: str) -> list[str]:
    """The Python blocks of a Markdown text."""
    return re.findall(r"^```python\n(.*?)^```", text, flags=re.MULTILINE | re.DOTALL)


def codes(text: str, *enabled: str) -> set[str]:
    """The codes that are reported for a text; of the opt-in rules, those of `enabled`."""
    return {found.code for found in check_text(text, Settings(enabled=enabled), raises=True)}


# ------------------------------------------------------------------ the rules' pages


@every_rule
def test_a_page_has_the_headings_that_all_have(rule: Rule) -> None:
    assert list(sections(rule.page)) == HEADINGS
    assert all(text.strip() for text in sections(rule.page).values())


@every_rule
def test_a_page_begins_with_one_sentence(rule: Rule) -> None:
    first, second = rule.page.split("\n")[:2]
    assert re.fullmatch(r"[^|]+\.", first)
    assert second == ""


@every_rule
def test_the_example_is_reported_by_its_rule_alone(rule: Rule) -> None:
    [example] = python(sections(rule.page)["Example"])
    assert codes(example, rule.code) == {rule.code}


@every_rule
def test_what_to_use_instead_is_clean(rule: Rule) -> None:
    [better] = python(sections(rule.page)["Use instead"])
    assert codes(better, rule.code) == set()


@every_rule
def test_other_rules_that_a_page_names_exist(rule: Rule) -> None:
    known = {each.code for each in all_rules()}
    assert set(re.findall(r"NGD\d{3}", rule.page)) <= known


def test_generated_pages_and_tables_are_up_to_date() -> None:
    """Run ``python docs/generate.py`` where this fails."""
    command = [sys.executable, "docs/generate.py", "--check"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=REPOSITORY)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


# ------------------------------------------------------------------ README and docs


def test_the_diff_in_the_readme_is_true() -> None:
    [diff] = re.findall(r"^```diff\n(.*?)^```", readme(), flags=re.MULTILINE | re.DOTALL)
    before = [line[1:] for line in diff.splitlines() if not line.startswith("+")]
    after = [line[1:] for line in diff.splitlines() if not line.startswith("-")]
    assert codes("\n".join(["import torch", *before])) == {"NGD101"}
    assert codes("\n".join(["import torch", *after])) == set()


def test_every_option_is_in_the_readme(flake8: Flake8) -> None:
    options = set(re.findall(r"--nograd-[a-z-]+", flake8.run("--help").stdout))
    assert options
    assert options == set(re.findall(r"--nograd-[a-z-]+", readme()))


def test_the_page_on_frameworks_names_every_kind_and_its_example_is_valid() -> None:
    page = (REPOSITORY / "docs" / "frameworks.md").read_text(encoding="utf-8")
    assert {kind for kind in schema.KINDS if f"| `{kind}` |" not in page} == set()
    [example] = re.findall(r"^```toml\n(.*?)^```", page, flags=re.MULTILINE | re.DOTALL)
    assert len(reader.parse(example, "frameworks.md")) == example.count("source = ")


def test_ci_runs_the_tests_as_the_readme_says() -> None:
    ci = (REPOSITORY / ".ci" / "run").read_text(encoding="utf-8")
    [said] = re.findall(r"&& \.venv/bin/python (-m pytest.*)$", readme(), flags=re.MULTILINE)
    [run] = re.findall(r"^.*python\" (-m pytest.*)$", ci, flags=re.MULTILINE)
    assert run == said


@pytest.mark.parametrize("name", ["README.md", "CHANGELOG.md", "docs"])
def test_links_within_the_repository_lead_somewhere(name: str) -> None:
    path = REPOSITORY / name
    for file in sorted(path.rglob("*.md")) if path.is_dir() else [path]:
        text = file.read_text(encoding="utf-8")
        for target, anchor in re.findall(r"\]\((?!https?:)([^)#\s]*)(?:#([^)\s]*))?\)", text):
            goal = file.parent / target if target else file
            assert goal.exists(), f"{file.name}: {target}"
            if anchor:
                headings = re.findall(r"^#+ (.+)$", goal.read_text(encoding="utf-8"), re.MULTILINE)
                slugs = [
                    re.sub(r"[^\w -]", "", each).lower().replace(" ", "-") for each in headings
                ]
                assert anchor in slugs, f"{file.name}: {target}#{anchor}"


def readme() -> str:
    """The README."""
    return (REPOSITORY / "README.md").read_text(encoding="utf-8")
