"""What IPython understands in a cell and Python does not: magics, shell commands, questions."""

from __future__ import annotations

import re
from collections.abc import Iterator

_PYTHON_CELLS = frozenset(
    "capture debug ipytest memit prun pyinstrument scalene snakeviz time timeit wandb".split()
)
"""The cell magics that run what stands below them as Python, in the notebook's own names."""

_CELL_MAGICS = re.compile(r"\s*((?:%%.*(?:\n|\Z))+)")
_ESCAPE = re.compile(r"[ \t]*(?P<escape>[%!?,;/])")
_AUTOMAGIC = re.compile(
    r"[ \t]*(?P<escape>(?:pip|conda|mamba|cd|ls|cat|cp|mv|rm|mkdir|rmdir|wget)[ \t]+[\w.~/-])"
)
_ASSIGNED = re.compile(r"(?<![=!<>:])=[ \t]*(?P<escape>[%!])")
_CONTINUED_LINE = re.compile(r"(?:.*\\\n)*.*")
_TOKEN = re.compile(
    r"""
      (?:'{3}(?:\\.|[^\\])*?'{3} | "{3}(?:\\.|[^\\])*?"{3})
    | (?:'(?:\\.|[^'\\\n])*' | "(?:\\.|[^"\\\n])*")
    | (?P<comment>\#[^\n]*)
    | (?P<open>[(\[{])
    | (?P<close>[)\]}])
    | (?P<newline>\n)
    | \\\n | =[ \t]* | [^'"\#()\[\]{}\n\\=]+ | .
    """,
    re.VERBOSE | re.DOTALL,
)


def is_python(cell: str) -> bool:
    """Whether a cell is run as Python: not `%%bash`, `%%writefile`, and what nobody knows."""
    first = _CELL_MAGICS.match(cell)
    names = re.findall(r"^%%(\w*)", first[1], re.MULTILINE) if first else []
    return _PYTHON_CELLS.issuperset(names)


def escapes(cell: str) -> Iterator[tuple[int, int]]:
    """Where a cell is no Python, from the first character to the end of the line.

    These are whole statements, or what is assigned: `files = !ls`. A command that goes on after a
    backslash has several lines. Of `%time f()`, which holds Python, the whole line is given too.
    """
    position = 0
    while position < len(cell):
        found = _ESCAPE.match(cell, position) or _AUTOMAGIC.match(cell, position)
        start, end = (found.start("escape"), 0) if found else _statement(cell, position)
        if start is not None:
            line = _CONTINUED_LINE.match(cell, start)
            assert line is not None
            end = line.end()
            yield start, end
        position = end + 1


def _statement(cell: str, start: int) -> tuple[int | None, int]:
    """Where a logical line stops to be Python, if it does, and where it ends.

    It ends at a newline outside of brackets, strings and continued lines.
    """
    depth, end = 0, start
    for token in _TOKEN.finditer(cell, start):
        depth += (token["open"] is not None) - (token["close"] is not None)
        if token["newline"] is not None and depth <= 0:
            return _question(cell, start, end), token.start()
        assigned = _ASSIGNED.match(cell, token.start())
        if assigned is not None and depth == 0:
            return assigned.start("escape"), 0
        if token["comment"] is None:
            end = token.end()
    return _question(cell, start, end), len(cell)


def _question(cell: str, start: int, end: int) -> int | None:
    """Where a line `name?` begins, if it is one."""
    line = cell[start:end].rstrip()
    if line.endswith("?") and "\n" not in line:
        return start + len(line) - len(line.lstrip())
    return None
