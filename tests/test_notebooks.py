"""Notebooks: ``nograd-fix`` over cells, and flake8 over them by nbQA."""

from __future__ import annotations

import ast
import json
import re
import subprocess
from collections.abc import Callable
from itertools import product
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flake8_nograd.cli.document import Place
from flake8_nograd.cli.main import main
from flake8_nograd.cli.notebook import Notebook
from tests.conftest import NogradFix

MARKDOWN = ("markdown", "# A title\n\nand `model.eval`")
IMPORTS = "import torch\nfrom data import load, loader\nmodel = load()"
MENDABLE = "def f(model: torch.nn.Module):\n    model.eval"
"""NGD405 on line 2, with a safe fix."""

MENDED = f"{MENDABLE}()"
LOOP = "correct = 0\nfor x, y in loader:\n    correct += (model(x).argmax(1) == y).sum().item()"
"""NGD101 on line 2, with a safe fix, where an earlier cell says that this is evaluation."""

GUARDED = (
    "correct = 0\nwith torch.no_grad():\n    for x, y in loader:\n"
    "        correct += (model(x).argmax(1) == y).sum().item()"
)


def notebook(*cells: str | tuple[str, str], **metadata: Any) -> dict[str, Any]:
    """A notebook of these cells, of code where no other type is given."""
    listed: list[dict[str, Any]] = []
    for each in cells:
        kind, source = ("code", each) if isinstance(each, str) else each
        cell: dict[str, Any] = {"cell_type": kind, "metadata": {}, "source": lines(source)}
        if kind == "code":
            output = {"name": "stdout", "output_type": "stream", "text": [source, "model.eval"]}
            cell |= {"execution_count": None, "outputs": [output]}
        listed.append(cell)
    return {"cells": listed, "metadata": metadata, "nbformat": 4, "nbformat_minor": 4}


def lines(text: str) -> list[str]:
    """Lines as Jupyter writes them."""
    return text.splitlines(keepends=True)


def written(content: Any) -> bytes:
    """A notebook as Jupyter writes it."""
    return (json.dumps(content, indent=1, ensure_ascii=False) + "\n").encode()


def sources(data: bytes) -> list[str]:
    """What each cell of a notebook says."""
    return ["".join(each["source"]) for each in json.loads(data)["cells"]]


def only_sources_differ(before: bytes, after: bytes) -> bool:
    """Whether two notebooks are the same but for the sources, which have the same form."""
    contents = [json.loads(before), json.loads(after)]
    forms = [[type(each.pop("source")) for each in content["cells"]] for content in contents]
    return bool(contents[0] == contents[1] and forms[0] == forms[1])


# ------------------------------------------------------------------ what is found


def test_a_finding_stands_in_its_cell(nograd_fix: NogradFix) -> None:
    nograd_fix.write("nb.ipynb", written(notebook(MARKDOWN, IMPORTS, MENDABLE)))
    done = nograd_fix.fix("--check", "nb.ipynb")
    assert done.code == 1
    assert done.text == (
        "nb.ipynb:cell 3:2:5: NGD405 `model.eval` without parentheses does nothing - "
        "write `model.eval()`\n"
    )
    assert done.err == "nograd-fix: 1 finding left; 1 can be fixed safely\n"


def test_cells_are_read_one_after_the_other(nograd_fix: NogradFix) -> None:
    forward = "with torch.no_grad():\n    print(model(x).argmax())"
    model = "import torch\nfrom torchvision.models import resnet18\nmodel = resnet18()"
    nograd_fix.write("train.ipynb", written(notebook(model, "x = 1", forward)))
    nograd_fix.write("eval.ipynb", written(notebook(model, "model.eval()", forward)))
    done = nograd_fix.fix("--check", ".")
    assert [line.partition(" `")[0] for line in done.text.splitlines()] == [
        "./train.ipynb:cell 3:2:11: NGD301",
    ]


@pytest.mark.parametrize("name", ["nb.ipynb", "-"])
def test_what_is_no_code_is_not_read(nograd_fix: NogradFix, name: str) -> None:
    data = written(notebook(IMPORTS, ("markdown", MENDABLE), ("raw", MENDABLE), "", "  \n"))
    nograd_fix.write("nb.ipynb", data)
    done = nograd_fix.fix("--check", name, "--stdin-filename=nb.ipynb", stdin=data)
    assert (done.code, done.text, done.err) == (0, "", "")


@pytest.mark.parametrize(
    "cell",
    [
        "%%bash\npython train.py --lr 3",
        "%%writefile model.py\nimport torch\ntorch.no_grad()",
        "%%html\n<b>torch</b>",
        "%%unheard_of\nimport torch\ntorch.no_grad()",
        "\n%%capture\n%%bash\nls 'it",
    ],
)
def test_cells_of_other_languages_are_left_out(nograd_fix: NogradFix, cell: str) -> None:
    data = written(notebook(IMPORTS, cell, MENDABLE))
    nograd_fix.write("nb.ipynb", data)
    done = nograd_fix.fix("nb.ipynb")
    assert (done.code, done.err) == (0, "nograd-fix: fixed 1 finding in 1 file\n")
    assert sources(nograd_fix.read("nb.ipynb")) == [IMPORTS, cell, MENDED]


@pytest.mark.parametrize(
    ("metadata", "is_read"),
    [
        ({}, True),
        ({"language_info": {"name": "python"}}, True),
        ({"kernelspec": {"language": "python"}}, True),
        ({"kernelspec": {"name": "python3"}, "language_info": {}}, True),
        ({"language_info": {"name": "R"}}, False),
        ({"kernelspec": {"language": "julia"}}, False),
    ],
)
def test_notebooks_of_other_languages_are_not_read(
    nograd_fix: NogradFix, metadata: dict[str, Any], is_read: bool
) -> None:
    nograd_fix.write("nb.ipynb", written(notebook(IMPORTS, MENDABLE, **metadata)))
    done = nograd_fix.fix("--check", "nb.ipynb")
    assert (done.code, bool(done.out)) == (is_read, is_read)


def test_a_cell_that_an_editor_runs_in_another_language_is_left_out(nograd_fix: NogradFix) -> None:
    content = notebook(IMPORTS, "SELECT model", MENDABLE)
    content["cells"][1]["metadata"] = {"vscode": {"languageId": "sql"}}
    nograd_fix.write("nb.ipynb", written(content))
    done = nograd_fix.fix("--check", "nb.ipynb")
    assert (done.code, len(done.text.splitlines())) == (1, 1)
    assert "cell" not in done.err


# ------------------------------------------------------------------ what only IPython understands

MAGICS = [
    "%matplotlib inline",
    "%%time\nx = 1",
    "%%capture out\n%%timeit -n 3\nx = 1",
    "  \n%%time\nx = 1",
    "!pip install 'torch",
    "!!ls",
    "!ls \\\n  -l {x} \\\n\tit's",
    "if x:\n    %cd data\nelse:\n\t!ls (",
    "for x in y:\n    !echo {x}\n    print(x)",
    "files = !ls *.py  # all",
    "a, b.c['%'] = %env PATH",
    "x = %time f(\\\n    1)",
    "x = y == 3\nz = %who",
    "?print",
    "print?",
    "model.eval??",
    "x = 'why?'  # why?\nmodel?",
    "f'''\n%no magic\n'''\n%magic",
    "print(\n    x\n    %y,\n    z\n    !=3)\n!ls",
    "x = [1,  # it's (\n    2]\nx?",
    "x = 5 \\\n  % 3\n%magic",
    "/print 1",
    ",print a b",
    ";print a b",
    "await f()\nasync for x in y:\n    %time x",
    "from __future__ import annotations\n%magic",
    "    x = 1\n    if x:\n        print(x)\n    !ls",
    "def f():\n    '''A\n    ?\n    '''\n    ?f\n",
    'x = f"{y!r}{z=!s}"\n%magic',
]


@pytest.mark.parametrize("cell", MAGICS)
def test_magics_hide_nothing_else(nograd_fix: NogradFix, cell: str) -> None:
    transformers = pytest.importorskip(
        "IPython.core.inputtransformer2", reason="IPython is not installed: pip install nbqa"
    )
    python = transformers.TransformerManager().transform_cell(cell)
    compile(python, "<cell>", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    data = written(notebook(IMPORTS, cell, f"{MENDABLE}\n", cell))
    nograd_fix.write("nb.ipynb", data)
    done = nograd_fix.fix("nb.ipynb")
    assert (done.code, done.err) == (0, "nograd-fix: fixed 1 finding in 1 file\n")
    assert sources(nograd_fix.read("nb.ipynb")) == [IMPORTS, cell, f"{MENDED}\n", cell]


def test_columns_and_lines_count_as_they_stand(nograd_fix: NogradFix) -> None:
    cell = "%%time\n!ls \\\n  -l\nx = !ls\né = 'é'; torch.nn.Linear(1, 2).eval\n"
    indented = "    import torch\n    if x:\n        torch.nn.Linear(1, 2).eval"
    nograd_fix.write("nb.ipynb", written(notebook("import torch", cell, indented)))
    done = nograd_fix.fix("--check", "nb.ipynb")
    assert [line.partition(" `")[0] for line in done.text.splitlines()] == [
        "nb.ipynb:cell 2:5:10: NGD405",
        "nb.ipynb:cell 3:3:9: NGD405",
    ]


def test_magics_move_with_what_is_around_them(nograd_fix: NogradFix) -> None:
    loop = LOOP + "\n    !ls \\\n  {x}\n    %time f(x)\n    files = !ls"
    guarded = GUARDED + "\n        !ls \\\n  {x}\n        %time f(x)\n        files = !ls"
    nograd_fix.write("nb.ipynb", written(notebook(IMPORTS, "model.eval()", loop)))
    assert nograd_fix.fix("nb.ipynb").code == 0
    assert sources(nograd_fix.read("nb.ipynb"))[2] == guarded


def test_no_fix_may_lose_or_double_what_only_ipython_understands() -> None:
    read = Notebook(written(notebook("x = 1\n!ls")))
    before, call = read.code.removesuffix(b"\n").rsplit(b"\n", 1)
    for code in (before, b"\n".join([before, call, call])):
        assert read.objection(code + b"\n") == "moves what only IPython understands"


def test_what_is_assigned_by_a_magic_is_not_known(nograd_fix: NogradFix) -> None:
    loss = "loss = %time step(model)\nloss.backward()"
    guard = "with torch.no_grad():\n    loss = model(1)"
    nograd_fix.write("nb.ipynb", written(notebook(IMPORTS, "model.eval()", guard, loss)))
    assert nograd_fix.fix("--check", "nb.ipynb").text == ""


# ------------------------------------------------------------------ what is written


def test_only_the_lines_that_are_mended_change(nograd_fix: NogradFix) -> None:
    data = written(notebook(MARKDOWN, IMPORTS, "model.eval()", MENDABLE, LOOP, "print('é')"))
    nograd_fix.write("nb.ipynb", data)
    done = nograd_fix.fix("nb.ipynb")
    assert (done.code, done.text) == (0, "")
    assert done.err == "nograd-fix: fixed 2 findings in 1 file\n"
    after = nograd_fix.read("nb.ipynb")
    assert sources(after)[3:5] == [MENDED, GUARDED]
    assert all(each == lines("".join(each)) for each in (c["source"] for c in cells_of(after)))
    assert only_sources_differ(data, after)
    assert after == written(json.loads(after))  # as Jupyter would have written it
    assert nograd_fix.fix("nb.ipynb").err == ""


def cells_of(data: bytes) -> list[dict[str, Any]]:
    """The cells of a notebook."""
    return list(json.loads(data)["cells"])


def test_a_mended_notebook_is_valid(nograd_fix: NogradFix) -> None:
    """By the parts of Jupyter's schema (nbformat 4.4) that are about sources."""
    text = {"oneOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}
    cell = {"type": "object", "required": ["source"], "properties": {"source": text}}
    cells = {"type": "array", "items": cell}
    schema = {
        "required": ["cells", "metadata", "nbformat", "nbformat_minor"],
        "properties": {"cells": cells, "metadata": {}, "nbformat": {}, "nbformat_minor": {}},
        "additionalProperties": False,
    }
    forms: dict[str, Callable[[str], Any]] = {"list": lines, "text": str}
    for name, form in forms.items():
        content = notebook(IMPORTS, "model.eval()", LOOP)
        for each in content["cells"]:
            each["source"] = form("".join(each["source"]))
        nograd_fix.write(f"{name}.ipynb", written(content))
        assert nograd_fix.fix(f"{name}.ipynb").code == 0
        mended = json.loads(nograd_fix.read(f"{name}.ipynb"))
        jsonschema.Draft7Validator(schema).validate(mended)
        assert mended["cells"][2]["source"] == form(GUARDED)


def html_safe(text: str) -> str:
    r"""JSON as Colab writes it: `>` as `\u003e`."""
    for each in "<>'":
        text = text.replace(each, f"\\u{ord(each):04x}")
    return text


STYLES: dict[str, Callable[[Any], str]] = {
    "as Jupyter writes": lambda content: json.dumps(content, indent=1, ensure_ascii=False) + "\n",
    "on one line": json.dumps,
    "compact": lambda content: json.dumps(content, separators=(",", ":"), ensure_ascii=False),
    "escaped": lambda content: html_safe(json.dumps(content, indent=2)),
    "in capitals": lambda content: re.sub(
        r"(?<=\\u)\w{4}", lambda code: code[0].upper(), json.dumps(content, indent=2)
    ),
    "with slashes": lambda content: json.dumps(content, indent=2).replace("/", "\\/"),
    "of Windows": lambda content: json.dumps(content, indent="\t").replace("\n", "\r\n") + "\r\n",
    "sorted": lambda content: json.dumps(content, indent=4, sort_keys=True) + "\n\n",
}


FORMS: dict[str, Callable[[str], Any]] = {
    "lines": lines,
    "text": str,
    "one": lambda text: [text],
    "letters": lambda text: [*text],
}
"""What a `source` may be. The last two are valid, and nobody writes them."""


@pytest.mark.parametrize("style", STYLES)
def test_all_else_is_as_it_was_written(nograd_fix: NogradFix, style: str) -> None:
    inside = "\n    # é \U0001f600 < > / ' \" \\ \x07\n    print(x / 3 > 2, '\\n')\n"
    expected = {}
    for form, end in product(FORMS, ["\n", "\r\n"]):
        pair = []
        for text in (LOOP + inside, GUARDED + inside.replace("\n    ", "\n        ")):
            content = notebook(MARKDOWN, IMPORTS, "model.eval()", text, MENDED, "print('é > /')")
            for cell in content["cells"]:
                cell["source"] = FORMS[form]("".join(cell["source"]).replace("\n", end))
                cell["outputs"] = [{"data": {"text/html": "<b>é</b>", "x": 1.10}}]
            pair.append(STYLES[style](content))
        name = f"{form}{len(end)}.ipynb"
        nograd_fix.write(name, pair[0])
        expected[name] = pair
    assert nograd_fix.fix(".").code == 0
    for name, (before, after) in expected.items():
        found = nograd_fix.read(name).decode()
        if name.startswith(("lines", "text")):
            assert found == after
        assert sources(found.encode()) == sources(after.encode())
        assert only_sources_differ(before.encode(), found.encode())
        assert "outputs" not in difference(before, found)


def difference(before: str, after: str) -> str:
    """What of a text is not in another, from the first character that differs to the last."""
    start = alike(before, after)
    return before[start : len(before) - alike(before[:start:-1], after[:start:-1])]


def alike(one: str, other: str) -> int:
    """How many characters are the same, from the beginning on."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((index for index, (a, b) in pairs if a != b), min(len(one), len(other)))


def test_line_ends_within_a_cell_may_differ(nograd_fix: NogradFix) -> None:
    mixed = "import torch\r\nx = 1\ny = 2\r\n" + MENDABLE + "\nz = 3\r\n"
    nograd_fix.write("nb.ipynb", written(notebook("x = 1\n", mixed)))
    assert nograd_fix.fix("nb.ipynb").code == 0
    expected = "import torch\r\nx = 1\ny = 2\r\n" + MENDED + "\r\nz = 3\r\n"
    assert sources(nograd_fix.read("nb.ipynb"))[1] == expected


def test_an_import_goes_to_the_imports(nograd_fix: NogradFix) -> None:
    imports = "# What is needed\nimport os\nfrom torch import nn\nfrom data import load, loader"
    model = "model = load()\nmodel.eval()"
    nograd_fix.write("nb.ipynb", written(notebook("x = 1", imports, model, LOOP)))
    assert nograd_fix.fix("nb.ipynb").code == 0
    added = imports.replace("from torch", "import torch\nfrom torch")
    assert sources(nograd_fix.read("nb.ipynb")) == ["x = 1", added, model, GUARDED]


def test_an_import_goes_to_the_first_cell_of_python_where_none_has_one(
    nograd_fix: NogradFix,
) -> None:
    late = (
        "def evaluate(loader):\n    from torchvision.models import resnet18\n\n"
        "    model = resnet18().eval()\n    return [model(x).argmax().item() for x in loader]"
    )
    nograd_fix.write("nb.ipynb", written(notebook("%%bash\nls", "# -*- coding: ascii -*-", late)))
    assert nograd_fix.fix("nb.ipynb").code == 0
    bash, first, mended = sources(nograd_fix.read("nb.ipynb"))
    assert (bash, first) == ("%%bash\nls", "# -*- coding: ascii -*-\nimport torch")
    assert "torch.no_grad()" in mended


# ------------------------------------------------------------------ no fix crosses cells


def test_a_fix_that_would_cross_cells_is_taken_back(nograd_fix: NogradFix) -> None:
    data = written(notebook(IMPORTS, "model.eval()", "torch.no_grad()\nx = 1", "y = 1"))
    nograd_fix.write("nb.ipynb", data)
    done = nograd_fix.fix("nb.ipynb")
    assert done.code == 2
    assert done.text.startswith("nb.ipynb:cell 3:1:1: NGD401 ")
    assert "nb.ipynb: a fix was taken back: NGD401 on cell 3, line 1: the result reaches over" in (
        done.err
    )
    assert nograd_fix.read("nb.ipynb") == data
    shown = json.loads(nograd_fix.fix("--check", "--output-format=json", "nb.ipynb").out)
    assert shown[0]["fix"] is None


def test_other_fixes_are_made_all_the_same(nograd_fix: NogradFix) -> None:
    cells = (IMPORTS, MENDABLE, "model.eval()", LOOP, "torch.no_grad()\nx = 1", "y = 1")
    nograd_fix.write("nb.ipynb", written(notebook(*cells)))
    done = nograd_fix.fix("nb.ipynb")
    assert done.code == 2
    mended = [IMPORTS, MENDED, "model.eval()", GUARDED, *cells[4:]]
    assert sources(nograd_fix.read("nb.ipynb")) == mended


def test_a_guard_is_not_widened_into_another_cell(nograd_fix: NogradFix) -> None:
    guard = "with torch.no_grad():\n    print(model(1))"
    nograd_fix.write("nb.ipynb", written(notebook(IMPORTS, "model.eval()", guard, LOOP, LOOP)))
    done = nograd_fix.fix("nb.ipynb")
    assert (done.code, done.text) == (0, "")
    assert sources(nograd_fix.read("nb.ipynb"))[2:] == [guard, GUARDED, GUARDED]


def test_text_that_looks_like_the_joints_is_text(nograd_fix: NogradFix) -> None:
    sly = 'if "notebook cell 3": pass\nget_ipython("""notebook cell 2.1""")\nx = "notebook cell_"'
    nograd_fix.write("nb.ipynb", written(notebook(IMPORTS, f"!ls\n{sly}", MENDABLE)))
    assert nograd_fix.fix("nb.ipynb").code == 0
    assert sources(nograd_fix.read("nb.ipynb")) == [IMPORTS, f"!ls\n{sly}", MENDED]


# ------------------------------------------------------------------ the rest of the command


def test_a_diff_is_a_patch_of_the_file(nograd_fix: NogradFix) -> None:
    data = written(notebook(IMPORTS, MENDABLE))
    nograd_fix.write("nb.ipynb", data)
    nograd_fix.write("a.py", f"{IMPORTS}\n{MENDABLE}\n")
    done = nograd_fix.fix("--diff", ".")
    assert done.code == 1
    assert "--- a/nb.ipynb\n+++ b/nb.ipynb\n" in done.text
    assert '\n-    "    model.eval"\n+    "    model.eval()"\n' in done.text
    assert nograd_fix.read("nb.ipynb") == data
    subprocess.run(["git", "apply"], input=done.out, cwd=nograd_fix.folder, check=True)
    patched = nograd_fix.read("nb.ipynb")
    nograd_fix.write("nb.ipynb", data)
    assert nograd_fix.fix(".").code == 0
    assert nograd_fix.read("nb.ipynb") == patched


def test_the_standard_input_may_be_a_notebook(nograd_fix: NogradFix) -> None:
    data = written(notebook(IMPORTS, MENDABLE))
    done = nograd_fix.fix("-", "--stdin-filename=nb.ipynb", stdin=data)
    assert (done.code, sources(done.out)) == (0, [IMPORTS, MENDED])
    assert only_sources_differ(data, done.out)


def test_noqa(nograd_fix: NogradFix) -> None:
    silent = MENDABLE + "  # noqa: NGD405"
    other = MENDABLE + "  # noqa: E501"
    nograd_fix.write("nb.ipynb", written(notebook(IMPORTS, silent, other)))
    done = nograd_fix.fix("--check", "nb.ipynb")
    assert [line.split(":")[1] for line in done.text.splitlines()] == ["cell 3"]
    done = nograd_fix.fix("--check", "--disable-noqa", "nb.ipynb")
    assert [line.split(":")[1] for line in done.text.splitlines()] == ["cell 2", "cell 3"]
    off = notebook(IMPORTS, MENDABLE, "# flake8: noqa")
    nograd_fix.write("off.ipynb", written(off))
    assert nograd_fix.fix("--check", "off.ipynb").text == ""


def test_per_file_ignores(nograd_fix: NogradFix) -> None:
    nograd_fix.write("nb.ipynb", written(notebook(IMPORTS, MENDABLE)))
    nograd_fix.write(".flake8", "[flake8]\nper-file-ignores =\n    *.ipynb: NGD405\n")
    assert nograd_fix.fix("nb.ipynb").code == 0
    assert sources(nograd_fix.read("nb.ipynb"))[1] == MENDABLE


def test_add_noqa(nograd_fix: NogradFix) -> None:
    data = written(notebook(IMPORTS, "%%time\n!ls '''", MENDABLE, "model.eval()", f"!ls\n{LOOP}"))
    nograd_fix.write("nb.ipynb", data)
    assert nograd_fix.fix("--add-noqa", "nb.ipynb").code == 0
    after = nograd_fix.read("nb.ipynb")
    assert only_sources_differ(data, after)
    assert sources(after)[2] == f"{MENDABLE}  # noqa: NGD405"
    assert sources(after)[4].splitlines()[2] == "for x, y in loader:  # noqa: NGD101"
    assert nograd_fix.fix("nb.ipynb").err == ""


def test_a_baseline_knows_what_a_notebook_had(nograd_fix: NogradFix) -> None:
    nograd_fix.write("nb.ipynb", written(notebook(IMPORTS, MENDABLE)))
    assert nograd_fix.fix("--write-baseline", "known.json", "nb.ipynb").code == 0
    later = "def g(model: torch.nn.Module):\n    model.train"
    nograd_fix.write("nb.ipynb", written(notebook(MARKDOWN, IMPORTS, "x = 1", MENDABLE, later)))
    done = nograd_fix.fix("--baseline", "known.json", "--check", "nb.ipynb")
    assert [line.partition(" `")[0] for line in done.text.splitlines()] == [
        "nb.ipynb:cell 5:2:5: NGD405"
    ]


def test_notebooks_are_found_in_folders(nograd_fix: NogradFix) -> None:
    data = written(notebook(IMPORTS, MENDABLE))
    for name in ("a.ipynb", "sub/b.ipynb", ".ipynb_checkpoints/a-checkpoint.ipynb", "out/c.ipynb"):
        nograd_fix.write(name, data)
    nograd_fix.write(".git/HEAD", "")
    nograd_fix.write(".gitignore", "out\n")

    def found(*arguments: str) -> list[str]:
        text = nograd_fix.fix("--check", *arguments).text
        return [line.partition(":")[0] for line in text.splitlines()]

    assert found(".") == ["./a.ipynb", "./sub/b.ipynb"]
    assert found(".", "--extend-exclude=sub") == ["./a.ipynb"]
    assert found(".", "--filename=*.py,*/b.*") == ["./sub/b.ipynb"]
    assert found(".", "--extend-exclude=*.ipynb") == []
    named = [".ipynb_checkpoints/a-checkpoint.ipynb", "out/c.ipynb"]
    assert found(*named) == named
    assert found("--force-exclude", *named) == []


FULL = """\
nb.ipynb:cell 3:2:5: NGD405 `model.eval` without parentheses does nothing - write `model.eval()`
  1 | def f(model: torch.nn.Module):
> 2 |     model.eval
    |     ^
  3 |     !ls
fix:
    @@ -1,3 +1,3 @@ cell 3
     def f(model: torch.nn.Module):
    -    model.eval
    +    model.eval()
         !ls

"""


def test_full(nograd_fix: NogradFix) -> None:
    nograd_fix.write("nb.ipynb", written(notebook(MARKDOWN, IMPORTS, f"{MENDABLE}\n    !ls")))
    assert nograd_fix.fix("--check", "--output-format=full", "nb.ipynb").text == FULL


def test_json_counts_in_cells(nograd_fix: NogradFix) -> None:
    late = "from torch import nn\nfrom data import load, loader"
    model = "model = load()\nmodel.eval()"
    nograd_fix.write("nb.ipynb", written(notebook(MARKDOWN, late, model, LOOP)))
    done = nograd_fix.fix("--check", "--output-format=json", "nb.ipynb")
    [found] = json.loads(done.out)
    assert (found["filename"], found["cell"]) == ("nb.ipynb", 4)
    assert found["location"] == {"row": 2, "column": 1}
    edits = {each["cell"]: each for each in found["fix"]["edits"]}
    assert edits[2]["location"] == {"row": 1, "column": 1}
    assert edits[2]["content"] == "import torch\n"
    assert edits[4]["location"] == {"row": 2, "column": 1}
    assert edits[4]["content"] == GUARDED.partition("\n")[2]


@pytest.mark.parametrize("style", ["as Jupyter writes", "on one line", "escaped", "of Windows"])
def test_other_formats_count_in_the_file(nograd_fix: NogradFix, style: str) -> None:
    places = {}
    for form in ("lines", "text"):
        content = notebook(MARKDOWN, IMPORTS, "x = '<é>'; torch.nn.Linear(1, 2).eval\n!ls")
        for cell in content["cells"]:
            cell |= {"source": FORMS[form]("".join(cell["source"])), "outputs": []}
        text = STYLES[style](content)
        nograd_fix.write(f"{form}.ipynb", text)
        index = text.index("torch.nn.Linear")
        before = text[:index].rpartition("\n")
        places[f"{form}.ipynb"] = (before[0].count("\n") + bool(before[1]) + 1, len(before[2]) + 1)

    def report(output_format: str) -> str:
        return nograd_fix.fix("--check", f"--output-format={output_format}", ".").text

    github = report("github")
    for name, (line, column) in places.items():
        assert f"::warning file={name},line={line},col={column}," in github
        assert f"::./{name}:cell 3:1:12: NGD405 " in github
    found = [each["location"] for each in json.loads(report("gitlab"))]
    assert found == [{"path": name, "lines": {"begin": line}} for name, (line, _) in places.items()]
    log = json.loads(report("sarif"))
    nograd_fix.fix(".")
    for result, (name, (line, column)) in zip(
        log["runs"][0]["results"], places.items(), strict=True
    ):
        region = result["locations"][0]["physicalLocation"]["region"]
        assert (region["startLine"], region["startColumn"]) == (line, column)
        [replacement] = result["fixes"][0]["artifactChanges"][0]["replacements"]
        assert replacement["deletedRegion"]["startLine"] == line
        mended = nograd_fix.read(name).decode().split("\n")[line - 1]
        assert replacement["insertedContent"]["text"].rstrip("\r\n") == mended.rstrip("\r")


# ------------------------------------------------------------------ what is broken


def test_a_cell_that_is_no_python_is_left_out_alone(nograd_fix: NogradFix) -> None:
    prose = "This is a cell, which says:\nmodel"
    nograd_fix.write("nb.ipynb", written(notebook(IMPORTS, prose, MARKDOWN, "return 3", MENDABLE)))
    done = nograd_fix.fix("nb.ipynb")
    assert done.code == 2
    assert done.err.startswith("nograd-fix: nb.ipynb: cell 2 is no Python: line 1: ")
    assert "; cell 4 is no Python: line 1: 'return' outside function\n" in done.err
    assert done.err.endswith("nograd-fix: fixed 1 finding in 1 file\n")
    assert sources(nograd_fix.read("nb.ipynb"))[4] == MENDED


def test_what_one_cell_may_say_after_another(nograd_fix: NogradFix) -> None:
    """Cells are compiled one by one: joined, these would not compile."""
    cells = (IMPORTS, "x = 1", "global x", "from __future__ import annotations", "await x")
    nograd_fix.write("nb.ipynb", written(notebook(*cells, MENDABLE)))
    done = nograd_fix.fix("nb.ipynb")
    assert (done.code, done.err) == (0, "nograd-fix: fixed 1 finding in 1 file\n")
    assert sources(nograd_fix.read("nb.ipynb")) == [*cells, MENDED]


BROKEN = {
    b"": "Expecting value: ",
    b"{": "Expecting property name ",
    b"\xff": "'utf-8' codec can't decode ",
    b"\xef\xbb\xbf{}": "Unexpected UTF-8 BOM ",
    b"[]": "it does not say its format",
    b"{}": "it does not say its format",
    b'{"nbformat": 3, "worksheets": []}': "its format is 3, and not 4",
    b'{"nbformat": 4}': "it has not the fields of one",
    b'{"nbformat": 4, "cells": [3]}': "it has not the fields of one",
    b'{"nbformat": 4, "cells": [{"cell_type": "code"}]}': "it has not the fields of one",
    b'{"nbformat": 4, "cells": [{"cell_type": "code", "source": 3}]}': "it has not the fields ",
    b'{"nbformat": 4, "cells": [{"cell_type": "code", "source": [3]}]}': "it has not the fields ",
    b'{"nbformat": 4, "cells": [{"cell_type": "code", "source": {}}]}': "it has not the fields ",
    b'{"nbformat": 4, "cells": {}}': "it has not the fields of one",
    b'{"nbformat": 4, "cells": 3}': "it has not the fields of one",
    b'{"nbformat": 4, "metadata": [], "cells": []}': "it has not the fields of one",
    b"[" * 100_000: "maximum recursion depth exceeded",
}


@pytest.mark.parametrize(("data", "reason"), BROKEN.items())
def test_what_is_no_notebook_is_named(nograd_fix: NogradFix, data: bytes, reason: str) -> None:
    nograd_fix.write("broken.ipynb", data)
    nograd_fix.write("nb.ipynb", written(notebook(IMPORTS, MENDABLE)))
    done = nograd_fix.fix(".")
    assert done.code == 2
    assert done.err.startswith(f"nograd-fix: ./broken.ipynb: is no notebook: {reason}")
    assert done.err.endswith("nograd-fix: fixed 1 finding in 1 file\n")
    assert nograd_fix.read("broken.ipynb") == data


def test_a_notebook_without_cells_is_one(nograd_fix: NogradFix) -> None:
    nograd_fix.write("nb.ipynb", written(notebook()))
    nograd_fix.write("no_code.ipynb", written(notebook(MARKDOWN)))
    assert (done := nograd_fix.fix(".")).code == 0
    assert done.err == ""


# ------------------------------------------------------------------ any notebook


CODE = st.sampled_from(
    [
        "x = 1",
        "# a comment\n\n",
        "if x:\n\n    y = '''\n%z\n'''\n",
        "print('é\U0001f600')\r\ny = 2\r\n",
        "!ls \\\n  -l",
        "\n\nx = %time f()\n",
        "%%time\nfor x in y:\n    !ls\n    print(x)",
        "%%bash\nls",
        "no python at all",
        "    x = 1\n    !ls",
        "\tx = 1\r\r\ty = 2",
        "",
        MENDABLE,
        f"{MENDABLE}\r\n\r\n",
        f"!ls\n\n{MENDABLE}\n    for x in y:\n        model.eval\n        %cd x\n",
    ]
)
CELLS = st.lists(
    st.one_of(CODE, CODE, st.tuples(st.sampled_from(["markdown", "raw"]), CODE)), max_size=8
)


@st.composite
def notebooks(draw: st.DrawFn) -> bytes:
    """Notebooks in any style, their sources in any form, mended or not."""
    content = notebook("import torch", *draw(CELLS))
    for cell in content["cells"]:
        source = "".join(cell["source"])
        cut = draw(st.integers(0, len(source)))
        forms = [source, lines(source), [source[:cut], source[cut:]], [*source]]
        cell["source"] = draw(st.sampled_from(forms))
    return str(STYLES[draw(st.sampled_from(sorted(STYLES)))](content)).encode()


@given(notebooks())
@settings(deadline=None, derandomize=True)
def test_joining_loses_no_byte_and_no_place(data: bytes) -> None:
    read = Notebook(data)
    assert read.with_code(read.code).data == data
    assert read.objection(read.code) is None
    seen: dict[int | None, list[str]] = {}
    file_lines = data.decode().split("\n")
    for number, line in enumerate(read.text.lines[1:], 2):
        if line.startswith('if "notebook cell '):
            continue
        sheet, place, in_file = read.located(Place(number, 0))
        shown = sheet.text.lines[place.line - 1].rstrip("\n")
        if "get_ipython" not in line and "-l" not in shown and line != '""")\n':
            assert shown.strip() == line.strip()
        if shown.strip():
            rest = file_lines[in_file.line - 1][in_file.column :]
            assert rest[:1] in (shown[0], shown.lstrip()[0], "\\")
        seen.setdefault(sheet.cell, []).append(shown)
    for sheet in read.sheets:
        assert seen[sheet.cell] == [each.rstrip("\n") for each in sheet.text.lines]


@given(notebooks())
@settings(
    deadline=None,
    derandomize=True,
    max_examples=60,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_any_notebook_is_mended_in_its_sources_alone(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "nb.ipynb"
    path.write_bytes(data)
    main(["--isolated", str(path)])
    after = path.read_bytes()
    assert only_sources_differ(data, after)
    pairs = list(zip(json.loads(data)["cells"], json.loads(after)["cells"], strict=True))
    for old, new in pairs:
        expected = "".join(old["source"])
        if old["cell_type"] == "code":
            expected = re.sub(r"model\.eval\b(?!\()", "model.eval()", expected)
        assert "".join(new["source"]) == expected
    if all(old == new for old, new in pairs):
        assert after == data
    main(["--isolated", str(path)])
    assert path.read_bytes() == after


# ------------------------------------------------------------------ nbQA


def nbqa(nograd_fix: NogradFix, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run nbQA in the folder."""
    pytest.importorskip("nbqa", reason="nbQA is not installed: pip install nbqa")
    return nograd_fix.run(*arguments, program=("-m", "nbqa"))


def test_flake8_by_nbqa(nograd_fix: NogradFix) -> None:
    magics = "%matplotlib inline\n!pip install timm\nx = !ls\nmodel?\n%time model.eval()"
    cells = (MARKDOWN, IMPORTS, magics, f"%%time\n{MENDABLE}", "%%bash\nls", "model.eval()", LOOP)
    nograd_fix.write("nb.ipynb", written(notebook(*cells)))
    done = nbqa(nograd_fix, "flake8", "nb.ipynb", "--select=NGD")
    assert done.returncode == 1
    assert [line.partition(" `")[0] for line in done.stdout.splitlines()] == [
        "nb.ipynb:cell_3:3:5: NGD405",
        "nb.ipynb:cell_6:2:1: NGD101",
    ]


def test_magics_that_nbqa_replaces_are_not_reported(nograd_fix: NogradFix) -> None:
    nograd_fix.write("nb.ipynb", written(notebook(IMPORTS, "model.eval()", *MAGICS)))
    done = nbqa(nograd_fix, "flake8", "nb.ipynb", "--select=NGD")
    assert (done.returncode, done.stdout) == (0, "")


def test_nograd_fix_by_nbqa(nograd_fix: NogradFix) -> None:
    data = written(notebook(IMPORTS, "!ls", f"{MENDABLE}\n    x = 1"))
    nograd_fix.write("nb.ipynb", data)
    done = nbqa(nograd_fix, "flake8_nograd", "nb.ipynb", "--check")
    assert (done.returncode, done.stdout.partition(" `")[0]) == (1, "nb.ipynb:cell_3:2:5: NGD405")
    assert nbqa(nograd_fix, "flake8_nograd", "nb.ipynb").returncode == 0
    assert sources(nograd_fix.read("nb.ipynb"))[2] == f"{MENDED}\n    x = 1"
