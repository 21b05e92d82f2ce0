"""How programs know files and findings again."""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.parse import quote

from flake8_nograd.cli.outcome import Listed, Outcome


def text_of(path: str) -> str:
    """A path that every reader can decode, where the name on the disk is no text."""
    return path.encode("utf-8", "backslashreplace").decode()


def relative(path: str) -> str:
    """A path from the current folder on, with slashes, where the file lies below it."""
    place = Path(path).absolute()
    below = place.relative_to(Path.cwd()) if place.is_relative_to(Path.cwd()) else place
    return Path(os.path.normpath(below)).as_posix()


def uri(path: str) -> str:
    """The relative URI of a file."""
    return quote(os.fsencode(relative(path)))


def with_fingerprints(outcomes: Sequence[Outcome]) -> Iterator[tuple[Listed, str]]:
    """Each finding with a name that stays the same where only lines above it change.

    Made of the path, the code, the text of the line, and a number where these are alike.
    """
    seen: Counter[tuple[str, str, str]] = Counter()
    for outcome in outcomes:
        for each in outcome.listed:
            key = (relative(each.path), each.found.code, each.line.strip())
            text = "\0".join((*key, str(seen[key])))
            seen[key] += 1
            yield each, hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()
