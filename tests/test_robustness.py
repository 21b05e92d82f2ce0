"""Whatever a file holds: findings, or flake8's own error, and never a traceback."""

from __future__ import annotations

import ast
import functools
import io
import sys
import sysconfig
import tokenize
from pathlib import Path

import libcst
import pytest

from flake8_nograd.check import check_text
from flake8_nograd.plugin import Plugin
from flake8_nograd.settings import Settings
from tests import harness
from tests.conftest import Flake8

ONLY_OURS = ("--isolated", "--select=E9,NGD")

EVALUATE = """\
import torch


def evaluate(model, loader):
    model.eval()
    for x in loader:
        print("é", model(x).argmax(1))
"""

DEEP = """\
import torch


def evaluate(model, loader):
    model.eval()
    for x in loader:
        print(model(x).argmax(1))
    return {}
"""


def codes(text: str) -> list[str]:
    """The codes that the plugin yields where flake8 has parsed the text."""
    lines = io.StringIO(text).readlines()
    return [message.split()[0] for _, _, message, _ in Plugin(ast.parse(text), lines).run()]


# ------------------------------------------------------------------ files of every kind


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(EVALUATE.encode(), id="plain"),
        pytest.param(EVALUATE.replace("\n", "\r\n").encode(), id="CRLF"),
        pytest.param(EVALUATE.replace("\n", "\r\n", 4).encode(), id="mixed line ends"),
        pytest.param(b"\xef\xbb\xbf" + EVALUATE.encode(), id="BOM"),
        pytest.param(EVALUATE.replace("    ", "\t").encode(), id="tabs"),
        pytest.param(EVALUATE.rstrip("\n").encode(), id="no final newline"),
        pytest.param(EVALUATE.encode("latin-1"), id="latin-1 without a coding line"),
    ],
)
def test_layout_and_encoding_make_no_difference(flake8: Flake8, text: bytes) -> None:
    path = flake8.write("a.py", text)
    found = flake8.run(*ONLY_OURS, "a.py")
    assert found.stderr == ""
    try:
        ast.parse(path.read_bytes())
    except SyntaxError:
        assert " E9" in found.stdout or found.stdout.startswith("a.py:6:5: NGD101 ")
    else:
        [line] = found.stdout.splitlines()
        column = 2 if b"\t" in text else 5
        assert line.startswith(f"a.py:6:{column}: NGD101 ")


def test_latin_1_with_a_coding_line(flake8: Flake8) -> None:
    flake8.write("a.py", f"# -*- coding: latin-1 -*-\n{EVALUATE}".encode("latin-1"))
    [line] = flake8.lines(*ONLY_OURS, "a.py")
    assert line.startswith("a.py:7:5: NGD101 ")


@pytest.mark.parametrize("feed", ["\f\n", "\f", "x = 1\f\n", "# page\f two\n", "'''\f\n\f'''\n"])
def test_form_feeds(flake8: Flake8, feed: str) -> None:
    text = EVALUATE.replace("\ndef", f"\n{feed}def")
    flake8.write("a.py", text)
    [line] = flake8.lines(*ONLY_OURS, "a.py")
    row = text.split("\n").index("    for x in loader:") + 1
    assert line.startswith(f"a.py:{row}:5: NGD101 ")


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="empty"),
        pytest.param("\n", id="a newline"),
        pytest.param("   ", id="blanks"),
        pytest.param("# import torch", id="only a comment"),
        pytest.param("# import torch\n\n# torch.no_grad()\n", id="only comments"),
        pytest.param('"""import torch"""\n', id="only a docstring"),
        pytest.param("import torch", id="only the import"),
        pytest.param("\ufeff", id="only a BOM"),
        pytest.param("\f\n", id="only a form feed"),
    ],
)
def test_nothing_in_it(flake8: Flake8, text: str) -> None:
    flake8.write("a.py", text)
    assert flake8.lines(*ONLY_OURS, "a.py") == []
    assert check_text(text, Settings(), raises=True) == []


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("def f(:\n", id="no parameter"),
        pytest.param("with torch.no_grad():\n", id="no body"),
        pytest.param("print 'torch'\n", id="Python 2"),
        pytest.param("'''torch\n", id="open string"),
        pytest.param("f(torch.no_grad(\n", id="open brackets"),
        pytest.param("\tx = 1\n        y = 2\n", id="tabs and blanks"),
        pytest.param("<<<<<<< HEAD\n", id="merge conflict"),
        pytest.param("# coding: no-such-code\n", id="unknown coding"),
        pytest.param("x = '\udce9'\n", id="bytes that are no text"),
        pytest.param(
            "x = 1\0\n",
            id="null byte",
            marks=pytest.mark.skipif(sys.version_info < (3, 12), reason="flake8 itself fails"),
        ),
    ],
)
def test_a_file_that_is_no_python_is_flake8s_to_report(flake8: Flake8, text: str) -> None:
    """All the others are still checked."""
    broken = f"import torch\n{text}" if "coding" not in text else f"{text}import torch\n"
    flake8.write("a.py", broken.encode(errors="surrogateescape"))
    flake8.write("b.py", EVALUATE)
    done = flake8.run(*ONLY_OURS, "a.py", "b.py")
    assert done.stderr == ""
    *own, last = done.stdout.splitlines()
    assert last.startswith("b.py:6:5: NGD101 ")
    assert [line.split()[1] for line in own if "E9" not in line] == []


# ------------------------------------------------------------------ large and deep


def test_ten_thousand_lines(flake8: Flake8) -> None:
    functions = [
        EVALUATE.partition("\n\n\n")[2].replace("evaluate", f"evaluate_{n}") for n in range(1_650)
    ]
    text = "import torch\n\n\n" + "\n\n".join(functions)
    assert text.count("\n") > 9_900
    flake8.write("a.py", text)
    found = flake8.lines(*ONLY_OURS, "a.py")
    assert len(found) == 1_650
    assert all(" NGD101 " in line for line in found)


def nested(opening: str, closing: str, depth: int) -> str:
    return f"{opening * depth}x{closing * depth}"


@pytest.mark.parametrize(
    "expression",
    [
        pytest.param(nested("f(", ")", 150), id="150 nested calls"),
        pytest.param(nested("model(", ")", 150), id="150 nested forwards"),
        pytest.param(nested("[", "]", 150), id="150 brackets"),
        pytest.param(nested("(lambda: ", ")", 80), id="80 lambdas"),
        pytest.param("x" + ".a" * 300, id="300 attributes"),
        pytest.param("x" + ".f()" * 150, id="150 chained calls"),
        pytest.param("x" + "[0]" * 300, id="300 subscripts"),
        pytest.param("x + " * 300 + "x", id="300 sums"),
        pytest.param("x and " * 1_000 + "x", id="1000 ands"),
        pytest.param("x < " * 1_000 + "x", id="1000 comparisons"),
        pytest.param("not " * 150 + "x", id="150 nots"),
        pytest.param("x if x else " * 150 + "x", id="150 conditional expressions"),
        pytest.param("[" + "x, " * 5_000 + "]", id="list of 5000"),
        pytest.param("'a' " * 300, id="300 strings side by side"),
        pytest.param("f'" + "{x}" * 500 + "'", id="f-string of 500"),
    ],
)
def test_deep_expressions(flake8: Flake8, expression: str) -> None:
    flake8.write("a.py", DEEP.format(expression))
    found = flake8.lines(*ONLY_OURS, "a.py")
    assert found[0].startswith("a.py:6:5: NGD101 ")
    assert "NGD000" not in str(found)


DEEPEST = """\
import ast, io, sys

from pyflakes.checker import Checker

from flake8_nograd.plugin import Plugin

start, opening, middle, closing = sys.stdin.read().split("\\0")


def text(depth):
    return start.replace("{}", opening * depth + middle + closing * depth)


def bare_flake8_survives(depth):
    try:
        Checker(ast.parse(text(depth)))
    except (SyntaxError, RecursionError, MemoryError):
        return False
    return True


deepest, too_deep = 1, 1_000
while too_deep - deepest > 1:
    middle_depth = (deepest + too_deep) // 2
    if bare_flake8_survives(middle_depth):
        deepest = middle_depth
    else:
        too_deep = middle_depth
for depth in (deepest // 2, deepest):
    lines = io.StringIO(text(depth)).readlines()
    found = Plugin(ast.parse(text(depth)), lines).run()
    print(depth, *(message.split()[0] for _, _, message, _ in found))
"""


@pytest.mark.parametrize(
    ("opening", "middle", "closing"),
    [
        ("(", "x", ")"),
        ("f(", "x", ")"),
        ("[", "x", "]"),
        ("", "a.b()", ".b()"),
        ("1 + ", "1", ""),
        ("not ", "x", ""),
        ("", "a", ".b"),
        ("", "'a'", " 'b'"),
        ("x if x else ", "x", ""),
        ("lambda: ", "x", ""),
        ("", "x\n    if x:\n        pass\n", "    elif x:\n        pass\n"),
    ],
)
def test_as_deep_as_bare_flake8_goes(
    flake8: Flake8, opening: str, middle: str, closing: str
) -> None:
    """Whatever depth pyflakes, which dies first of all that flake8 runs, survives: up to 1,000.

    Beyond that two shapes are left with one NGD000: more than 2,979 strings side by side, which
    LibCST refuses, and some 1,500 lambdas in each other.
    """
    start = DEEP.replace("return {}", "x = {}") + "\n"
    given = "\0".join((start, opening, middle, closing))
    done = flake8.run(program=("-c", DEEPEST), stdin=given)
    assert done.stderr == ""
    half, whole = (line.split() for line in done.stdout.splitlines())
    assert int(whole[0]) > 90
    assert half[1:] == whole[1:] == ["NGD101"]


@pytest.mark.parametrize(
    ("before", "each", "after", "times"),
    [
        pytest.param(
            "    if x:\n        pass\n", "    elif x:\n        pass\n", "", 150, id="elif"
        ),
        pytest.param("", "    x = model(x)\n", "", 1_000, id="statements"),
        pytest.param("", "    if x:\n        x = x + 1\n", "", 300, id="branches"),
        pytest.param(
            "", "    try:\n        x = f(x)\n    except E:\n        x = 0\n", "", 150, id="tries"
        ),
        pytest.param("    match x:\n", "        case 1:\n            x = 2\n", "", 300, id="cases"),
        pytest.param("", "    with torch.no_grad(): x = f(x)\n", "", 300, id="guards"),
        pytest.param(
            "", "    while x:\n        x = f(x)\n        if x: break\n", "", 150, id="loops"
        ),
    ],
)
def test_long_functions(flake8: Flake8, before: str, each: str, after: str, times: int) -> None:
    text = f"{EVALUATE}\n\ndef f(x, model):\n{before}{each * times}{after}    return x\n"
    flake8.write("a.py", text)
    [line] = flake8.lines(*ONLY_OURS, "a.py")
    assert line.startswith("a.py:6:5: NGD101 ")


@pytest.mark.parametrize(
    "block", ["if x:", "for y in x:", "while x:", "with x:", "def f():", "class C:"]
)
def test_deep_blocks(block: str) -> None:
    lines = [f"{' ' * level}{block}" for level in range(19)]  # CPython allows 20 loops or `with`
    text = "\n".join(["import torch", *lines, " " * 19 + "x = 1", ""])
    assert codes(text) == []


@pytest.mark.parametrize("depth", [400, 900])
@pytest.mark.parametrize("each", [".a", ".f()", "[0]", " + x", " if x else x"])
def test_deeper_than_flake8_goes(each: str, depth: int) -> None:
    """Pyflakes has given up before; the plugin answers all the same."""
    assert codes(DEEP.format("x" + each * depth)) in (["NGD101"], ["NGD000"])


def test_functions_that_call_each_other_many_times(flake8: Flake8) -> None:
    """The number of paths through them grows beyond all bounds; the time must not."""
    text = "import torch\n\n\ndef f0(model, x):\n    return model(x)\n"
    for n in range(1, 40):
        text += f"\n\ndef f{n}(model, x):\n    return f{n - 1}(model, f{n - 1}(model, x))\n"
    flake8.write("a.py", text)
    done = flake8.run(*ONLY_OURS, "a.py", timeout=60)
    assert (done.stdout, done.stderr) == ("", "")


# ------------------------------------------------------------------ new syntax


@pytest.mark.parametrize(
    "step", ["module.inner", "module[0].inner", "module.inner.inner", "wrap(module)"]
)
def test_functions_that_walk_down_a_model(step: str) -> None:
    """Each call goes deeper, without end as far as the file tells."""
    text = f"""\
import torch


def wrap(module):
    return module.inner


def apply(module, x):
    if hasattr(module, "inner"):
        return apply({step}, x)
    module.eval()
    return module(x)


def evaluate(net: torch.nn.Module, loader):
    for x in loader:
        print(apply(net, x).argmax())
"""
    assert codes(text) == ["NGD102"]


NEW = {
    "t-string, 3.14": 'name = t"{x!r:>{width}}"\n',
    "except without brackets, 3.14": "try:\n    f()\nexcept A, B:\n    pass\n",
    "lazy import, 3.15": "lazy import os\n",
    "unpacking in comprehensions, 3.15": "xs = [*x for x in y]\n",
    "defaults of type parameters, 3.13": "class A[T = int]: ...\n",
    "type parameters, 3.12": "def f[T: int, *Ts, **P](x: T) -> T: ...\n",
    "type alias, 3.12": "type A[T] = list[T]\n",
    "quotes in f-strings, 3.12": 'x = f"{y["a"]} {f"{f"{z}"}"}"\n',
    "comments in f-strings, 3.12": "x = f'''{\n    y  # why\n}'''\n",
    "except*, 3.11": "try:\n    f()\nexcept* A as e:\n    pass\n",
    "starred subscript, 3.11": "x = y[*z]\n",
    "match, 3.10": "match x:\n    case [1, *_] | {'a': A(b=c), **d} as e if e: pass\n",
    "brackets around with items, 3.10": "with (a as b, c() as d,): pass\n",
}


@pytest.mark.parametrize("text", [pytest.param(text, id=name) for name, text in NEW.items()])
def test_syntax_newer_than_this_python(
    flake8: Flake8, text: str, request: pytest.FixtureRequest
) -> None:
    text = f"{EVALUATE}\n\n{text}"
    try:
        [found] = check_text(text, Settings(), raises=True)
    except libcst.ParserSyntaxError:
        assert "3.15" in request.node.name, "the oldest LibCST that is allowed reads Python 3.14"
    else:
        assert (found.line, found.code) == (6, "NGD101")
    flake8.write("a.py", text)
    done = flake8.run(*ONLY_OURS, "a.py")
    assert done.stderr == ""
    [line] = done.stdout.splitlines()
    assert " E9" in line or line.startswith("a.py:6:5: NGD101 ")


# ------------------------------------------------------------------ what would take too long

SHORT_OF_TIME = """\
import sys

from flake8_nograd import deadline

deadline.SECONDS = 1.0
from {module} import main

sys.exit(main(sys.argv[1:]))
"""


def doubled(depth: int) -> str:
    """Functions in each other, each read once for each value of its flag: 2 ** depth copies."""
    lines = ["import torch", "", "", "def f(model, x):"]
    lines += [f"{' ' * (n + 1)}def f{n}(model, x, train{n}=True):" for n in range(depth)]
    for level in reversed(range(depth)):
        lines.append(f"{' ' * (level + 2)}if train{level}: model(x).backward()")
        lines.append(f"{' ' * (level + 1)}f{level}(model, x)")
    return "\n".join([*lines, ""])


@pytest.mark.parametrize(
    ("module", "arguments"),
    [
        ("flake8.main.cli", ("--isolated", "--select=NGD")),
        ("flake8_nograd.cli.main", ("--isolated", "--unsafe-fixes")),
    ],
)
def test_a_file_that_takes_too_long_is_left_with_one_note(
    flake8: Flake8, module: str, arguments: tuple[str, ...]
) -> None:
    slow = doubled(30)
    path = flake8.write("a.py", f"{slow}\n\n{EVALUATE}")
    flake8.write("b.py", EVALUATE.replace("model(x).argmax(1)", "model(x).backward()"))
    flake8.write("run.py", SHORT_OF_TIME.format(module=module))
    arguments = (*arguments, "--jobs=1", "a.py", "b.py")
    done = flake8.run(*arguments, program=("run.py",), timeout=60)
    assert (done.returncode, "Traceback" in done.stderr) == (1, False)
    first, *others = done.stdout.splitlines()
    assert first.startswith("a.py:1:1: NGD000 ")
    assert first.endswith("not done after 1 s of processor time")
    assert all(line.startswith("b.py:") for line in others)
    assert path.read_text() == f"{slow}\n\n{EVALUATE}"


def test_loops_over_phases_in_each_other_do_not_multiply_without_end(flake8: Flake8) -> None:
    lines = [f"{' ' * (n + 1)}for p{n} in 'train', 'val', 'test', 'all':" for n in range(18)]
    test = " and ".join(f"p{n} == 'train'" for n in range(18))
    text = "\n".join(
        [
            "import torch",
            "",
            "def f(model, x):",
            *lines,
            f"{' ' * 19}if {test}: model(x).backward()",
        ]
    )
    flake8.write("a.py", text + "\n")
    done = flake8.run(*ONLY_OURS, "a.py", timeout=60)
    assert (done.stdout, done.stderr) == ("", "")


# ------------------------------------------------------------------ real code: the standard library

STANDARD_LIBRARY = Path(sysconfig.get_path("stdlib"))
ONE_IN = 12

CALLED_LIKE_MODELS = {"test/test_json/test_speedups.py"}
"""Would be reported if they imported torch: an ``encoder`` is called for its result."""


@functools.cache
def standard_library() -> tuple[Path, ...]:
    """Its files, tests included, and nothing that was installed into it."""
    found = (path.relative_to(STANDARD_LIBRARY) for path in STANDARD_LIBRARY.rglob("*.py"))
    return tuple(sorted(path for path in found if "-packages" not in path.parts[0]))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "library_file" in metafunc.fixturenames:
        step = 1 if metafunc.config.getoption("--everything") else ONE_IN
        metafunc.parametrize("library_file", standard_library()[::step], ids=str)


def test_the_standard_library_is_clean(library_file: Path) -> None:
    """With an import of torch before it, too: without one, nothing would be looked at."""
    try:
        with tokenize.open(STANDARD_LIBRARY / library_file) as file:
            text = file.read()
        ast.parse(text)
    except (SyntaxError, ValueError):
        pytest.skip("no Python of this version")
    try:
        libcst.parse_module(text)
    except libcst.ParserSyntaxError:
        pytest.skip("LibCST cannot parse it")
    assert check_text(text, Settings(), raises=True) == []
    found = check_text(f"import torch\n{text}", Settings(), raises=True)
    if library_file.as_posix() not in CALLED_LIKE_MODELS:
        assert found == []


@pytest.mark.everything
def test_the_standard_library_is_clean_to_flake8(flake8: Flake8) -> None:
    done = flake8.run("--isolated", "--select=NGD", str(STANDARD_LIBRARY), "--exclude=*-packages")
    assert (done.stdout, done.stderr) == ("", "")


# ------------------------------------------------------------------ the same on every run

REPORT = """\
import sys
from flake8_nograd.check import check_text
from flake8_nograd.settings import Settings
for text in sys.stdin.read().split("\\0"):
    print(*check_text(text, Settings(), raises=True), sep="\\n")
"""


def test_the_hash_seed_makes_no_difference(flake8: Flake8) -> None:
    texts = "\0".join(case.source for case in harness.load_cases())
    reports = {
        flake8.run(stdin=texts, program=("-c", REPORT), environment={"PYTHONHASHSEED": seed}).stdout
        for seed in ("1", "2")
    }
    assert len(reports) == 1
    assert "NGD301" in reports.pop()
