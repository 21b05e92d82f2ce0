"""The two readings of a file, LibCST's and that of Python's own tree, give the same facts.

What flake8 reports rests on this: LibCST parses only the files in which the other reading finds
something.
"""

from __future__ import annotations

import ast
import random
import sysconfig
import tokenize
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from libcst.metadata import MetadataWrapper, PositionProvider

from flake8_nograd.check import check_text
from flake8_nograd.facts import code
from flake8_nograd.facts.recursion import deep_recursion
from flake8_nograd.facts.source import Source
from flake8_nograd.facts.tree import facts_of
from flake8_nograd.plugin import findings
from flake8_nograd.settings import Settings
from tests import harness
from tests.conftest import REPOSITORY
from tests.harness import Case

CASES = [*harness.load_cases(), *harness.load_cases(harness.SILENT)]
STANDARD_LIBRARY = sorted(Path(sysconfig.get_path("stdlib")).glob("[a-z]*.py"))

ODD = """\
x[1], x[1, 2], x[(1, 2)], x[()], x[1,], x[1:2, ::3], x[:], x[a:=1]
f(1, *a, k=2, *b, **c), f(k=1, *a), f(x for x in y), f(*a, **b)
a + b * c - (d - e), (a + b) + c, -a, -1, +1.5, ~a, not a, 1j, ..., 10**3
a and b and c, (a and b) and c, a and (b and c), a or b and c
a < b <= c != d == e > f >= g is h is not i in j not in k
"a" "b", "a" f"{b}" "c", f"{a!r:>{b}}" f"{c:{d}{e}}", b"a" b"b", f"", "\\N{BULLET}" r"\\d", f"{a=}"
lambda a, /, b=1, *c, d, e=2, **f: (yield a)
[a for a, *b in c if d if e for f in g], {a for a in b}, {a: b for a in c}, (a async for a in b)
{a: b, **c, "d": 1}, {1, *a}, [*a, b], (), [], {}
a.b[c](d).e = f, *g = h = i
a: int
a.b: list[int] = []
a += 1; a -= 1; a *= 1; a @= 1; a /= 1; a %= 1; a **= 1; a <<= 1; a >>= 1; a |= 1; a ^= 1
a &= 1; a //= 1
del a, b[0]
del a
del (a, b)
import a, a.b, a.b as c
from . import d
from .e import f as g, h
from .. import *
from ...i.j import k
assert a, b
assert a
async def f[T](a: int, /, b: str = "", *c: int, d=1, e: "x", **f) -> int:
    global g, h
    async with a as b, c: pass
    async for i in j:
        await k
    else:
        return
    nonlocal_ = yield
    return a
@a
@b.c(d)
class A(B, *C, metaclass=D, **E):
    "text"
    def f(self): return (yield from self)
    if a: pass
    elif b: pass
    else:
        if c: pass
        elif d: pass
        else: pass
    if e: pass
    else:
        if f: pass
        g
while a:
    break
else:
    continue_
for a in b:
    continue
try:
    raise
except (A, B) as e:
    raise C from e
except D:
    raise E()
except:
    pass
else:
    pass
finally:
    pass
with (a as b, c() as d):
    pass
with a, (b):
    pass
match a:
    case [1, *b, {"c": d, **e}] | A(f, g=h) as i if j:
        pass
    case B():
        pass
    case _:
        pass
match a, b:
    case x: pass
"""
NEWER = "try:\n    pass\nexcept* A as e:\n    b\nx[*a, 1]\ndef f(*a: *B): pass\n"


def without_comments(fact: Any) -> Any:
    if not isinstance(fact, tuple):
        return fact
    parts = [without_comments(each) for each in fact if not isinstance(each, code.Comment)]
    return type(fact)(*parts) if hasattr(fact, "_fields") else tuple(parts)


def assert_both_give_the_same(text: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of invalid escapes
        tree = ast.parse(text)
        with deep_recursion():
            read, parsed = facts_of(tree), without_comments(Source(text).facts)
    for here, there in zip(read.body, parsed.body, strict=True):
        assert repr(here) == repr(there)  # `1` and `True` are equal


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_facts_of_every_case(case: Case) -> None:
    assert_both_give_the_same(case.source)


def test_the_facts_of_all_syntax() -> None:
    text = ODD.replace("f[T]", "f")  # Python 3.12
    for statement in ast.parse(text).body:
        assert_both_give_the_same(ast.get_source_segment(text, statement) or "")
    assert_both_give_the_same(text)


@pytest.mark.parametrize("path", random.Random(5).sample(STANDARD_LIBRARY, 25), ids=str)
def test_the_facts_of_the_standard_library(path: Path) -> None:
    assert_both_give_the_same(_read(path))


@pytest.mark.parametrize(
    "statement",
    [
        "assert(a if b else c)",
        "return*a",
        "for a in*b: pass",
        "[await a(b)for b in c if await d[b]if e]",
        "{a: await{b}async for a in c}",
        "a = await(b)if await(c)else(d)",
        "a = await(b)and await(c)or await(d)not in e",
        "with(a)as b, await(c)as d: pass",
    ],
)
def test_no_more_space_is_needed_than_python_needs(statement: str) -> None:
    text = f"async def f():\n    {statement}\n"
    assert_both_give_the_same(text)
    assert Source(text.encode()).facts == Source(text).facts


def _refs(fact: Any) -> Iterator[int]:
    """The refs of a fact and of all in it."""
    if isinstance(fact, tuple):
        ref = getattr(fact, "ref", code.NO_REF)
        if ref != code.NO_REF:
            yield ref
        for each in fact:
            yield from _refs(each)


def assert_positions_are_those_of_libcst(text: str) -> None:
    source = Source(text)
    wrapper = MetadataWrapper(source.tree, unsafe_skip_copy=True)
    ranges = wrapper.resolve(PositionProvider)
    for ref in _refs(source.facts):
        start = ranges[source.node(ref)].start
        assert source.position(ref) == (start.line, start.column), source.node(ref)


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"], ids=repr)
def test_the_positions_of_all_syntax(line_end: str) -> None:
    for text in (
        ODD,
        "\n\n# Ä\n" + ODD,
        ODD.removesuffix("\n"),
        "\ufeff" + ODD + "\f\nx = (\n  1)",
    ):
        assert_positions_are_those_of_libcst(text.replace("\n", line_end))


@pytest.mark.parametrize("path", random.Random(6).sample(STANDARD_LIBRARY, 10), ids=str)
def test_the_positions_of_the_standard_library(path: Path) -> None:
    with deep_recursion():
        assert_positions_are_those_of_libcst(_read(path))


@pytest.mark.everything
@pytest.mark.parametrize(
    "path", [*STANDARD_LIBRARY, *sorted((REPOSITORY / "flake8_nograd").rglob("*.py"))], ids=str
)
def test_the_facts_of_much(path: Path) -> None:
    assert_both_give_the_same(_read(path))


def _read(path: Path) -> str:
    with tokenize.open(path) as file:
        return file.read()


def test_a_comment_still_silences() -> None:
    """Python's tree has no comments, so LibCST decides."""
    text = """\
import torch


def predict(model: torch.nn.Module, x):
    model.train(){comment}
    with torch.no_grad():
        return model(x).argmax(1)
"""
    loud = text.format(comment="")
    silent = text.format(comment="  # keep dropout on")
    assert check_text(loud, Settings()) != []
    assert _through_the_plugin(loud) == check_text(loud, Settings())
    assert _through_the_plugin(silent) == check_text(silent, Settings()) == []


def _through_the_plugin(text: str) -> object:
    return findings(text.splitlines(keepends=True), ast.parse(text), Settings())
