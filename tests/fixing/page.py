"""The measured part of ``docs/fixing.md``."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from tests.accuracy import labels
from tests.accuracy.__main__ import LABELS
from tests.accuracy.linters import TORCH_PREFLIGHT
from tests.fixing import measure
from tests.fixing.measure import Repository, Run

FIGURES = Path(__file__).parent / "measured.json"
BREAKAGES = Path(__file__).parent / "breakages.json"
PAGE = Path(__file__).parents[2] / "docs" / "fixing.md"
BEGIN, END = "<!-- fixing: begin -->\n", "<!-- fixing: end -->\n"


class Breakage(NamedTuple):
    """A fix that a reviewer found to change what the program does."""

    repository: str
    path: str
    line: int
    what: str

    @property
    def folder(self) -> str:
        """The repository's folder in the corpus."""
        return self.repository.replace("/", "+")


class Breakages(NamedTuple):
    """What each fixer broke, by reading."""

    own: list[Breakage]
    other: list[Breakage]


def breakages() -> Breakages:
    """What was found by reading."""
    data = json.loads(BREAKAGES.read_text(encoding="utf-8"))
    own, other = ([Breakage(**each) for each in data[key]] for key in ("own", "other"))
    return Breakages(own, other)


def update() -> None:
    """Write the measured part anew."""
    PAGE.write_text(current(), encoding="utf-8", newline="\n")


def current() -> str:
    """The page as it follows from what was kept."""
    head, begin, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    _, end, tail = rest.partition(END)
    part = measured_part(measure.read(FIGURES), breakages())
    return f"{head}{begin}{part}\n{end}{tail}"


def measured_part(measured: Mapping[str, Repository], broken: Breakages) -> str:
    """All that is measured, and what was found by reading."""
    repositories = list(measured.values())
    broken = Breakages(*([each for each in one if each.folder in measured] for one in broken))
    files = sum(each.files for each in repositories)
    sections = [
        f"Repositories: {len(measured)}, with {files:,} Python files.",
        figures(repositories, broken),
        "## What is fixed",
        shares(repositories),
        "## What torch-preflight's fixes break",
        "Found by reading all of its changes; lines are those of the files as they were.",
        listed(broken.other),
        "## What nograd-fix breaks",
        "Found by reading every safe fix.",
        listed(broken.own),
    ]
    return "\n\n".join(sections)


def figures(repositories: Iterable[Repository], broken: Breakages) -> str:
    """The three runs, side by side."""
    repositories = list(repositories)
    runs = [
        [each.safe for each in repositories],
        [each.unsafe for each in repositories],
        [each.other for each in repositories],
    ]
    crashes = sum(each.crash is not None for each in repositories)
    rows = [
        ["", "nograd-fix", "`--unsafe-fixes`, on the rest", TORCH_PREFLIGHT.replace("==", " ")],
        ["---", "---:", "---:", "---:"],
        _row("files changed", runs, lambda run: len(run.changed)),
        _row("lines added", runs, lambda run: run.added),
        _row("lines removed", runs, lambda run: run.removed),
        _row("files that do not compile any more", runs, lambda run: len(run.broken)),
        _row("files with other line ends", runs, lambda run: len(run.other_line_ends)),
        _row("files that a second run changes", runs, lambda run: len(run.changed_again)),
        _row("new findings of `nograd-fix --check`", runs, lambda run: len(run.new)),
        _row("of these, errors", runs, lambda run: [each[2] for each in run.new].count("error")),
        ["runs that end with a traceback", "0", "0", str(crashes)],
        ["fixes that break the program, by reading", *_counts(broken)],
    ]
    return _table(rows)


def _counts(broken: Breakages) -> list[str]:
    return [str(len(broken.own)), "not read", str(len(broken.other))]


def _row(title: str, runs: Sequence[Sequence[Run]], count: Callable[[Run], int]) -> list[str]:
    return [title, *(f"{sum(map(count, run)):,}" for run in runs)]


def shares(repositories: Iterable[Repository]) -> str:
    """What becomes of the findings, code by code."""
    before: Counter[str] = Counter()
    safe_left: Counter[str] = Counter()
    unsafe_left: Counter[str] = Counter()
    for each in repositories:
        before.update(each.safe.before)
        safe_left.update(each.safe.left)
        unsafe_left.update(each.unsafe.left)
    rows = [
        ["code", "found", "fixed safely", "share", "with `--unsafe-fixes`", "left"],
        ["---", "---:", "---:", "---:", "---:", "---:"],
    ]
    codes = sorted(before)
    guards = [code for code in codes if code in ("NGD101", "NGD102")]
    for title, group in [
        *((f"[{code}](rules/{code}.md)", [code]) for code in codes),
        (" and ".join(guards), guards),
        ("all", codes),
    ]:
        found, left, unfixed = (
            sum(counts[code] for code in group) for counts in (before, safe_left, unsafe_left)
        )
        share = f"{(found - left) / found:.0%}" if found else "-"
        rows.append([title, *map(str, (found, found - left, share, left - unfixed, unfixed))])
    return _table(rows)


def listed(broken: Sequence[Breakage]) -> str:
    """Where something broke, and what."""
    if not broken:
        return "Nothing."
    commits = {unit.repository: unit.commit for unit in labels.read(LABELS)}
    rows = [["where", "what"], ["---", "---"]]
    for each in broken:
        address = f"https://github.com/{each.repository}/blob/{commits[each.repository]}"
        place = f"{each.repository} {each.path}:{each.line}"
        rows.append([f"[{place}]({address}/{each.path}#L{each.line})", each.what])
    return _table(rows)


def _table(rows: Iterable[Sequence[str]]) -> str:
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)
