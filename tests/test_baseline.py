"""The baseline: what it lists is silent at both doors, and only that."""

from __future__ import annotations

import itertools
import json
import os
from collections.abc import Iterator

import pytest

from tests.cli_samples import BOTH, BROKEN, CLEAN, LEFT, MENDABLE, MENDED, UNGUARDED, UNSAFE
from tests.conftest import NogradFix

WRITE = "--write-baseline=known.json"
READ = "--baseline=known.json"

TWICE = """\
import torch


def predict(model: torch.nn.Module, x):
    model.eval
    with torch.no_grad():
        y = model(x)
    model.eval
    return y
"""
"""NGD405 on two equal lines of one function."""

MODEL_EVAL = "    model.eval\n"


def both(project: NogradFix, *paths: str) -> list[str]:
    """What both doors report with the baseline, `CODE` and line of each finding; they agree."""
    fixer = project.fix("--check", READ, *(paths or ["."]))
    assert fixer.code == bool(fixer.out), fixer.err
    linter = project.lines("--select=NGD", "--nograd-baseline=known.json", *paths)
    assert [line.removeprefix("./") for line in linter] == [
        line.removeprefix("./") for line in fixer.text.splitlines()
    ]
    return [f"{line.split()[1]} {line.split(':')[1]}" for line in linter]


def entries(project: NogradFix) -> list[dict[str, object]]:
    """The entries of the baseline."""
    found = json.loads(project.read("known.json"))["findings"]
    assert isinstance(found, list)
    return found


def known(project: NogradFix, name: str, text: str | bytes) -> None:
    """Write a file, and a baseline of all that is found in it."""
    project.write(name, text)
    done = project.fix(WRITE, ".")
    assert (done.code, done.out) == (0, b""), done.err


# ------------------------------------------------------------------ what is written


def test_a_baseline_has_an_entry_on_each_line(nograd_fix: NogradFix) -> None:
    nograd_fix.write("src/b.py", TWICE)
    nograd_fix.write("src/a.py", BOTH)
    nograd_fix.write("top.py", "import torch\n\nwith torch.no_grad:\n    print(1)\n")
    nograd_fix.write("clean.py", CLEAN)
    done = nograd_fix.fix(WRITE, ".")
    assert (done.code, done.text) == (0, "")
    assert done.err == "nograd-fix: known.json lists 5 findings\n"
    assert nograd_fix.read("src/a.py") == BOTH
    line = '{{"path": "{}", "code": "{}", "unit": "{}", "line": "{}", "count": {}}}'
    assert nograd_fix.read("known.json").decode().split("\n") == [
        '{"version": 1, "findings": [',
        line.format("src/a.py", "NGD405", "predict", "e6c696c5862d60a0", 1) + ",",
        line.format("src/a.py", "NGD408", "predict", "877f92decdace07d", 1) + ",",
        line.format("src/b.py", "NGD405", "predict", "e6c696c5862d60a0", 2) + ",",
        line.format("top.py", "NGD402", "", "930fc1b14a3f1476", 1),
        "]}",
        "",
    ]


def test_the_same_findings_give_the_same_bytes(nograd_fix: NogradFix) -> None:
    for number in range(20):
        nograd_fix.write(f"pkg{number % 3}/m{number}.py", (BOTH, LEFT, UNGUARDED)[number % 3])
    paths = ["pkg0", "pkg1", "pkg2"]
    written = set()
    for jobs, order, seed in [("1", paths, "0"), ("3", paths[::-1], "1"), ("2", ["."], "2")]:
        environment = {"PYTHONHASHSEED": seed}
        done = nograd_fix.fix(f"--jobs={jobs}", WRITE, *order, environment=environment)
        assert done.err == "nograd-fix: known.json lists 27 findings\n"
        written.add(nograd_fix.read("known.json"))
        (nograd_fix.folder / "known.json").unlink()
    assert len(written) == 1


def test_a_baseline_that_says_the_same_is_not_touched(nograd_fix: NogradFix) -> None:
    known(nograd_fix, "a.py", BOTH)
    path = nograd_fix.folder / "known.json"
    os.utime(path, (1, 1))
    assert nograd_fix.fix(WRITE, ".").code == 0
    assert path.stat().st_mtime == 1


def test_paths_are_relative_to_the_baseline(nograd_fix: NogradFix) -> None:
    nograd_fix.write("pkg/sub/a.py", LEFT)
    nograd_fix.write("pkg/ci/.keep", "")
    done = nograd_fix.fix("--write-baseline=../ci/known.json", "a.py", folder="pkg/sub")
    assert done.code == 0, done.err
    [entry] = json.loads(nograd_fix.read("pkg/ci/known.json"))["findings"]
    assert entry["path"] == "../sub/a.py"
    for name in ("a.py", "./a.py", "../sub/a.py", str(nograd_fix.folder / "pkg/sub/a.py")):
        for option in ("../ci/known.json", str(nograd_fix.folder / "pkg/ci/known.json")):
            done = nograd_fix.fix("--check", f"--baseline={option}", name, folder="pkg/sub")
            assert (done.code, done.out, done.err) == (0, b"", "")
    assert nograd_fix.lines("--select=NGD", "--nograd-baseline=pkg/ci/known.json", "pkg") == []


def test_a_folder_may_have_several_names(nograd_fix: NogradFix) -> None:
    known(nograd_fix, "src/a.py", LEFT)
    (nograd_fix.folder / "other").symlink_to("src", target_is_directory=True)
    assert both(nograd_fix, "other") == []


def test_names_of_files_that_are_no_text(nograd_fix: NogradFix) -> None:
    name = os.fsdecode(b"\xff\xe9 \n.py")
    known(nograd_fix, name, LEFT)
    assert nograd_fix.read("known.json").isascii()
    done = nograd_fix.fix("--check", READ, ".")
    assert (done.code, done.out, done.err) == (0, b"", "")


# ------------------------------------------------------------------ what stays known


MOVED = {
    "as it is": TWICE,
    "lines above": TWICE.replace("import torch\n", "import torch\nimport os\n\nprint(os)\n"),
    "lines between": TWICE.replace("    with", "    print(x)\n\n    with"),
    "a block around it": TWICE.replace(MODEL_EVAL, "    if x:\n        model.eval\n", 1),
    "tabs": TWICE.replace("    ", "\t"),
    "Windows": TWICE.replace("\n", "\r\n"),
    "a mark": "\ufeff" + TWICE,
    "an open end": TWICE.rstrip(),
    "spaces at the end": TWICE.replace("eval\n", "eval   \n"),
    "a decorator": TWICE.replace("def", "@staticmethod\ndef"),
    "one of two is gone": TWICE.replace(MODEL_EVAL, "", 1),
    "async": TWICE.replace("def", "async def"),
}


@pytest.mark.parametrize("text", MOVED.values(), ids=list(MOVED))
def test_what_is_known_stays_known(nograd_fix: NogradFix, text: str) -> None:
    known(nograd_fix, "a.py", TWICE)
    nograd_fix.write("a.py", text)
    assert both(nograd_fix) == []


def test_encodings_make_no_difference(nograd_fix: NogradFix) -> None:
    line = "    model.eval  # é"
    text = TWICE.replace("    model.eval\n", f"{line}\n", 1)
    known(nograd_fix, "a.py", text)
    nograd_fix.write("a.py", ("# coding: latin-1\n" + text).encode("latin-1"))
    assert both(nograd_fix) == []


CHANGED = {
    "a third one": (TWICE.replace("    return", MODEL_EVAL + "    return"), ["NGD405 9"]),
    "a third one before": (TWICE.replace(MODEL_EVAL, 2 * MODEL_EVAL, 1), ["NGD405 9"]),
    "another line": (TWICE.replace(MODEL_EVAL, "    model.eval; x\n", 1), ["NGD405 5"]),
    "another code": (TWICE.replace("no_grad()", "no_grad"), ["NGD402 6"]),
    "another function": (TWICE.replace("predict", "infer"), ["NGD405 5", "NGD405 8"]),
    "a nested function": (
        TWICE.replace(
            "    return", "    def again(model: torch.nn.Module):\n        model.eval\n    return"
        ),
        ["NGD405 10"],
    ),
    "a class around it": (
        TWICE.replace("def predict(", "class A:\n  def predict(self, ").replace(
            "\n    ", "\n      "
        ),
        ["NGD405 6", "NGD405 9"],
    ),
}


@pytest.mark.parametrize(("text", "found"), CHANGED.values(), ids=list(CHANGED))
def test_what_is_new_is_reported(nograd_fix: NogradFix, text: str, found: list[str]) -> None:
    known(nograd_fix, "a.py", TWICE)
    nograd_fix.write("a.py", text)
    assert both(nograd_fix) == found


def test_the_unit_is_the_innermost_one_with_its_decorators(nograd_fix: NogradFix) -> None:
    text = """\
import torch


class Runner:
    model: torch.nn.Module

    @torch.no_grad()
    async def run(self, x):
        match x:
            case 1:
                async def inner():
                    self.model.eval
                return inner
"""
    known(nograd_fix, "a.py", text)
    assert [(each["code"], each["unit"]) for each in entries(nograd_fix)] == [
        ("NGD405", "Runner.run.inner"),
        ("NGD406", "Runner.run"),
    ]


def test_a_file_with_another_name_is_new(nograd_fix: NogradFix) -> None:
    known(nograd_fix, "a.py", TWICE)
    (nograd_fix.folder / "a.py").rename(nograd_fix.folder / "b.py")
    assert both(nograd_fix) == ["NGD405 5", "NGD405 8"]
    done = nograd_fix.fix("--check", READ, ".")
    assert done.err.endswith("nograd-fix: 2 baseline entries are gone: run --write-baseline\n")
    assert nograd_fix.fix(WRITE, ".").err == "nograd-fix: known.json lists 2 findings\n"
    assert {each["path"] for each in entries(nograd_fix)} == {"b.py"}
    assert both(nograd_fix) == []


def test_of_equal_findings_some_may_be_silenced(nograd_fix: NogradFix) -> None:
    """flake8 reads a comment after a string that begins on the line of the finding."""
    silenced = "    model.eval; print('''\n    ''')  # noqa: NGD405\n"
    loud = silenced.replace("  # noqa: NGD405", "")
    for first, second in itertools.permutations((silenced, loud)):
        known(nograd_fix, "a.py", TWICE.replace(MODEL_EVAL, first, 1).replace(MODEL_EVAL, second))
        assert both(nograd_fix) == []


# ------------------------------------------------------------------ what has gone


def gone(project: NogradFix, *options: str) -> str:
    """What `nograd-fix` says of the baseline."""
    done = project.fix("--check", READ, *options)
    assert (done.code, done.out) == (0, b"")
    return done.err


@pytest.mark.parametrize("text", [MENDED, CLEAN, b"", b"print(1)\n"])
def test_an_entry_that_nothing_matches_is_gone(nograd_fix: NogradFix, text: bytes) -> None:
    known(nograd_fix, "a.py", MENDABLE)
    nograd_fix.write("a.py", text)
    said = "nograd-fix: 1 baseline entry is gone: run --write-baseline\n"
    assert gone(nograd_fix, ".") == said
    assert nograd_fix.fix(WRITE, ".").err == "nograd-fix: known.json lists 0 findings\n"
    assert nograd_fix.read("known.json") == b'{"version": 1, "findings": [\n\n]}\n'
    assert gone(nograd_fix, ".") == ""


def test_each_of_equal_findings_is_counted(nograd_fix: NogradFix) -> None:
    known(nograd_fix, "a.py", TWICE)
    nograd_fix.write("a.py", TWICE.replace(MODEL_EVAL, "", 1))
    assert "1 baseline entry is gone" in gone(nograd_fix, ".")
    (nograd_fix.folder / "a.py").unlink()
    assert "2 baseline entries are gone" in gone(nograd_fix, ".")


def test_nothing_is_said_of_what_this_run_does_not_look_for(nograd_fix: NogradFix) -> None:
    nograd_fix.write("b.py", LEFT)
    known(nograd_fix, "a.py", MENDABLE)
    nograd_fix.write("a.py", MENDED)
    assert gone(nograd_fix, "b.py") == ""
    assert gone(nograd_fix, "--select=NGD408", ".") == ""
    assert gone(nograd_fix, "--per-file-ignores=a.py:NGD", ".") == ""
    assert gone(nograd_fix, "--extend-exclude=a.py", ".") == ""
    assert "1 baseline entry is gone" in gone(nograd_fix, "a.py")


def test_a_run_over_some_files_keeps_what_is_known_of_others(nograd_fix: NogradFix) -> None:
    for name in ("a.py", "b.py", "c.py", "d.py"):
        nograd_fix.write(name, MENDABLE)
    known(nograd_fix, "e.py", MENDABLE)
    nograd_fix.write("a.py", LEFT)
    nograd_fix.write("b.py", MENDED)
    nograd_fix.write("d.py", BROKEN)
    (nograd_fix.folder / "e.py").unlink()
    done = nograd_fix.fix(WRITE, "a.py", "b.py", "d.py")
    assert done.code == 2
    assert "d.py: is no Python" in done.err
    assert [(each["path"], each["code"]) for each in entries(nograd_fix)] == [
        ("a.py", "NGD408"),
        ("c.py", "NGD405"),
        ("d.py", "NGD405"),
    ]


def test_only_what_is_reported_becomes_known(nograd_fix: NogradFix) -> None:
    nograd_fix.write("a.py", BOTH.replace(b"model.eval\n", b"model.eval  # noqa: NGD405\n"))
    nograd_fix.write("off.py", b"# flake8: noqa\n" + BOTH)
    nograd_fix.write("b.py", BOTH)
    assert nograd_fix.fix("--ignore=NGD408", WRITE, ".").code == 0
    assert [(each["path"], each["code"]) for each in entries(nograd_fix)] == [("b.py", "NGD405")]


# ------------------------------------------------------------------ all that a run can do


@pytest.fixture
def one_of_two_is_known(nograd_fix: NogradFix) -> NogradFix:
    """A file with a known NGD405 and, below, a new one that says the same and NGD408."""
    known(nograd_fix, "a.py", MENDABLE)
    nograd_fix.write("a.py", MENDABLE + BOTH.partition(b"\n\n\n")[2].replace(b"predict", b"again"))
    return nograd_fix


MENDED_BELOW = MENDABLE + BOTH.partition(b"\n\n\n")[2].replace(b"predict", b"again").replace(
    b"model.eval\n", b"model.eval()\n"
)


def test_what_is_known_is_not_mended(one_of_two_is_known: NogradFix) -> None:
    done = one_of_two_is_known.fix(READ, "a.py")
    assert done.code == 1
    assert done.text.startswith("a.py:17:9: NGD408 ")
    assert done.err == "nograd-fix: fixed 1 finding in 1 file; 1 finding left\n"
    assert one_of_two_is_known.read("a.py") == MENDED_BELOW


def test_the_patch_and_the_standard_input(one_of_two_is_known: NogradFix) -> None:
    before = one_of_two_is_known.read("a.py")
    patch = one_of_two_is_known.fix(READ, "--diff", "a.py")
    assert (patch.code, patch.text.count("\n-"), patch.text.count("\n+")) == (1, 1, 2)
    fixed = one_of_two_is_known.fix(READ, "-", "--stdin-filename=a.py", stdin=before)
    assert (fixed.code, fixed.out) == (1, MENDED_BELOW)
    assert fixed.err.startswith("a.py:17:9: NGD408 ")
    other = one_of_two_is_known.fix(READ, "--check", "-", "--stdin-filename=b.py", stdin=MENDABLE)
    assert other.text.startswith("b.py:5:5: NGD405 ")
    linter = ("--select=NGD", "--nograd-baseline=known.json", "-")
    assert one_of_two_is_known.lines(*linter, "--stdin-display-name=a.py", stdin=MENDABLE) == []
    assert len(one_of_two_is_known.lines(*linter, stdin=MENDABLE)) == 1


def test_a_name_for_the_standard_input_need_not_be_there(nograd_fix: NogradFix) -> None:
    known(nograd_fix, "a.py", MENDABLE)
    (nograd_fix.folder / "a.py").unlink()
    done = nograd_fix.fix(READ, "-", "--stdin-filename=a.py", stdin=MENDABLE)
    assert (done.code, done.out, done.err) == (0, MENDABLE, "")


def test_only_what_is_new_gets_a_comment(one_of_two_is_known: NogradFix) -> None:
    done = one_of_two_is_known.fix(READ, "--add-noqa", "a.py")
    assert (done.code, done.err) == (0, "nograd-fix: silenced 2 findings in 1 file\n")
    lines = one_of_two_is_known.read("a.py").decode().splitlines()
    assert [number for number, line in enumerate(lines, 1) if "noqa" in line] == [9, 17]


def test_unsafe_fixes_leave_what_is_known(nograd_fix: NogradFix) -> None:
    known(nograd_fix, "a.py", UNSAFE)
    done = nograd_fix.fix(READ, "--unsafe-fixes", ".")
    assert (done.code, done.out, done.err, nograd_fix.read("a.py")) == (0, b"", "", UNSAFE)


def test_a_fix_around_what_is_known(nograd_fix: NogradFix) -> None:
    """The guard that a new finding gets moves the line of a known one; it is left as it is."""
    text = UNGUARDED.replace(b"model.eval()", b"model.eval")
    known(nograd_fix, "a.py", text.replace(b"    return sum", b"    return x  # sum"))
    nograd_fix.write("a.py", text)
    before = both(nograd_fix)
    assert "NGD405 5" not in before
    assert any(each.startswith("NGD101") for each in before)
    nograd_fix.fix(READ, ".")
    assert b"    model.eval\n" in nograd_fix.read("a.py")
    assert b"torch.no_grad()" in nograd_fix.read("a.py")


def test_exit_zero_and_statistics(one_of_two_is_known: NogradFix) -> None:
    done = one_of_two_is_known.fix(READ, "--check", "--exit-zero", "--statistics", "a.py")
    assert done.code == 0
    assert done.text.splitlines()[2:] == [
        "1     NGD405 mode-method-not-called",
        "1     NGD408 await-inside-guard",
    ]
    assert done.err == "nograd-fix: 2 findings left; 1 can be fixed safely\n"


def lines_of(report: str, text: str) -> Iterator[int]:
    """The lines of the findings in a report."""
    if report == "gitlab":
        yield from (each["location"]["lines"]["begin"] for each in json.loads(text))
    elif report == "json":
        yield from (each["location"]["row"] for each in json.loads(text))
    elif report == "sarif":
        for each in json.loads(text)["runs"][0]["results"]:
            yield each["locations"][0]["physicalLocation"]["region"]["startLine"]
    elif report == "github":
        yield from (int(line.split("line=")[1].split(",")[0]) for line in text.splitlines())
    else:
        for line in text.splitlines():
            if line.startswith("a.py:"):
                yield int(line.split(":")[1])


@pytest.mark.parametrize("report", ["concise", "full", "json", "github", "gitlab", "sarif"])
def test_every_format_lists_what_is_new(one_of_two_is_known: NogradFix, report: str) -> None:
    done = one_of_two_is_known.fix(READ, "--check", f"--output-format={report}", "a.py")
    assert (done.code, list(lines_of(report, done.text))) == (1, [9, 17])


def test_processes_make_no_difference(nograd_fix: NogradFix) -> None:
    for number in range(8):
        nograd_fix.write(f"m{number}.py", TWICE)
    assert nograd_fix.fix(WRITE, "--jobs=2", ".").code == 0
    third = TWICE.replace("    return", MODEL_EVAL + "    return")
    for number in range(0, 8, 3):
        nograd_fix.write(f"m{number}.py", third)
    for jobs in ("--jobs=1", "--jobs=3"):
        expected = [f"m{number}.py:9:5:" for number in range(0, 8, 3)]
        done = nograd_fix.fix("--check", READ, jobs, ".")
        assert [line.split()[0].removeprefix("./") for line in done.text.splitlines()] == expected
        linter = nograd_fix.lines("--select=NGD", "--nograd-baseline=known.json", jobs)
        assert [line.split()[0].removeprefix("./") for line in linter] == expected


# ------------------------------------------------------------------ the option and its file


@pytest.mark.parametrize("folder", [".", "src"])
def test_the_config_may_name_the_baseline(nograd_fix: NogradFix, folder: str) -> None:
    """A path with a slash is relative to the config file, as flake8 has it for all options."""
    nograd_fix.write("setup.cfg", "[flake8]\nselect = NGD\nnograd-baseline = ./ci/known.json\n")
    nograd_fix.write("src/a.py", MENDABLE)
    nograd_fix.write("ci/.keep", "")
    assert nograd_fix.fix("--write-baseline=ci/known.json", ".").code == 0
    done = nograd_fix.fix(".", folder=folder)
    assert (done.code, done.out, done.err) == (0, b"", "")
    assert nograd_fix.read("src/a.py") == MENDABLE
    assert nograd_fix.lines() == []
    assert nograd_fix.fix("--check", "--baseline=", ".", folder=folder).code == 1
    assert nograd_fix.run("--nograd-baseline=").returncode == 1


def test_pyproject_may_name_the_baseline(nograd_fix: NogradFix) -> None:
    pytest.importorskip("flake8p", reason="Flake8-pyproject is not installed")
    nograd_fix.write("pyproject.toml", '[tool.flake8]\nnograd-baseline = "./known.json"\n')
    known(nograd_fix, "a.py", LEFT)
    assert nograd_fix.lines("--select=NGD") == []
    assert nograd_fix.fix(".").code == 0


def test_a_baseline_that_is_written_anew_holds_what_was_known(nograd_fix: NogradFix) -> None:
    nograd_fix.write(".flake8", "[flake8]\nnograd-baseline = ./known.json\n")
    known(nograd_fix, "a.py", MENDABLE)
    nograd_fix.write("b.py", LEFT)
    assert nograd_fix.fix(WRITE, READ, ".").code == 0
    assert [each["path"] for each in entries(nograd_fix)] == ["a.py", "b.py"]


ENTRY = '{"path": "a.py", "code": "NGD405", "unit": "predict", "line": "e6c696c5862d60a0"'

BAD = {
    "nothing": (b"", "is no baseline: Expecting value: line 1 column 1"),
    "no JSON": (b"findings: []\n", "is no baseline: Expecting value: line 1 column 1"),
    "a conflict": (
        b'{"version": 1, "findings": [\n<<<<<<< HEAD\n]}\n',
        "is no baseline: Expecting value: line 2 column 1",
    ),
    "no UTF-8": (b"\xff\xfe", "is no baseline: 'utf-8' codec can't decode"),
    "deep": (b"[" * 100_000, "is no baseline: "),
    "a list": (b"[]", "is no baseline: it has no list of findings"),
    "other JSON": (b'{"version": 1}', "is no baseline: it has no list of findings"),
    "a later version": (b'{"version": 2, "findings": []}', "has the version 2, not 1"),
    "no version": (b'{"findings": []}', "has the version None, not 1"),
    "no entries": (b'{"version": 1, "findings": 3}', "an entry is wrong"),
    "an entry that is none": (b'{"version": 1, "findings": [3]}', "an entry is wrong"),
    "no count": (b'{"version": 1, "findings": [%s}]}' % ENTRY.encode(), "wrong: KeyError('count')"),
    "a count of nothing": (
        b'{"version": 1, "findings": [%s, "count": 0}]}' % ENTRY.encode(),
        "count is 0",
    ),
    "a path that is none": (
        b'{"version": 1, "findings": [%s, "count": 1, "path": null}]}' % ENTRY.encode(),
        "path is None",
    ),
}


@pytest.mark.parametrize(("data", "complaint"), BAD.values(), ids=list(BAD))
def test_a_bad_baseline_is_wrong_usage(nograd_fix: NogradFix, data: bytes, complaint: str) -> None:
    nograd_fix.write("known.json", data)
    nograd_fix.write("a.py", MENDABLE)
    for option in (READ, WRITE):
        done = nograd_fix.fix(option, ".")
        assert (done.code, done.out) == (2, b"")
        assert "known.json: " in done.err
        assert complaint in done.err
        assert "Traceback" not in done.err
    linter = nograd_fix.run("--nograd-baseline=known.json")
    assert linter.returncode == 1
    assert complaint in linter.stdout + linter.stderr
    assert "Traceback" not in linter.stdout + linter.stderr
    assert (nograd_fix.read("a.py"), nograd_fix.read("known.json")) == (MENDABLE, data)


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        ("--baseline=none.json .", "the baseline none.json: No such file or directory"),
        ("--baseline=. .", "Is a directory"),
        ("--write-baseline=. .", ".: Is a directory"),
        ("--write-baseline=a.py b.py", "a.py: is no baseline"),
        ("--write-baseline=none/known.json .", "none/known.json: No such file or directory"),
        ("--write-baseline=known.json", "name the files or folders"),
        ("--write-baseline=known.json -", "--write-baseline works on files"),
        ("--write-baseline=known.json --check .", "exclude each other"),
        ("--add-noqa --write-baseline=known.json .", "exclude each other"),
    ],
)
def test_wrong_usage(nograd_fix: NogradFix, options: str, complaint: str) -> None:
    for name in ("a.py", "b.py"):
        nograd_fix.write(name, MENDABLE)
    done = nograd_fix.fix(*options.split())
    assert (done.code, done.out) == (2, b"")
    assert complaint in done.err
    assert "Traceback" not in done.err
    assert nograd_fix.read("a.py") == nograd_fix.read("b.py") == MENDABLE
    assert not (nograd_fix.folder / "known.json").exists()


def test_a_baseline_of_two_branches(nograd_fix: NogradFix) -> None:
    """Both branches may add the same entry: a merge that keeps all lines is right."""
    entry = ENTRY + ', "count": 1}'
    nograd_fix.write("known.json", f'{{"version": 1, "findings": [\r\n{entry},\r\n{entry}\r\n]}}')
    nograd_fix.write("a.py", TWICE)
    assert both(nograd_fix) == []
