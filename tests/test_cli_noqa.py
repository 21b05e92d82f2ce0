"""``nograd-fix --add-noqa`` puts comments where flake8 honours them."""

from __future__ import annotations

import ast

import pytest

from tests.cli_samples import BOTH, LEFT
from tests.conftest import NogradFix

BEFORE = """\
import torch


def predict(model: torch.nn.Module, x):
    {line}
    with torch.no_grad():
        return model(x)
"""


@pytest.mark.parametrize(
    ("line", "silenced"),
    [
        ("model.eval", "model.eval  # noqa: NGD405"),
        ("model.eval   ", "model.eval  # noqa: NGD405"),
        ("model.eval  # why not", "model.eval  # why not  # noqa: NGD405"),
        ("model.eval  # noqa: E501", "model.eval  # noqa: E501, NGD405"),
        ("model.eval  # NOQA:E501,W291", "model.eval  # NOQA:E501,W291, NGD405"),
        ("model.eval  # noqa: E501 so it is", "model.eval  # noqa: E501, NGD405 so it is"),
        ("model.eval  # noqa: ngd405", "model.eval  # noqa: ngd405, NGD405"),
        ("model.eval  #noqa", "model.eval  #noqa  # noqa: NGD405"),
        ("model.eval; print(\n        x)", "model.eval; print(  # noqa: NGD405\n        x)"),
        (
            "model.eval; print('''\n    ''')  # end",
            "model.eval; print('''\n    ''')  # end  # noqa: NGD405",
        ),
        ("model.eval; \\\n    print(x)", "model.eval; \\\n    print(x)  # noqa: NGD405"),
        (
            "x = '''\n    '''; model.eval; y = '''\n    '''",
            "x = '''\n    '''; model.eval; y = '''\n    '''  # noqa: NGD405",
        ),
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_where_a_comment_goes(nograd_fix: NogradFix, line: str, silenced: str, end: str) -> None:
    before, after = (
        BEFORE.format(line=each).replace("\n", end).encode() for each in (line, silenced)
    )
    nograd_fix.write("a.py", before)
    done = nograd_fix.fix("--add-noqa", "a.py")
    assert nograd_fix.read("a.py") == after
    assert (done.code, done.out) == (0, b"")
    assert done.err == "nograd-fix: silenced 1 finding in 1 file\n"
    ast.parse(after)
    assert nograd_fix.lines("--isolated", "--select=NGD", "a.py") == []
    assert nograd_fix.fix("--add-noqa", "a.py").err == ""


def test_several_codes_on_a_line_and_several_lines(nograd_fix: NogradFix) -> None:
    text = "import torch\n\n\ndef f(model: torch.nn.Module):\n    model.eval; model.train\n"
    nograd_fix.write("a.py", text + "    model.eval\n")
    assert nograd_fix.fix("--add-noqa", "a.py").code == 0
    assert nograd_fix.read("a.py").decode().splitlines()[4:] == [
        "    model.eval; model.train  # noqa: NGD405",
        "    model.eval  # noqa: NGD405",
    ]
    assert nograd_fix.lines("--isolated", "--select=NGD", "a.py") == []


def test_encodings_are_kept(nograd_fix: NogradFix) -> None:
    for name, data in {
        "mark.py": b"\xef\xbb\xbf" + LEFT,
        "latin.py": b"# coding: latin-1\n# \xe9t\xe9\n" + LEFT,
        "no_text.py": b"# \xe9t\xe9\n" + LEFT,
        "open_end.py": LEFT.rstrip(),
    }.items():
        nograd_fix.write(name, data)
        assert nograd_fix.fix("--add-noqa", name).code == 0
        added = data.replace(b"send(model(x))", b"send(model(x))  # noqa: NGD408")
        assert nograd_fix.read(name) == added


def test_only_what_is_selected_is_silenced(nograd_fix: NogradFix) -> None:
    nograd_fix.write("a.py", BOTH)
    assert nograd_fix.fix("--add-noqa", "--select=NGD408", "a.py").code == 0
    assert nograd_fix.read("a.py") == BOTH.replace(
        b"send(model(x))", b"send(model(x))  # noqa: NGD408"
    )


def test_what_cannot_be_silenced_is_left(nograd_fix: NogradFix) -> None:
    text = BEFORE.format(line="model.eval; print('''# noqa: E501\n    ''')")
    nograd_fix.write("a.py", text)
    done = nograd_fix.fix("--add-noqa", "a.py")
    assert done.code == 1
    assert done.text.startswith("a.py:5:5: NGD405 ")
    assert nograd_fix.read("a.py") == text.encode()
