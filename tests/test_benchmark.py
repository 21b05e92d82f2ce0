"""The benchmark's pieces, and its page. Nothing here asks how long anything takes."""

from __future__ import annotations

import ast
import sys
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from flake8_nograd.check import check_text
from flake8_nograd.settings import Settings
from tests.benchmark import __main__, figures, page, programs, samples
from tests.benchmark.figures import Growth, Inside
from tests.benchmark.measure import PARTS, SMALL
from tests.benchmark.tools import NOGRAD, PLUGINS, TOOLS, VALGRIND, Environment, ToolError
from tests.conftest import REPOSITORY
from tests.realcode import packages
from tests.test_realcode import packed

# ----------------------------------------------------------------------- the code


def test_packages_that_never_import_torch_are_pinned_by_hash() -> None:
    for each in packages.locked(samples.PLAIN):
        assert each.url.endswith(f"-{each.version}.tar.gz")
        assert len(bytes.fromhex(each.sha256)) == 32


def test_packages_with_torch_are_those_of_the_snapshot() -> None:
    assert set(samples.TORCH) <= {each.name for each in packages.locked()}


def test_a_sample_holds_whole_files_of_one_kind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = packed(tmp_path)
    monkeypatch.setattr(packages, "locked", lambda *_: [replace(package, name=samples.TORCH[0])])
    [torch] = samples.torch_files(tmp_path, 2)
    [plain] = samples.plain_files(tmp_path, 1_000)
    assert (torch.name, plain.name) == ("net.py", "other.py")
    (plain.parent / "broken.py").write_text("import {{ this }}\n")
    assert samples.plain_files(tmp_path, 1_000) == [plain]
    assert samples.lines_of([torch, plain]) == 8


def codes(text: str) -> list[str]:
    """What is reported for a text."""
    return [each.code for each in check_text(text, Settings(), raises=True)]


@pytest.mark.parametrize("has_findings", [False, True])
def test_generated_files_are_clean_or_forget_every_tenth_guard(has_findings: bool) -> None:
    for program in (
        programs.scripts(1_000, has_findings=has_findings),
        programs.helpers(100, has_findings=has_findings),
    ):
        parts = program.text.count("def evaluate") - 1
        forgotten = len(range(1, parts + 1, 10)) if has_findings else 0
        assert parts >= 10
        found = codes(program.text)
        assert len(found) == forgotten
        assert set(found) <= {"NGD101", "NGD102"}


def test_generated_files_are_as_long_as_they_say() -> None:
    for each in programs.all_programs():
        sizes = programs.LENGTHS if each.kind == "scripts" else programs.FUNCTIONS
        size = each.lines if each.kind == "scripts" else each.functions
        assert min(abs(size / wanted - 1) for wanted in sizes) < 0.25


def test_functions_are_counted() -> None:
    program = programs.scripts(1_000, has_findings=True)
    tree = ast.parse(program.text)
    found = [each for each in ast.walk(tree) if isinstance(each, ast.FunctionDef)]
    assert program.functions == len(found)


def test_one_of_the_small_files_has_a_finding() -> None:
    found = {kind: codes(text) for kind, text in SMALL.items()}
    assert found == {"without torch": [], "with torch": [], "with a finding": ["NGD101"]}


# --------------------------------------------------------------------- the measuring


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> Environment:
    """The environment that runs the tests, in which the plugin is."""
    environment = Environment(NOGRAD, Path())
    monkeypatch.setattr(environment, "_python", sys.executable)
    return environment


@pytest.fixture
def small(tmp_path: Path) -> list[Path]:
    """The small files."""
    paths = []
    for kind, text in SMALL.items():
        paths.append(tmp_path / f"{kind}.py")
        paths[-1].write_text(text)
    return paths


def test_files_are_checked_inside_one_process(here: Environment, small: list[Path]) -> None:
    done = here.inside(small, 2)
    assert [each.reported for each in done.files] == [0, 0, 1]
    assert all(each.bare > 0 and each.nothing > 0 and each.added > 0 for each in done.files)
    assert done.importing > 0
    assert done.megabytes > 10


def test_libcst_is_imported_for_a_finding_alone(here: Environment, small: list[Path]) -> None:
    assert not here.inside(small[:2], 0).loads_libcst
    assert here.inside(small, 0).loads_libcst


def test_a_whole_run_is_measured(here: Environment, small: list[Path]) -> None:
    cost = here.whole(small)
    assert cost.seconds > 0
    assert cost.megabytes > 10


def test_a_tool_that_fails_is_told(here: Environment, tmp_path: Path) -> None:
    (tmp_path / "broken.py").write_text("def")
    with pytest.raises(ToolError, match="SyntaxError"):
        here.inside([tmp_path / "broken.py"], 1)


@pytest.mark.skipif(VALGRIND is None, reason="valgrind is not installed: apt-get install valgrind")
def test_instructions_are_counted(here: Environment, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(here, "_tool", replace(NOGRAD, command=("-I", "-S", "-c", "pass")))
    assert here.instructions([]) > 1_000_000


def test_every_tool_is_pinned() -> None:
    for tool in TOOLS:
        assert all("==" in each or each == str(REPOSITORY) for each in tool.requirements)


def test_an_unknown_part_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        __main__.main(["--cache", str(tmp_path), "--only", "inside,outside"])
    assert "no such part: outside" in capsys.readouterr().err


# ---------------------------------------------------------------------------- the page


def test_the_page_says_what_was_measured() -> None:
    assert page.PAGE.read_text(encoding="utf-8") == page.current()


def test_everything_was_measured_with_every_tool() -> None:
    measured = figures.read()
    assert set(PARTS) | {"versions"} == set(asdict(measured))
    assert set(measured.versions) == {tool.name for tool in TOOLS}
    for name in page.TITLES:
        assert set(measured.inside[name].added) == {tool.name for tool in PLUGINS}
        assert set(measured.whole[name].seconds) == {*(tool.name for tool in TOOLS), figures.AGAIN}
    kept = [(each.kind, each.has_findings, each.lines) for each in measured.growth]
    assert kept == [(each.kind, each.has_findings, each.lines) for each in programs.all_programs()]


def test_what_is_kept_is_read_back(tmp_path: Path) -> None:
    file = tmp_path / "measured.json"
    measured = figures.read()
    for part in PARTS:
        figures.keep(part, getattr(measured, part), measured.versions, file)
    assert figures.read(file) == measured
    figures.keep("instructions", None, measured.versions, file)
    assert figures.read(file) == replace(measured, instructions=None)
    assert "not counted" in page.measured_part(figures.read(file))


def test_shares_and_growth_are_counted() -> None:
    one = Inside(1, 100, 0, bare={"a": 2.0}, added={"a": 0.5}, nothing=0.1)
    assert page.share(one, "a") == 0.25
    rows = [
        Growth("scripts", False, lines, 10, 0, 1.0, added, 50.0)
        for lines, added in [(100, 1.0), (1_000, 2.0), (50_000, 150.0)]
    ]
    assert page.growth(rows, "scripts", has_findings=False) == pytest.approx(1.5)
