"""The code that is linted: a sample of pinned packages."""

from __future__ import annotations

import ast
import random
from collections.abc import Iterable
from pathlib import Path

from tests.realcode import packages

PLAIN = Path(__file__).with_name("packages.toml")
TORCH = (
    "basicsr captum fairseq kornia monai opacus pyro-ppl speechbrain stanza torch-geometric"
    " ultralytics yolox"
).split()
"""Of the packages of ``tests.realcode``: layers, training, inference, examples, tests."""


def torch_files(cache: Path, lines: int) -> list[Path]:
    """Files that import torch, of each package as many; ``lines`` lines in all, or a few more."""
    rows = [row for row in packages.locked() if row.name in TORCH]
    return _sample(rows, cache, lines, imports_torch=True)


def plain_files(cache: Path, lines: int) -> list[Path]:
    """The same of packages that never import torch."""
    return _sample(packages.locked(PLAIN), cache, lines, imports_torch=False)


def _sample(
    rows: Iterable[packages.Package], cache: Path, lines: int, *, imports_torch: bool
) -> list[Path]:
    """The same files each time, and on each machine."""
    rows = list(rows)
    chosen: list[Path] = []
    for row in rows:
        files = packages.python_files(packages.unpack(row, cache))
        random.Random(row.folder).shuffle(files)
        wanted = lines / len(rows)
        for path in files:
            source = path.read_bytes()
            if wanted > 0 and packages.imports_torch(source) == imports_torch and _parses(source):
                chosen.append(path)
                wanted -= lines_of([path])
    return chosen


def _parses(source: bytes) -> bool:
    """Some packages hold templates, and broken files for their tests."""
    try:
        ast.parse(source)
    except (SyntaxError, ValueError):
        return False
    return True


def lines_of(files: Iterable[Path]) -> int:
    """All lines of files."""
    return sum(path.read_bytes().count(b"\n") for path in files)
