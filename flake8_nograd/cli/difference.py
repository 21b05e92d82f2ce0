"""What lies between two versions of a file: as a patch, and as replacements of text."""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

_NO_NEWLINE = b"\n\\ No newline at end of file\n"
_ESCAPES = {7: "a", 8: "b", 9: "t", 10: "n", 11: "v", 12: "f", 13: "r", 34: '"', 92: "\\"}


class Replacement(NamedTuple):
    """Text that takes the place of another: 1-based lines and columns, the end exclusive."""

    line: int
    column: int
    end_line: int
    end_column: int
    content: str


def patch(path: str, before: bytes, after: bytes) -> bytes:
    """A unified diff that ``git apply`` takes in the current folder, byte by byte.

    Without git's own header: so git reads the names from the current folder on, not from the top
    of the repository.
    """
    name = path
    if Path(path).is_absolute():
        name = os.path.relpath(path) if Path(path).is_relative_to(Path.cwd()) else path.lstrip("/")
    name = Path(os.path.normpath(name)).as_posix()
    lines = difflib.diff_bytes(
        difflib.unified_diff,
        _lines(before),
        _lines(after),
        _quoted(f"a/{name}"),
        _quoted(f"b/{name}"),
    )
    return b"".join(line if line.endswith(b"\n") else line + _NO_NEWLINE for line in lines)


def replacements(before: Sequence[str], after: Sequence[str]) -> Iterator[Replacement]:
    """The lines that differ; both are lines with their ends."""
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
    for tag, start, end, new_start, new_end in matcher.get_opcodes():
        if tag != "equal":
            begin, stop = _place(before, start), _place(before, end)
            yield Replacement(*begin, *stop, "".join(after[new_start:new_end]))


def hunks(before: Sequence[str], after: Sequence[str], cell: int | None) -> list[str]:
    """The lines of a unified diff, without its header and without line ends.

    Each hunk names the cell of a notebook whose lines these are.
    """
    heading = "" if cell is None else f" cell {cell}"
    diff = [line.rstrip("\r\n") for line in difflib.unified_diff(before, after, n=2)]
    return [f"{line}{heading}" if line.startswith("@@") else line for line in diff[2:]]


def _lines(data: bytes) -> list[bytes]:
    """Lines as git knows them, which end with a line feed and nothing else."""
    return [line + b"\n" for line in data.split(b"\n")[:-1]] + [
        line for line in data.split(b"\n")[-1:] if line
    ]


def _place(lines: Sequence[str], index: int) -> tuple[int, int]:
    """The beginning of a line; the end of the last one where there is none."""
    if index < len(lines) or not lines or lines[-1].endswith(("\n", "\r")):
        return index + 1, 1
    return len(lines), len(lines[-1]) + 1


def _quoted(name: str) -> bytes:
    """A name as git writes it: quoted like C where it holds what could be mistaken."""
    data = os.fsencode(name)
    if any(byte < 32 or byte > 126 or byte in b'"\\' for byte in data):
        quoted = "".join(
            f"\\{_ESCAPES[byte]}"
            if byte in _ESCAPES
            else chr(byte)
            if 31 < byte < 127
            else f"\\{byte:03o}"
            for byte in data
        )
        return f'"{quoted}"'.encode()
    return data + b"\t" if b" " in data else data
