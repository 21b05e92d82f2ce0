"""``nograd-fix`` as people run it: each option by what it prints, writes and ends with."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from flake8_nograd.rules import all_rules
from tests.cli_samples import BOTH, BROKEN, CLEAN, LEFT, MENDABLE, MENDED, UNGUARDED, UNSAFE
from tests.conftest import REPOSITORY, Flake8, NogradFix


def codes(text: str) -> list[str]:
    """The codes of lines as flake8 writes them."""
    return [line.split()[1] for line in text.splitlines()]


# ------------------------------------------------------------------ what to do


def test_by_default_safe_fixes_are_made_and_the_rest_is_listed(nograd_fix: NogradFix) -> None:
    nograd_fix.write("a.py", BOTH)
    done = nograd_fix.fix("a.py")
    assert done.code == 1
    assert nograd_fix.read("a.py") == BOTH.replace(b"model.eval\n", b"model.eval()\n")
    assert done.text.startswith("a.py:13:9: NGD408 ")
    assert codes(done.text) == ["NGD408"]
    assert done.err == "nograd-fix: fixed 1 finding in 1 file; 1 finding left\n"


def test_nothing_is_said_of_clean_files(nograd_fix: NogradFix) -> None:
    nograd_fix.write("a.py", CLEAN)
    nograd_fix.write("b.py", b"print(1)\n")
    done = nograd_fix.fix(".")
    assert (done.code, done.out, done.err) == (0, b"", "")


def test_the_second_run_has_nothing_to_do(nograd_fix: NogradFix) -> None:
    nograd_fix.write("a.py", MENDABLE)
    assert nograd_fix.fix("a.py").code == 0
    assert nograd_fix.read("a.py") == MENDED
    done = nograd_fix.fix("a.py")
    assert (done.code, done.out, done.err) == (0, b"", "")


def test_check_writes_nothing(nograd_fix: NogradFix) -> None:
    nograd_fix.write("a.py", BOTH)
    done = nograd_fix.fix("--check", "a.py")
    assert done.code == 1
    assert nograd_fix.read("a.py") == BOTH
    assert codes(done.text) == ["NGD405", "NGD408"]
    assert done.err == "nograd-fix: 2 findings left; 1 can be fixed safely\n"


def test_diff_prints_the_fixes_and_lists_the_rest_aside(nograd_fix: NogradFix) -> None:
    nograd_fix.write("a.py", BOTH)
    done = nograd_fix.fix("--diff", "a.py")
    assert done.code == 1
    assert nograd_fix.read("a.py") == BOTH
    assert done.text.startswith("--- a/a.py\n+++ b/a.py\n@@ -2,7 +2,7 @@\n")
    assert "\n-    model.eval\n+    model.eval()\n" in done.text
    assert "a.py:13:9: NGD408 " in done.err


def test_actions_exclude_each_other(nograd_fix: NogradFix) -> None:
    done = nograd_fix.fix("--check", "--diff", ".")
    assert (done.code, done.out) == (2, b"")
    assert done.err.endswith("nograd-fix: error: --check and --diff exclude each other\n")


def test_unsafe_fixes_are_made_only_when_asked_for(nograd_fix: NogradFix) -> None:
    nograd_fix.write("a.py", UNSAFE)
    done = nograd_fix.fix("a.py")
    assert (done.code, codes(done.text), nograd_fix.read("a.py")) == (1, ["NGD403"], UNSAFE)
    assert done.err == "nograd-fix: 1 finding left; 1 with --unsafe-fixes\n"
    shown = nograd_fix.fix("--check", "--output-format=full", "a.py").text
    assert "unsafe fix, see the rule's page:\n" in shown
    done = nograd_fix.fix("--unsafe-fixes", "a.py")
    assert (done.code, done.out) == (0, b"")
    assert b"@torch.no_grad()\ndef batches" in nograd_fix.read("a.py")


def test_the_guard_that_fixes_insert(nograd_fix: NogradFix) -> None:
    nograd_fix.write("a.py", UNGUARDED)
    assert b"torch.no_grad()" in nograd_fix.fix("--diff", "a.py").out
    assert b"torch.no_grad()" in nograd_fix.fix("--diff", "--guard=no_grad", "a.py").out
    assert nograd_fix.fix("--guard=inference_mode", "a.py").code == 0
    assert b"torch.inference_mode()" in nograd_fix.read("a.py")


# ------------------------------------------------------------------ exit codes


@pytest.mark.parametrize(
    ("options", "data", "code"),
    [
        ("", CLEAN, 0),
        ("", MENDABLE, 0),
        ("", LEFT, 1),
        ("", BROKEN, 2),
        ("--check", CLEAN, 0),
        ("--check", MENDABLE, 1),
        ("--check", LEFT, 1),
        ("--check", BROKEN, 2),
        ("--diff", CLEAN, 0),
        ("--diff", MENDABLE, 1),
        ("--diff", LEFT, 1),
        ("--exit-zero", LEFT, 0),
        ("--exit-zero --check", MENDABLE, 0),
        ("--exit-zero --diff", MENDABLE, 0),
        ("--exit-zero", BROKEN, 2),
        ("--exit-non-zero-on-fix", MENDABLE, 1),
        ("--exit-non-zero-on-fix", CLEAN, 0),
        ("--exit-non-zero-on-fix --check", CLEAN, 0),
        ("--exit-non-zero-on-fix --exit-zero", MENDABLE, 1),
        ("--exit-non-zero-on-fix --exit-zero", LEFT, 0),
        ("--add-noqa", LEFT, 0),
        ("--add-noqa", CLEAN, 0),
    ],
)
def test_exit_codes(nograd_fix: NogradFix, options: str, data: bytes, code: int) -> None:
    nograd_fix.write("a.py", data)
    assert nograd_fix.fix(*options.split(), "a.py").code == code


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        ("", "name the files or folders to fix"),
        ("--colour=never .", "unrecognized arguments: --colour=never"),
        ("--sel=NGD .", "unrecognized arguments: --sel=NGD"),
        ("--max-line-length=100 .", "unrecognized arguments: --max-line-length=100"),
        ("--jobs=some .", "argument -j/--jobs: 'some' must be 'auto' or an integer."),
        ("--config=none.cfg .", "The specified config file does not exist: none.cfg"),
        ("--guard=enable_grad .", "argument --guard: invalid choice: 'enable_grad'"),
        ("--output-format=xml .", "argument --output-format: invalid choice: 'xml'"),
        ("--per-file-ignores=a.py .", "Expected `per-file-ignores` to be a mapping"),
        ("--nograd-frameworks=none.toml .", "none.toml"),
        ("--explain NGD100", "there is no rule NGD100; see --list-rules"),
        ("- a.py", "`-` stands alone"),
        ("--add-noqa -", "--add-noqa works on files"),
    ],
)
def test_wrong_usage(nograd_fix: NogradFix, options: str, complaint: str) -> None:
    done = nograd_fix.fix(*options.split())
    assert (done.code, done.out) == (2, b"")
    assert complaint in done.err
    assert "Traceback" not in done.err


def test_a_wrong_config_file_is_wrong_usage(nograd_fix: NogradFix) -> None:
    nograd_fix.write(".flake8", "[flake8]\nignore = E501 # too long\n")
    done = nograd_fix.fix(".")
    assert done.code == 2
    assert "does not match" in done.err
    assert "Traceback" not in done.err


def test_what_cannot_be_read_or_parsed_is_named_and_the_rest_is_done(nograd_fix: NogradFix) -> None:
    nograd_fix.write("a.py", MENDABLE)
    nograd_fix.write("broken.py", BROKEN)
    nograd_fix.write("other.py", b"def f(:\n")
    nograd_fix.write("null.py", b"import torch\0\n")
    nograd_fix.write("z.py", MENDABLE)
    (nograd_fix.folder / "folder.py").mkdir()
    done = nograd_fix.fix(".", "none.py", "/dev/null")
    assert done.code == 2
    named = {line.split(": ")[1] for line in done.err.splitlines() if line.count(": ") > 1}
    assert named == {"./broken.py", "./other.py", "./null.py", "none.py", "/dev/null"}
    assert "nograd-fix: none.py: No such file or directory\n" in done.err
    assert "nograd-fix: ./broken.py: is no Python: line 3: invalid syntax\n" in done.err
    assert nograd_fix.read("a.py") == nograd_fix.read("z.py") == MENDED
    assert nograd_fix.read("broken.py") == BROKEN


def test_the_config_that_flake8_reads_through_a_plugin(nograd_fix: NogradFix) -> None:
    """Flake8-pyproject makes flake8 read ``pyproject.toml``, and so ``nograd-fix``."""
    pytest.importorskip("flake8p", reason="Flake8-pyproject is not installed")
    nograd_fix.write("a.py", BOTH)
    nograd_fix.write("pyproject.toml", '[tool.flake8]\nselect = ["NGD405"]\n')
    assert [line.split()[1] for line in nograd_fix.lines("a.py")] == ["NGD405"]
    assert codes(nograd_fix.fix("--check", "a.py").text) == ["NGD405"]


# ------------------------------------------------------------------ standard input


def test_the_fixed_code_goes_to_the_standard_output(nograd_fix: NogradFix) -> None:
    done = nograd_fix.fix("-", "--stdin-filename", "pkg/a.py", stdin=BOTH)
    assert done.code == 1
    assert done.out == BOTH.replace(b"model.eval\n", b"model.eval()\n")
    assert done.err.startswith("pkg/a.py:13:9: NGD408 ")


@pytest.mark.parametrize("data", [CLEAN, b"", b"\xff\n", BROKEN, b"x = 1\r\n", MENDED])
def test_code_without_a_fix_comes_out_as_it_went_in(nograd_fix: NogradFix, data: bytes) -> None:
    assert nograd_fix.fix("-", stdin=data).out == data


def test_excluded_code_comes_out_as_it_went_in(nograd_fix: NogradFix) -> None:
    name = ("--stdin-filename", "build/a.py")
    done = nograd_fix.fix("-", *name, "--exclude=build/*", stdin=MENDABLE)
    assert (done.code, done.out, done.err) == (0, MENDABLE, "")
    assert nograd_fix.fix("-", *name, "--exclude=build", stdin=MENDABLE).out == MENDED
    done = nograd_fix.fix("-", *name, "--exclude=build", "--force-exclude", stdin=MENDABLE)
    assert (done.code, done.out, done.err) == (0, MENDABLE, "")


def test_per_file_ignores_go_by_the_name_that_is_given(nograd_fix: NogradFix) -> None:
    ignores = "--per-file-ignores=pkg/*:NGD4"
    done = nograd_fix.fix("-", ignores, "--stdin-filename=pkg/a.py", stdin=MENDABLE)
    assert (done.code, done.out) == (0, MENDABLE)
    assert nograd_fix.fix("-", ignores, "--stdin-filename=a.py", stdin=MENDABLE).out == MENDED


def test_checking_the_standard_input(nograd_fix: NogradFix) -> None:
    done = nograd_fix.fix("--check", "-", "--stdin-filename=a.py", stdin=BOTH)
    assert done.code == 1
    assert codes(done.text) == ["NGD405", "NGD408"]


# ------------------------------------------------------------------ rules


def test_a_rule_is_explained_by_its_page(nograd_fix: NogradFix) -> None:
    done = nograd_fix.fix("--explain", "ngd405")
    page = (REPOSITORY / "docs" / "rules" / "NGD405.md").read_text(encoding="utf-8")
    assert (done.code, done.text, done.err) == (0, page, "")


def test_a_page_in_colour(nograd_fix: NogradFix) -> None:
    done = nograd_fix.fix("--explain", "NGD405", "--color=always")
    assert "\x1b[" in done.text
    assert "```" not in done.text


def test_all_rules_are_listed(nograd_fix: NogradFix) -> None:
    done = nograd_fix.fix("--list-rules")
    assert (done.code, done.err) == (0, "")
    listed = [line.split()[0] for line in done.text.splitlines()]
    assert listed == [rule.code for rule in all_rules()]
    assert "NGD902 redundant-guard (warning, opt-in): " in done.text
    rules = json.loads(nograd_fix.fix("--list-rules", "--output-format=json").out)
    assert [rule["code"] for rule in rules] == listed
    assert all("## Fix and its safety" in rule["page"] for rule in rules)


LOADS_NO_LIBCST = """\
import sys
from flake8_nograd.cli.main import main

try:
    code = main(sys.argv[1:])
except SystemExit as done:
    code = done.code
assert code == 0, code
loaded = [name for name in sys.modules if name.split(".")[0] == "libcst"]
sys.exit(f"loaded {loaded}" if loaded else 0)
"""


@pytest.mark.parametrize("arguments", ["--help", "--version", "--list-rules", "--check a.py"])
def test_libcst_is_loaded_only_where_it_is_needed(flake8: Flake8, arguments: str) -> None:
    flake8.write("a.py", "# torch\nimport os\n\nprint(os.sep)\n")
    done = flake8.run(*arguments.split(), program=("-c", LOADS_NO_LIBCST))
    assert (done.returncode, done.stderr) == (0, "")


def test_libcst_is_loaded_for_a_file_with_findings(flake8: Flake8) -> None:
    flake8.write("a.py", MENDABLE)
    assert "libcst" in flake8.run("a.py", program=("-c", LOADS_NO_LIBCST)).stderr


def test_the_console_script_and_the_module_are_the_same(nograd_fix: NogradFix) -> None:
    script = Path(sys.executable).with_name("nograd-fix")
    done = subprocess.run([script, "--version"], capture_output=True, check=True, text=True)
    assert done.stdout == nograd_fix.fix("--version").text
    assert done.stdout.startswith("nograd-fix ")


# ------------------------------------------------------------------ which files


def test_what_git_ignores_is_left_alone(nograd_fix: NogradFix) -> None:
    subprocess.run(["git", "init", "-q", nograd_fix.folder], check=True)
    ignored = ["build/a.py", "pkg/made.py", "pkg/deep/made.py", "pkg/gen/x/a.py", "local.py"]
    kept = ["a.py", "pkg/a.py", "pkg/keep/made.py", "pkg/deep/b.py"]
    for name in (*ignored, *kept):
        nograd_fix.write(name, MENDABLE)
    nograd_fix.write(".gitignore", "/build/\nmade.py\n")
    nograd_fix.write("pkg/.gitignore", "gen/\n!keep/made.py\n")
    nograd_fix.write(".git/info/exclude", "local.py\n")
    git = ["git", "ls-files", "--others", "--exclude-standard", "*.py"]
    listed = subprocess.run(git, cwd=nograd_fix.folder, capture_output=True, check=True, text=True)
    assert sorted(listed.stdout.split()) == sorted(kept)

    def checked(*arguments: str, folder: str = ".") -> list[str]:
        out = nograd_fix.fix("--check", *arguments, folder=folder).text
        return [line.partition(":")[0] for line in out.splitlines()]

    assert checked(".") == sorted(f"./{name}" for name in kept)
    assert checked(".", folder="pkg") == ["./a.py", "./deep/b.py", "./keep/made.py"]
    assert checked("--no-respect-gitignore", ".") == sorted(f"./{each}" for each in ignored + kept)
    assert checked("build/a.py", "a.py") == ["a.py", "build/a.py"]
    assert checked("--force-exclude", "build/a.py", "a.py") == ["a.py"]


def test_force_exclude(nograd_fix: NogradFix) -> None:
    nograd_fix.write("vendor/deep/a.py", MENDABLE)
    nograd_fix.write(".flake8", "[flake8]\nextend-exclude = vendor\n")
    assert nograd_fix.fix("--check", "vendor/deep/a.py").code == 1
    done = nograd_fix.fix("--check", "--force-exclude", "vendor/deep/a.py")
    assert (done.code, done.out, done.err) == (0, b"", "")
    place = str(nograd_fix.folder / "vendor/deep/a.py")
    assert nograd_fix.fix("--check", "--force-exclude", place).code == 0


def test_a_file_that_is_named_twice_is_done_once(nograd_fix: NogradFix) -> None:
    nograd_fix.write("pkg/a.py", LEFT)
    done = nograd_fix.fix("pkg/a.py", "pkg", "./pkg/a.py")
    assert codes(done.text) == ["NGD408"]


def test_jobs_make_no_difference(nograd_fix: NogradFix) -> None:
    names = [f"pkg/{number}.py" for number in range(12)]
    outputs = []
    for jobs in ("1", "3", "auto", "0"):
        for name in names:
            nograd_fix.write(name, BOTH)
        nograd_fix.write("pkg/5.py", BROKEN)
        outputs.append(nograd_fix.fix("--jobs", jobs, "pkg"))
        assert nograd_fix.read("pkg/11.py") == BOTH.replace(b"model.eval\n", b"model.eval()\n")
    assert len(codes(outputs[0].text)) == 11
    assert outputs[1:] == outputs[:1] * 3
