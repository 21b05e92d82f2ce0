"""End to end: flake8 as people run it, each time as a process of its own."""

from __future__ import annotations

import ast
import io
import textwrap

import pytest

import flake8_nograd.check
from flake8_nograd.plugin import Plugin
from flake8_nograd.settings import Settings
from tests.conftest import Flake8

ONLY_OURS = ("--isolated", "--select=NGD")

EVALUATE = """\
import torch


def evaluate(model, loader):
    model.eval()
    correct = 0
    for x, y in loader:
        correct += (model(x).argmax(1) == y).sum().item()
    return correct
"""

IN_THE_LOOP = (
    "NGD101 `evaluate` runs `model(...)` with gradients recorded"
    " - wrap the loop in `torch.no_grad()`"
)

GUARDED = EVALUATE.replace("\n\ndef", "\n\n@torch.no_grad()\ndef")
QUIET = "from project import quiet\n" + GUARDED.replace("torch.no_grad", "quiet")

SEVERAL = '''\
"""Two of a kind, and one of another."""

import torch


def evaluate(model, loader):
    model.eval()
    for x in loader:
        print(model(x).argmax(1))


def train_step(model, x, optimizer):
    with torch.no_grad():
        loss = model(x).mean()
        loss.backward()
    optimizer.step()
'''


def findings(text: str, settings: Settings | None = None) -> list[tuple[int, int, str]]:
    """What the plugin yields for a text, in this process."""
    plugin = Plugin(ast.parse(text), io.StringIO(text).readlines())
    plugin.settings = settings or Settings()  # type: ignore[misc]
    return [(line, column, message) for line, column, message, _ in plugin.run()]


# ------------------------------------------------------------------ what is printed


def test_a_finding_has_line_and_column(flake8: Flake8) -> None:
    flake8.write("a.py", EVALUATE)
    assert flake8.lines(*ONLY_OURS, "a.py") == [f"a.py:7:5: {IN_THE_LOOP}"]


def test_a_guarded_file_is_clean(flake8: Flake8) -> None:
    flake8.write("a.py", GUARDED)
    assert flake8.lines(*ONLY_OURS, "a.py") == []


def test_the_rules_are_on_without_any_option(flake8: Flake8) -> None:
    flake8.write("a.py", EVALUATE)
    assert flake8.lines("--isolated", "--ignore=F401") == [f"./a.py:7:5: {IN_THE_LOOP}"]


def test_stdin_bears_the_name_it_is_given(flake8: Flake8) -> None:
    found = flake8.lines(*ONLY_OURS, "--stdin-display-name=pkg/b.py", "-", stdin=EVALUATE)
    assert found == [f"pkg/b.py:7:5: {IN_THE_LOOP}"]


def test_stdin_without_a_name(flake8: Flake8) -> None:
    assert flake8.lines(*ONLY_OURS, "-", stdin=EVALUATE) == [f"stdin:7:5: {IN_THE_LOOP}"]


def test_columns_count_characters(flake8: Flake8) -> None:
    before = '    é = "déjà"; '
    text = f"import torch\n\n\ndef evaluate(model, loader):\n    model.eval()\n{before}scores = "
    text += "[model(x).item() for x in loader]\n    return é, scores\n"
    flake8.write("a.py", text)
    [found] = flake8.lines(*ONLY_OURS, "a.py")
    column = len(f"{before}scores = ") + 1
    assert found.startswith(f"a.py:6:{column}: NGD101 ")


def test_nothing_is_reported_twice(flake8: Flake8) -> None:
    flake8.write("a.py", SEVERAL)
    found = flake8.lines(*ONLY_OURS, "a.py")
    assert [line.split()[:2] for line in found] == [
        ["a.py:8:5:", "NGD101"],
        ["a.py:15:9:", "NGD201"],
    ]


# ------------------------------------------------------------------ jobs and processes

RUNNER = """\
import multiprocessing
import sys

from flake8.main.cli import main

if __name__ == "__main__":
    multiprocessing.set_start_method(sys.argv.pop(1))
    sys.exit(main())
"""


@pytest.fixture
def many_files(flake8: Flake8) -> Flake8:
    for number in range(4):
        flake8.write(f"pkg/evaluate_{number}.py", EVALUATE)
        flake8.write(f"pkg/several_{number}.py", SEVERAL)
    return flake8


def test_jobs_make_no_difference(many_files: Flake8) -> None:
    alone = many_files.lines(*ONLY_OURS, "--jobs=1", "pkg")
    assert len(alone) == 12
    assert many_files.lines(*ONLY_OURS, "--jobs=2", "pkg") == alone


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_the_way_processes_start_makes_no_difference(many_files: Flake8, method: str) -> None:
    many_files.write("run.py", RUNNER)
    options = (*ONLY_OURS, "--nograd-guards=quiet", "pkg")
    many_files.write("pkg/quiet.py", QUIET)
    alone = many_files.lines("--jobs=1", *options)
    assert len(alone) == 12  # the option reached the plugin
    done = many_files.run(method, "--jobs=2", *options, program=("run.py",))
    assert (done.stdout.splitlines(), done.stderr) == (alone, "")


# ------------------------------------------------------------------ switching off and on


@pytest.mark.parametrize(
    "comment", ["# noqa: NGD101", "# noqa:NGD101,E501", "# noqa: NGD1", "# noqa"]
)
def test_noqa_on_the_reported_line(flake8: Flake8, comment: str) -> None:
    flake8.write("a.py", EVALUATE.replace("in loader:", f"in loader:  {comment}"))
    assert flake8.lines(*ONLY_OURS, "a.py") == []


def test_noqa_of_another_code_leaves_the_finding(flake8: Flake8) -> None:
    flake8.write("a.py", EVALUATE.replace("in loader:", "in loader:  # noqa: NGD301"))
    assert flake8.lines(*ONLY_OURS, "a.py") == [f"a.py:7:5: {IN_THE_LOOP}"]


def test_disable_noqa_brings_the_finding_back(flake8: Flake8) -> None:
    flake8.write("a.py", EVALUATE.replace("in loader:", "in loader:  # noqa: NGD101"))
    assert flake8.lines(*ONLY_OURS, "--disable-noqa", "a.py") == [f"a.py:7:5: {IN_THE_LOOP}"]


def test_any_flake8_noqa_line_switches_the_file_off(flake8: Flake8) -> None:
    flake8.write("a.py", f"# flake8: noqa: E501\n{EVALUATE}")
    assert flake8.lines(*ONLY_OURS, "a.py") == []


def test_per_file_ignores(flake8: Flake8) -> None:
    flake8.write("src/a.py", EVALUATE)
    flake8.write("tests/a.py", EVALUATE)
    flake8.write(".flake8", "[flake8]\nselect = NGD\nper-file-ignores =\n    tests/*: NGD1\n")
    assert flake8.lines() == [f"./src/a.py:7:5: {IN_THE_LOOP}"]


@pytest.mark.parametrize(
    ("options", "codes"),
    [
        (["--select=NGD1"], ["NGD101"]),
        (["--select=NGD201"], ["NGD201"]),
        (["--select=NGD", "--extend-ignore=NGD101"], ["NGD201"]),
        (["--ignore=E501"], ["NGD101", "NGD201"]),
        (["--ignore=N"], []),
        (["--ignore=N8"], ["NGD101", "NGD201"]),
        (["--select=E,F,W"], []),
        (["--select=E,F,W", "--extend-select=NGD2"], ["NGD201"]),
    ],
    ids=" ".join,
)
def test_select_and_ignore(flake8: Flake8, options: list[str], codes: list[str]) -> None:
    flake8.write("a.py", SEVERAL)
    found = flake8.lines("--isolated", *options, "a.py")
    assert [line.split()[1] for line in found] == codes


def test_no_opt_in_rule_without_being_asked(flake8: Flake8) -> None:
    """``ignore`` in a user's configuration drops flake8's own list of codes that are off."""
    text = "import torch\n\n\ndef f(x):\n    with torch.no_grad():\n        return x + 1\n"
    flake8.write("a.py", text)
    assert flake8.lines("--isolated", "--ignore=E501", "a.py") == []


# ------------------------------------------------------------------ options


def test_own_guards_by_name(flake8: Flake8) -> None:
    flake8.write("a.py", QUIET)
    assert len(flake8.lines(*ONLY_OURS, "a.py")) == 1
    assert flake8.lines(*ONLY_OURS, "--nograd-guards=quiet,other", "a.py") == []


def test_options_from_a_configuration_file(flake8: Flake8) -> None:
    flake8.write("a.py", QUIET)
    flake8.write("setup.cfg", "[flake8]\nselect = NGD\nnograd-guards =\n    quiet,\n    other\n")
    assert flake8.lines("a.py") == []


FRAMEWORK = """\
[[guard]]
name = "project.quiet"
grad = "off"
source = "project/modes.py"
"""


def test_own_framework_file(flake8: Flake8) -> None:
    flake8.write("a.py", QUIET)
    flake8.write("own.toml", FRAMEWORK)
    assert flake8.lines(*ONLY_OURS, "--nograd-frameworks=own.toml", "a.py") == []


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("[[guard]]\nname = 'a'\nsource = 's'\n", "own.toml: guard 1: `grad` is missing"),
        ("[[gard]]\n", "own.toml: no kind `gard`"),
        (FRAMEWORK.replace('"off"', '"of"'), "own.toml: guard 1: `grad` is `of`"),
        ("[[guard", "own.toml: "),
        (None, "own.toml"),
    ],
)
def test_wrong_framework_file_is_named(flake8: Flake8, text: str | None, complaint: str) -> None:
    flake8.write("a.py", EVALUATE)
    if text is not None:
        flake8.write("own.toml", text)
    done = flake8.run(*ONLY_OURS, "--nograd-frameworks=own.toml", "a.py")
    assert done.returncode == 1
    assert complaint in done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr


# ------------------------------------------------------------------ cost

LOADS_NO_LIBCST = """\
import sys

{action}
loaded = [name for name in sys.modules if name.startswith(("libcst", "flake8_nograd.model"))]
sys.exit(f"loaded {{loaded}}" if loaded else 0)
"""

RUN_FLAKE8 = """\
from flake8.main.application import Application

Application().run(["--isolated", "--jobs=1", "a.py"])
"""


@pytest.mark.parametrize(
    "action",
    [
        pytest.param("import flake8_nograd.plugin", id="import"),
        pytest.param(RUN_FLAKE8, id="file without torch"),
    ],
)
def test_libcst_is_loaded_only_where_it_is_needed(flake8: Flake8, action: str) -> None:
    flake8.write("a.py", "# torch\nimport os\n\nprint(os.sep)\n")
    done = flake8.run(program=("-c", LOADS_NO_LIBCST.format(action=textwrap.dedent(action))))
    assert (done.returncode, done.stderr) == (0, "")


def libcst_is_loaded_for(flake8: Flake8, text: str) -> bool:
    flake8.write("a.py", text)
    done = flake8.run(program=("-c", LOADS_NO_LIBCST.format(action=RUN_FLAKE8)))
    return "'libcst'" in done.stderr


def test_libcst_is_loaded_for_a_file_with_findings(flake8: Flake8) -> None:
    assert libcst_is_loaded_for(flake8, EVALUATE)


def test_libcst_is_not_loaded_for_a_file_without_findings(flake8: Flake8) -> None:
    assert not libcst_is_loaded_for(flake8, GUARDED)


# ------------------------------------------------------------------ when the plugin itself fails


def test_a_failure_is_one_finding(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("first line\nsecond line")

    monkeypatch.setattr(flake8_nograd.check, "check_text", fail)
    [(line, column, message)] = findings(EVALUATE)
    assert (line, column) == (1, 0)
    assert message.startswith("NGD000 ")
    assert "RuntimeError" in message
    assert "first line" in message
    assert "\n" not in message
    assert capfd.readouterr() == ("", "")


FAILING = """\
import sys

import flake8_nograd.check
from flake8.main.cli import main

whole = flake8_nograd.check.check_text


def check_text(text, settings):
    if "fail here" in text:
        raise {error}
    return whole(text, settings)


flake8_nograd.check.check_text = check_text
sys.exit(main())
"""


@pytest.mark.parametrize(
    "error",
    ["RuntimeError()", "RecursionError('deep')", "SyntaxError('odd', ('a.py', 3, 1, 'x'))"],
)
def test_a_failure_ends_nothing_else(flake8: Flake8, error: str) -> None:
    flake8.write("run.py", FAILING.format(error=error))
    flake8.write("a.py", f"import os  # fail here\n{EVALUATE}")
    flake8.write("b.py", EVALUATE.replace("(model,", "(model: torch.nn.Module,"))
    done = flake8.run(
        "--isolated", "--select=F,NGD", "--jobs=1", "a.py", "b.py", program=("run.py",)
    )
    assert done.stderr == ""
    internal, *others, other = done.stdout.splitlines()
    assert internal.startswith("a.py:1:1: NGD000 ")
    assert error.partition("(")[0] in internal
    assert "a.py:1:1: F401 'os' imported but unused" in others
    assert other == f"b.py:7:5: {IN_THE_LOOP}"


def test_a_failure_can_be_silenced_like_any_code(flake8: Flake8) -> None:
    flake8.write("run.py", FAILING.format(error="RuntimeError('x')"))
    flake8.write("a.py", f"import os  # fail here # noqa: NGD000\n{EVALUATE}")
    done = flake8.run(*ONLY_OURS, "--jobs=1", "a.py", program=("run.py",))
    assert (done.stdout, done.stderr) == ("", "")


AUTOCAST = """\
import torch


def evaluate(model, loader):
    model.eval()
    for x in loader:
        with torch.autocast("cuda"):
            print(model(x).argmax(1))


@torch.autocast("cuda")
def infer(model, x):
    model.eval()
    return model(x).argmax(1).tolist()
"""


def test_the_message_says_that_autocast_does_not_turn_gradients_off() -> None:
    remedy = "autocast leaves gradients on: use `torch.no_grad()`"
    assert [message for _, _, message in findings(AUTOCAST)] == [
        f"NGD101 `evaluate` runs `model(...)` with gradients - {remedy}",
        f"NGD102 `model(...)` infers with gradients recorded - {remedy}",
    ]


ONE_CALLER_GUARDS = """\
import torch


def validate(model, loader):
    model.eval()
    for x in loader:
        print(model(x).argmax(1))


def main(model, loaders):
    with torch.no_grad():
        validate(model, loaders["val"])
    validate(model, loaders["test"])
"""


def test_the_message_names_the_caller_that_does_not_guard() -> None:
    [(_, _, message)] = findings(ONE_CALLER_GUARDS)
    assert message == (
        "NGD101 `validate` runs `model(...)` with gradients, called from line 13"
        " - use `torch.no_grad()`"
    )


def test_nothing_is_printed(capfd: pytest.CaptureFixture[str]) -> None:
    assert findings(EVALUATE) == [(7, 4, IN_THE_LOOP)]
    assert capfd.readouterr() == ("", "")


def test_lines_stay_within_the_file() -> None:
    for text in (EVALUATE, EVALUATE.rstrip("\n"), SEVERAL):
        last = len(text.splitlines())
        assert all(1 <= line <= last and column >= 0 for line, column, _ in findings(text))
