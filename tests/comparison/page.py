"""The measured part of ``docs/comparison.md``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from pathlib import Path

from tests.comparison.compare import Compared
from tests.comparison.pairs import RULES, Pair

PAGE = Path(__file__).parents[2] / "docs" / "comparison.md"
BEGIN, END = "<!-- comparison: begin -->", "<!-- comparison: end -->"


def written(pairs: Sequence[Pair], compared: Sequence[Compared]) -> str:
    """The page with its measured part. Raises ``ValueError`` where a marker is missing."""
    before, begin, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    _, end, after = rest.partition(END)
    if not end:
        raise ValueError(f"the markers {BEGIN} and {END} are missing")
    return f"{before}{begin}\n{measured_part(pairs, compared)}\n{end}{after}"


def measured_part(pairs: Sequence[Pair], compared: Sequence[Compared]) -> str:
    """How many each linter finds, and a table for each group."""
    parts = [summary(pairs, compared)]
    numbered = list(enumerate(pairs))
    for group, members in groupby(numbered, key=lambda each: each[1].group):
        rows = [["", *(each.linter.name for each in compared)], ["---"] * (len(compared) + 1)]
        rows += [list(row(number, pair, compared)) for number, pair in members]
        parts += [f"### {group}", table(rows)]
    return "\n\n".join(parts)


def summary(pairs: Sequence[Pair], compared: Sequence[Compared]) -> str:
    """How many each linter finds in each group."""
    groups = [
        (name, list(members)) for name, members in groupby(pairs, key=lambda each: each.group)
    ]
    titles = [
        f"{name} ({len(members)}): {'found' if members[0].wrong else 'false alarms'}"
        for name, members in groups
    ]
    rows = [["linter", *titles, "seconds"], ["---", *["---:"] * (len(groups) + 1)]]
    for each in compared:
        counts = [str(said_of(name, pairs, each)) for name, _ in groups]
        rows.append([each.linter.name, *counts, f"{each.seconds:.2f}"])
    return table(rows)


def said_of(group: str, pairs: Sequence[Pair], compared: Compared) -> int:
    """For how many pairs of a group a linter has something to say."""
    return sum(
        bool(found) and pair.group == group
        for found, pair in zip(compared.found, pairs, strict=True)
    )


def row(number: int, pair: Pair, compared: Iterable[Compared]) -> Iterator[str]:
    """What all linters say of one pair."""
    code = pair.title.partition(" ")[0]
    yield f"[{code}](rules/{code}.md)" if pair.group == RULES else pair.title
    for each in compared:
        yield ", ".join(each.found[number]) or "-"


def table(rows: Iterable[Iterable[str]]) -> str:
    """Rows as Markdown has them."""
    return "\n".join(f"| {' | '.join(cells)} |" for cells in rows)
