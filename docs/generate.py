"""Writes what follows from the rules: a page for each, and the table in the README.

python docs/generate.py           writes
python docs/generate.py --check   writes nothing, names what is out of date, and exits 1
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from flake8_nograd.rules import Rule, all_rules

DOCS = Path(__file__).parent
REPOSITORY = DOCS.parent
PAGES = DOCS / "rules"
BEGIN, END = "<!-- rules: begin -->", "<!-- rules: end -->"


def level(rule: Rule) -> str:
    """The rule's level, and whether it has to be asked for."""
    return f"{rule.level}, opt-in" if rule.is_opt_in else rule.level


def page(rule: Rule) -> str:
    """The documentation page of one rule."""
    summary, _, rest = rule.page.partition("\n")
    return f"# {rule.code} {rule.name}\n\n*{level(rule)}*\n\n{summary}\n{rest}\n"


def table() -> str:
    """All rules, in the order of their codes."""
    rows = ["| code | name | level | what |", "| --- | --- | --- | --- |"]
    for rule in all_rules():
        link = f"[{rule.code}](docs/rules/{rule.code}.md)"
        rows.append(f"| {link} | {rule.name} | {level(rule)} | {rule.summary} |")
    return "\n".join(rows)


def with_table(text: str) -> str:
    """``text`` with the table of the rules between its markers."""
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not end:
        raise ValueError(f"the markers {BEGIN} and {END} are missing")
    return f"{before}{begin}\n{table()}\n{end}{after}"


def generated() -> Iterator[tuple[Path, str]]:
    """Every file that follows from the rules, with the text that it must have."""
    for rule in all_rules():
        yield PAGES / f"{rule.code}.md", page(rule)
    readme = REPOSITORY / "README.md"
    yield readme, with_table(readme.read_text(encoding="utf-8"))


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
