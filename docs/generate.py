"""Writes what follows from the code: a page for each rule, the table of the rules in the README,
the table of the options of nograd-fix, and the framework files as a module of Python.

python docs/generate.py           writes
python docs/generate.py --check   writes nothing, names what is out of date, and exits 1
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from flake8_nograd.cli.catalogue import level, page
from flake8_nograd.cli.options import CommandLine
from flake8_nograd.frameworks.reader import parse
from flake8_nograd.frameworks.schema import KINDS, Row
from flake8_nograd.rules import Rule, all_rules

DOCS = Path(__file__).parent
REPOSITORY = DOCS.parent
PAGES = DOCS / "rules"
FRAMEWORKS = REPOSITORY / "flake8_nograd" / "frameworks"

_KINDS = ", ".join(sorted([kind.__name__ for kind in KINDS.values()] + ["Row"]))
BUNDLED = f'''\
"""The rows of the files in ``data``, which Python compiles once: to read them took 30 ms a run.

Written by ``python docs/generate.py``: change the files.
"""

from __future__ import annotations

from flake8_nograd.frameworks.schema import {_KINDS}

BUNDLED: tuple[Row, ...] = ('''

PLOTS = {
    "NGD101": "costs-memory-cpu",
    "NGD102": "costs-memory-cpu",
    "NGD301": "costs-modes",
    "NGD304": "costs-modes",
    "NGD501": "costs-batches-cpu",
}
"""The plot that shows the measured effect of a rule's mistake."""


def rules() -> str:
    """All rules, in the order of their codes."""
    rows = ["| code | name | level | what |", "| --- | --- | --- | --- |"]
    for rule in all_rules():
        link = f"[{rule.code}](docs/rules/{rule.code}.md)"
        rows.append(f"| {link} | {rule.name} | {level(rule)} | {rule.summary} |")
    return "\n".join(rows)


def measured(rule: Rule) -> str:
    """The plot of a rule's page, and where its figures come from."""
    if rule.code not in PLOTS:
        return ""
    plot = f"![The measured effect](../plots/{PLOTS[rule.code]}.svg)"
    return f"\n## Measured\n\n{plot}\n\nHow: [what the mistakes cost](../costs.md).\n"


def options() -> str:
    """All options of nograd-fix, group by group, as its parser has them."""
    command_line = CommandLine()
    rows = []
    for title, actions in command_line.groups.items():
        rows += [f"**{title[:1].upper()}{title[1:]}**", "", "| option | meaning |", "| --- | --- |"]
        for action in actions:
            value = f" {action.metavar or ''}" if action.nargs != 0 else ""
            if action.choices is not None:
                value = f" {{{','.join(map(str, action.choices))}}}"
            names = ", ".join(
                f"`{name}{value}`".replace(" `", "`") for name in action.option_strings
            )
            meaning = " ".join((str(action.help) % {"default": action.default}).split())
            rows.append(f"| {names} | {meaning.replace('|', chr(92) + '|')} |")
        rows.append("")
    return "\n".join(rows).rstrip()


def bundled() -> str:
    """A module with all rows of the bundled framework files, a row a line."""
    rows = [
        row
        for path in sorted((FRAMEWORKS / "data").glob("*.toml"))
        for row in parse(path.read_text(encoding="utf-8"), path.name)
    ]
    return "\n".join([BUNDLED, *(f"    {written(row)}," for row in rows), ")", ""])


def written(row: Row) -> str:
    """A row as Python writes it, what it leaves out left out."""
    given = [
        f"{key}={value!r}"
        for key, value in row._asdict().items()
        if key not in row._field_defaults or value != row._field_defaults[key]
    ]
    return f"{type(row).__name__}({', '.join(given)})"


def with_table(path: Path, name: str, table: str) -> tuple[Path, str]:
    """A file with a table between the markers of this name."""
    begin, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
    before, found, rest = path.read_text(encoding="utf-8").partition(begin)
    _, closed, after = rest.partition(end)
    if not (found and closed):
        raise ValueError(f"{path.name}: the markers {begin} and {end} are missing")
    return path, f"{before}{begin}\n{table}\n{end}{after}"


def generated() -> Iterator[tuple[Path, str]]:
    """Every file that follows from the code, with the text that it must have."""
    for rule in all_rules():
        yield PAGES / f"{rule.code}.md", page(rule) + measured(rule)
    yield with_table(REPOSITORY / "README.md", "rules", rules())
    yield FRAMEWORKS / "bundled.py", bundled()
    yield with_table(DOCS / "nograd-fix.md", "options", options())


def main(arguments: list[str]) -> int:
    """Write, or check; returns the exit code."""
    wanted = dict(generated())
    stale = [
        path
        for path, text in wanted.items()
        if not path.exists() or path.read_text(encoding="utf-8") != text
    ]
    abandoned = [path for path in PAGES.glob("*.md") if path not in wanted]
    for path in [*stale, *abandoned]:
        print(path.relative_to(REPOSITORY))
    if "--check" in arguments:
        return int(bool(stale or abandoned))
    PAGES.mkdir(exist_ok=True)
    for path in stale:
        path.write_text(wanted[path], encoding="utf-8", newline="\n")
    for path in abandoned:
        path.unlink()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
