"""The code that linters are compared on: mistakes beside what is right, and look-alikes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from flake8_nograd.rules import Rule, all_rules

CASES = Path(__file__).with_name("cases.md")


class Pair(NamedTuple):
    """A mistake, and the same code without it; or code that is right, and nothing beside it."""

    group: str
    title: str
    wrong: str | None
    right: str

    def texts(self) -> Iterator[tuple[str, str]]:
        """The texts to lint, with a name for each."""
        if self.wrong is not None:
            yield "wrong", self.wrong
        yield "right", self.right


RULES = "Examples of the rules' pages"


def pairs() -> list[Pair]:
    """All code that is compared, group by group."""
    return [*map(of_rule, all_rules()), *of_cases(CASES.read_text(encoding="utf-8"))]


def of_rule(rule: Rule) -> Pair:
    """The example of a rule's page, and what to use instead."""
    parts = re.split(r"^## (.+)\n", rule.page, flags=re.MULTILINE)
    sections = dict(zip(parts[1::2], parts[2::2], strict=True))
    [wrong], [right] = python(sections["Example"]), python(sections["Use instead"])
    return Pair(RULES, f"{rule.code} {rule.name}", wrong, right)


def of_cases(text: str) -> Iterator[Pair]:
    """The cases of a Markdown text: two blocks are a mistake and its remedy, one is right."""
    for group in re.split(r"^## ", text, flags=re.MULTILINE)[1:]:
        name, *cases = re.split(r"^### ", group, flags=re.MULTILINE)
        for case in cases:
            *wrong, right = python(case)
            yield Pair(
                name.splitlines()[0], case.splitlines()[0], wrong[0] if wrong else None, right
            )


def python(text: str) -> list[str]:
    """The Python blocks of a Markdown text."""
    return re.findall(r"^```python\n(.*?)^```", text, flags=re.MULTILINE | re.DOTALL)
