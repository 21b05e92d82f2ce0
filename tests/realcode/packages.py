"""The packages that are linted: source distributions, pinned by their hash."""

from __future__ import annotations

import hashlib
import re
import tarfile
import urllib.request
from dataclasses import dataclass
from pathlib import Path

import tomli

LOCK = Path(__file__).with_name("packages.toml")
_IMPORTS_TORCH = re.compile(rb"^\s*(import|from)\s+torch\b", re.MULTILINE)


@dataclass(frozen=True)
class Package:
    """One row of the lock file."""

    name: str
    version: str
    url: str
    sha256: str
    sample: str = "first"
    """Read first, or chosen after the analysis had been mended on the first sample."""

    @property
    def folder(self) -> str:
        """What its folder in the cache is called."""
        return f"{self.name}-{self.version}"


def locked(lock: Path = LOCK) -> list[Package]:
    """The packages of a lock file."""
    rows = tomli.loads(lock.read_text(encoding="utf-8"))["package"]
    return [Package(**row) for row in rows]


def unpack(package: Package, cache: Path) -> Path:
    """The folder with a package's source, downloaded and checked if it is not there yet.

    Raises :class:`ValueError` where the file is not the one that is pinned. Nothing of it is
    installed or run.
    """
    folder = cache / package.folder
    if folder.exists():
        return folder
    with urllib.request.urlopen(package.url) as answer:
        data = answer.read()
    found = hashlib.sha256(data).hexdigest()
    if found != package.sha256:
        raise ValueError(f"{package.url}: sha256 is {found}, not {package.sha256}")
    archive = cache / f"{package.folder}.tar.gz"
    archive.write_bytes(data)
    partial = cache / f"{package.folder}.partial"
    with tarfile.open(archive) as members:
        members.extractall(partial, filter="data")
    archive.unlink()
    return partial.rename(folder)


def python_files(folder: Path) -> list[Path]:
    """All Python files in a folder."""
    return [path for path in sorted(folder.rglob("*.py")) if path.is_file()]


def imports_torch(source: bytes) -> bool:
    """Whether a line of a file reads so."""
    return bool(_IMPORTS_TORCH.search(source))


def lines_importing_torch(folder: Path) -> int:
    """The lines of all files in a folder that import torch."""
    texts = (path.read_bytes() for path in python_files(folder))
    return sum(text.count(b"\n") for text in texts if imports_torch(text))
