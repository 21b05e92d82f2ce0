"""What becomes of the repositories, as plain data that can be kept."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from tests.fixing.copy import Copy
from tests.fixing.fixers import Finding, nograd_fix, preflight_fix


@dataclass
class Run:
    """What one fixer made of a repository."""

    changed: list[str] = field(default_factory=list)
    added: int = 0
    removed: int = 0
    broken: list[str] = field(default_factory=list)
    """Changed files that compiled before, and do not now."""
    other_line_ends: list[str] = field(default_factory=list)
    new: list[list[str]] = field(default_factory=list)
    """File, code, level and message of what ``nograd-fix --check`` did not find before."""
    changed_again: list[str] = field(default_factory=list)
    """Files that a second run changes."""
    before: dict[str, int] = field(default_factory=dict)
    """How often each code was found before."""
    left: dict[str, int] = field(default_factory=dict)
    """How often each code is found after."""


@dataclass
class Repository:
    """What the fixers made of one repository."""

    files: int
    safe: Run
    unsafe: Run
    """``--unsafe-fixes``, of what the safe fixes leave."""
    other: Run
    """torch-preflight."""
    crash: str | None
    """What torch-preflight said where it ended with a traceback; what it had fixed counts."""


def read(path: Path) -> dict[str, Repository]:
    """What was kept, by the repositories' folders."""
    data = json.loads(path.read_text(encoding="utf-8"))
    return {name: _repository(one) for name, one in data.items()}


def _repository(one: Mapping[str, Any]) -> Repository:
    safe, unsafe, other = (Run(**one[run]) for run in ("safe", "unsafe", "other"))
    return Repository(one["files"], safe, unsafe, other, one["crash"])


def write(measured: Mapping[str, Repository], path: Path) -> None:
    """Keep it."""
    data = {name: asdict(one) for name, one in sorted(measured.items())}
    text = json.dumps(data, indent=1, ensure_ascii=False)
    path.write_text(text + "\n", encoding="utf-8", newline="\n")


def measure(origin: Path, folder: Path, environment: Path) -> Repository:
    """Copy a repository to ``folder`` and run the fixers there.

    ``environment`` is where torch-preflight is, or will be. Raises ``FixerError``.
    """
    copy = Copy(origin, folder)

    left = nograd_fix(folder, ["."])
    safe, before = _look(copy, left, lambda names: nograd_fix(folder, names))

    crash = preflight_fix(folder, environment, ["."])
    other, _ = _look(copy, before, lambda names: preflight_fix(folder, environment, names))

    left = nograd_fix(folder, _paths(before))
    copy.keep()
    nograd_fix(folder, _paths(left), "--unsafe-fixes")
    unsafe, _ = _look(copy, left, lambda names: nograd_fix(folder, names, "--unsafe-fixes"))
    return Repository(len(copy.files()), safe, unsafe, other, crash)


def _look(
    copy: Copy, found: Counter[Finding], again: Callable[[Sequence[str]], object]
) -> tuple[Run, Counter[Finding]]:
    """Look at what a fixer has made, let it run again, and take all back.

    Returns also what was found before, in the files of ``found`` and those that are changed.
    """
    changed = copy.changed()
    names = sorted({*changed, *_paths(found)})
    added, removed = copy.lines()
    broken, other_line_ends = copy.broken(changed), copy.with_other_line_ends(changed)
    left = nograd_fix(copy.folder, names, "--check")
    contents = {name: copy.read(name) for name in names}
    again(names)
    changed_again = [name for name in names if copy.read(name) != contents[name]]
    copy.reset()
    before = nograd_fix(copy.folder, names, "--check")
    new = [list(each) for each in sorted((left - before).elements())]
    run = Run(
        changed,
        added,
        removed,
        broken,
        other_line_ends,
        new,
        changed_again,
        _by_code(before),
        _by_code(left),
    )
    return run, before


def _paths(found: Iterable[Finding]) -> list[str]:
    return sorted({each.path for each in found})


def _by_code(found: Counter[Finding]) -> dict[str, int]:
    return dict(sorted(Counter(each.code for each in found.elements()).items()))
