"""Neutral names change only the findings that docs/internals.md says rest on names."""

from __future__ import annotations

import functools
import inspect
import re
from collections.abc import Callable
from fnmatch import fnmatchcase
from pathlib import Path
from typing import NamedTuple, TypeAlias

import pytest

from flake8_nograd.frameworks import reader, schema
from flake8_nograd.frameworks.schema import Effect, Hook
from flake8_nograd.model import naming
from tests import harness, neutral_names
from tests.conftest import REPOSITORY
from tests.harness import Case, Mark

Question: TypeAlias = Callable[[str], bool]

CASES = [case for case in harness.load_cases() if case.errors]
ROWS = [
    row
    for file in (Path(schema.__file__).parent / "data").glob("*.toml")
    for row in reader.parse(file.read_text(encoding="utf-8"), file.name)
]
NO_QUESTIONS = {"last_of", "words", "is_said_to_be_deliberate"}
"""Functions of naming.py that ask nothing of a name: they take it apart, or read a comment."""

every_case = pytest.mark.parametrize("case", CASES, ids=str)


class Kind(NamedTuple):
    """A row of the table: names of one kind."""

    name: str
    examples: list[str]
    questions: list[str]
    codes: set[str]

    def holds(self, name: str) -> bool:
        """Does a name belong to this kind?"""
        return any(_question(each)(name) for each in self.questions)


def _question(name: str) -> Question:
    if name == "named":
        return is_named_by_a_framework
    question: Question = getattr(naming, name)
    return question


def is_named_by_a_framework(name: str) -> bool:
    """Has the name one of the words by which framework files know an object?"""
    return not _words_of_frameworks().isdisjoint(naming.words(name))


@functools.cache
def _words_of_frameworks() -> set[str]:
    return {word for row in ROWS if isinstance(row, Effect) for word in row.named}


MODULE_ATTRIBUTES = {"training", "requires_grad"}


@functools.cache
def is_called_by_frameworks(name: str) -> bool:
    """Does torch or a framework file give a method or an attribute of this name a meaning?"""
    return name in MODULE_ATTRIBUTES or any(
        name in (row.method, row.attribute)
        if isinstance(row, Effect)
        else isinstance(row, Hook) and any(fnmatchcase(name, each) for each in row.methods)
        for row in ROWS
    )


def table() -> list[Kind]:
    """The table of docs/internals.md."""
    page = (REPOSITORY / "docs" / "internals.md").read_text(encoding="utf-8")
    section = page.partition("\n## What rests on names\n")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| (.+) \| (.+) \| (.+) \| (.+) \|$", section, re.MULTILINE)
    return [
        Kind(
            name,
            re.findall(r"`(\w+)`", examples),
            re.findall(r"`(\w+)`", questions),
            set(re.findall(r"NGD\d{3}", codes)),
        )
        for name, examples, questions, codes in rows[2:]
    ]


KINDS = table()


EVIDENT = [kind for kind in KINDS if kind.codes]
"""The kinds on which findings rest; names of the others find nothing by themselves."""


def kinds_of(name: str) -> set[str]:
    """The kinds of evidence that a name belongs to."""
    return {kind.name for kind in EVIDENT if kind.holds(name)}


def report(case: Case, keep: Question) -> set[Mark]:
    """What is reported for a case with neutral names, but for those to keep."""
    text = neutral_names.renamed(case.source, is_called_by_frameworks, keep)
    return set(harness.check(text, case.settings))


@functools.cache
def neutral_report(case: Case) -> frozenset[Mark]:
    """What is reported for a case in which every name is neutral."""
    return frozenset(report(case, keep=set().__contains__))


# ------------------------------------------------------------------- the metamorphosis


@every_case
def test_neutral_names_change_only_what_rests_on_names(case: Case) -> None:
    codes = {code for _, code in case.errors}
    allowed = {kind.name for kind in EVIDENT if kind.codes & codes}
    if neutral_report(case) != set(case.errors):
        found = report(case, keep=lambda name: bool(kinds_of(name) & allowed))
        assert found == set(case.errors), f"{case.place}: {case.heading}"


@pytest.mark.parametrize("kind", EVIDENT, ids=lambda kind: kind.name)
def test_the_findings_that_rest_on_a_kind_of_names_are_those_of_the_table(kind: Kind) -> None:
    """A finding rests on a kind if it goes without its names, or if they alone bring it back."""
    seen = set()
    for case in CASES:
        if changed := neutral_report(case) ^ set(case.errors):
            without = report(case, keep=lambda name: bool(kinds_of(name) - {kind.name}))
            alone = report(case, keep=lambda name: kinds_of(name) == {kind.name})
            rests = (without ^ set(case.errors)) | (alone ^ neutral_report(case))
            seen |= {code for _, code in rests & changed}
    assert seen == kind.codes


# --------------------------------------------------------------------------- the table


def test_every_question_about_names_is_in_the_table() -> None:
    asked = [question for kind in KINDS for question in kind.questions]
    known = {
        name
        for name, value in vars(naming).items()
        if callable(value)
        and not name.startswith("_")
        and inspect.getmodule(inspect.unwrap(value)) is naming
    }
    assert sorted(asked) == sorted([*(known - NO_QUESTIONS), "named"])


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_examples_of_the_table_belong_to_their_kind(kind: Kind) -> None:
    assert kind.examples
    assert [each for each in kind.examples if not kind.holds(each)] == []


# ------------------------------------------------------------------------ the renaming

SOURCE = """\
import torch
from torch import nn
from torch.utils.data import DataLoader


class Net(nn.Module):
    width = 3

    def __init__(self, hidden: int = 8):
        super().__init__()
        self.layer = nn.Linear(hidden, 2)

    def encode(self, images, scale=1):
        return self.layer(images) * scale

    def forward(self, images, mask=None):
        return self.encode(images, scale=2)


def evaluate(model: "Net", loader):
    model.eval()
    for images in loader:
        print(f"{model(images, mask=images).sum()}")


data = DataLoader([1], shuffle=True)
evaluate(model=Net(hidden=4), loader=data)
"""


RENAMED = """\
import torch
from torch import nn
from torch.utils.data import DataLoader


class Name1(nn.Module):
    width = 3

    def __init__(self, name_5: int = 8):
        super().__init__()
        self.name_7 = nn.Linear(name_5, 2)

    def name_3(self, name_6, name_10=1):
        return self.name_7(name_6) * name_10

    def forward(self, name_6, mask=None):
        return self.name_3(name_6, name_10=2)


def name_4(name_9: "Name1", name_8):
    name_9.eval()
    for name_6 in name_8:
        print(f"{name_9(name_6, mask=name_6).sum()}")


name_2 = DataLoader([1], shuffle=True)
name_4(name_9=Name1(name_5=4), name_8=name_2)
"""


def test_what_a_text_defines_is_renamed_and_what_others_know_is_kept() -> None:
    assert neutral_names.renamed(SOURCE, {"eval", "sum"}.__contains__) == RENAMED


def test_what_is_renamed_still_runs() -> None:
    """Nothing is renamed in one place and forgotten in another."""
    source = """\
import functools


class Counter:
    def __init__(self, start=0):
        self.total = start

    def add(self, amount, *, times=1):
        self.total += sum(amount for _ in range(times))
        return self


def build(start, step):
    counter = Counter(start=start)
    return functools.partial(counter.add, times=step)


add_two = build(start=3, step=2)
match [4, 5]:
    case [first, *rest]:
        result = (add_two(first).total, rest, (lambda first: first)(6), [first for first in rest])
"""
    text = neutral_names.renamed(source, set().__contains__)
    for name in ("Counter", "start", "add", "times", "build", "first", "rest", "result"):
        assert not re.search(rf"\b{name}\b", text)
    before: dict[str, object] = {}
    after: dict[str, object] = {}
    exec(source, before)
    exec(text, after)
    assert before["result"] == (11, [5], 6, [5])
    assert before["result"] in after.values()
