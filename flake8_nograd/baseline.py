"""The baseline: a file of findings that are known, so that only new ones are reported.

A finding is known by its file, its code, the function or class in which it stands, and the text of
its line; equal ones are counted. So it stays known where other lines come, go or move, and where
its line is indented anew, and is new again where its line is changed. The files of PHPStan,
mypy-baseline and detekt work alike; those of basedpyright go by columns, ESLint's by counts alone.

Both doors compare here, with all findings of a file, before flake8 selects and silences: equal
lines may be silenced in one place and not in the other.
"""

from __future__ import annotations

import ast
import hashlib
import json
import os
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

from flake8_nograd.reported import Reported

VERSION = 1
_DIGITS = 16
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)

_Definition: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


class BaselineError(Exception):
    """A file that is no baseline. The message says why."""


class Entry(NamedTuple):
    """What a finding is known by.

    ``path`` is relative to the folder of the baseline, with forward slashes; ``unit`` is the
    qualified name of the function or class, empty at the top of the file; ``line`` is a hash of
    the line's text without its indentation.
    """

    path: str
    code: str
    unit: str
    line: str


class Compared(NamedTuple):
    """The findings of a file that are new, in order, and the entries that nothing matches."""

    new: list[Reported]
    gone: Counter[Entry]


class Baseline:
    """The findings that are known, each as often as it may be found."""

    def __init__(self, path: str, known: Counter[Entry] | None = None) -> None:
        """``path`` is where the baseline is, or will be."""
        self._folder = Path(path).absolute().parent.resolve()
        self._known: Counter[Entry] = Counter() if known is None else known
        self._by_path: dict[str, Counter[Entry]] = {}
        for entry, count in self._known.items():
            self._by_path.setdefault(entry.path, Counter())[entry] += count

    @classmethod
    def read(cls, path: str) -> Baseline:
        """The baseline in a file.

        Raises :class:`BaselineError` for a file that is none, :class:`OSError` for one that cannot
        be read.
        """
        try:
            content = json.loads(Path(path).read_text(encoding="utf-8-sig"))
        except (ValueError, RecursionError) as error:  # no UTF-8, or no JSON
            raise BaselineError(f"is no baseline: {error}") from error
        if not isinstance(content, dict) or "findings" not in content:
            raise BaselineError("is no baseline: it has no list of findings")
        if content.get("version") != VERSION:
            raise BaselineError(f"has the version {content.get('version')!r}, not {VERSION}")
        known: Counter[Entry] = Counter()
        try:
            for each in content["findings"]:
                known[_entry(each)] += _count(each)
        except (KeyError, TypeError, ValueError) as error:
            raise BaselineError(f"is no baseline: an entry is wrong: {error!r}") from error
        return cls(path, known)

    def __len__(self) -> int:
        """How many findings are known."""
        return self._known.total()

    def path_of(self, filename: str) -> str:
        """How the baseline calls a file."""
        path = Path(filename).absolute()
        place = path.parent.resolve() / path.name
        try:
            return Path(os.path.relpath(place, self._folder)).as_posix()
        except ValueError:  # on another drive
            return place.as_posix()

    def entries(
        self, filename: str, lines: Sequence[str], tree: ast.AST, found: Iterable[Reported]
    ) -> list[Entry]:
        """What each finding of a file is known by."""
        path, units = self.path_of(filename), _Units(tree)
        return [
            Entry(path, each.code, units.of(each.line), _hash(lines[each.line - 1]))
            for each in found
        ]

    def compared(
        self, filename: str, lines: Sequence[str], tree: ast.AST, found: Sequence[Reported]
    ) -> Compared:
        """What is new and what is gone in a file, of which ``found`` are all findings.

        Where there are more equal ones than are known, the last are new.
        """
        left = self._by_path.get(self.path_of(filename), Counter()).copy()
        if not left:
            return Compared(list(found), left)
        new = []
        for each, entry in zip(found, self.entries(filename, lines, tree, found), strict=True):
            if left[entry]:
                left[entry] -= 1
            else:
                new.append(each)
        return Compared(new, +left)

    def gone_with_files(self, but: Collection[str]) -> int:
        """How many findings are known of files that are no more, but for the files of this run."""
        return sum(
            known.total()
            for path, known in self._by_path.items()
            if path not in but and not self._is_there(path)
        )

    def updated(self, files: Mapping[str, Counter[Entry]]) -> Counter[Entry]:
        """What is known when all findings of ``files`` are, by what the baseline calls them.

        Of all other files that are still there, it is what was known before.
        """
        known = Counter(
            {
                entry: count
                for entry, count in self._known.items()
                if entry.path not in files and self._is_there(entry.path)
            }
        )
        for entries in files.values():
            known += entries
        return known

    def _is_there(self, path: str) -> bool:
        try:
            return (self._folder / path).exists()
        except OSError:  # no file can have this name
            return False


def as_text(known: Counter[Entry]) -> str:
    """The content of a baseline: an entry on each line, in the order of the entries."""
    rows = [json.dumps({**entry._asdict(), "count": known[entry]}) for entry in sorted(known)]
    findings = ",\n".join(rows)
    return f'{{"version": {VERSION}, "findings": [\n{findings}\n]}}\n'


class _Units:
    """The functions and classes of a file, by their lines."""

    def __init__(self, tree: ast.AST) -> None:
        definitions = (each for each in ast.walk(tree) if isinstance(each, _DEFINITIONS))
        self._placed = sorted((_first(each), _last(each), each.name) for each in definitions)

    def of(self, line: int) -> str:
        """The qualified name of the innermost one around a line; empty where there is none."""
        return ".".join(name for first, last, name in self._placed if first <= line <= last)


def _first(node: _Definition) -> int:
    return min(each.lineno for each in (node, *node.decorator_list))


def _last(node: _Definition) -> int:
    return node.end_lineno or node.lineno


def _hash(line: str) -> str:
    text = " ".join(line.split())
    return hashlib.sha256(text.encode("utf-8", "backslashreplace")).hexdigest()[:_DIGITS]


def _entry(written: Any) -> Entry:
    fields = {name: written[name] for name in Entry._fields}
    for name, value in fields.items():
        if not isinstance(value, str):
            raise TypeError(f"{name} is {value!r}")
    return Entry(**fields)


def _count(written: Any) -> int:
    count = written["count"]
    if not isinstance(count, int) or count < 1:
        raise ValueError(f"count is {count!r}")
    return count
