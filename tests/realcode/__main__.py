"""Lints pinned packages and compares what is found to the reviewed snapshot.

Without options, says what has changed and ends with 1 if anything has. ``--update`` writes the
snapshot and the table of ``docs/real-code.md``; verdicts stay with the findings that stay.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.realcode import packages, snapshot
from tests.realcode.packages import Package
from tests.realcode.snapshot import Finding

PAGE = Path(__file__).parents[2] / "docs" / "real-code.md"
BEGIN, END = "<!-- real code: begin -->\n", "<!-- real code: end -->\n"


def main(given: Sequence[str] | None = None) -> int:
    """Lint and compare; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.realcode", description=__doc__)
    parser.add_argument("--cache", type=Path, required=True, help="folder for the packages")
    parser.add_argument("--update", action="store_true", help="write the snapshot and the page")
    options = parser.parse_args(given)
    options.cache.mkdir(parents=True, exist_ok=True)
    before = snapshot.read()
    found: list[Finding] = []
    lines: dict[Package, int] = {}
    for package in packages.locked():
        print(package.folder, file=sys.stderr)
        folder = packages.unpack(package, options.cache)
        lines[package] = packages.lines_importing_torch(folder)
        found += snapshot.lint(package.folder, folder)
    after = snapshot.reviewed(found, before)
    changed = snapshot.changes(before, after)
    print(*changed, sep="\n")
    print(table(lines, after))
    if options.update:
        snapshot.write(after)
        head, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
        tail = rest.partition(END)[2]
        text = f"{head}{BEGIN}{table(lines, after)}{END}{tail}"
        PAGE.write_text(text, encoding="utf-8", newline="\n")
        return 0
    return 1 if changed else 0


def table(lines: dict[Package, int], findings: Sequence[Finding]) -> str:
    """The figures, package by package and sample by sample, as Markdown."""
    rows = [
        "| package | lines importing torch | findings | true |",
        "| --- | ---: | ---: | ---: |",
    ]
    for sample in dict.fromkeys(package.sample for package in lines):
        counts = {each.folder: count for each, count in lines.items() if each.sample == sample}
        for package, count in counts.items():
            rows.append(_row(package, count, [one for one in findings if one.package == package]))
        found = [each for each in findings if each.package in counts]
        rows.append(_row(f"all of the {sample} sample", sum(counts.values()), found))
    return "\n".join(rows) + "\n"


def _row(name: str, lines: int, findings: Sequence[Finding]) -> str:
    true = sum(each.verdict == "true" for each in findings)
    return f"| {name} | {lines:,} | {len(findings)} | {true} |"


if __name__ == "__main__":
    sys.exit(main())
