"""What git ignores: the ``.gitignore`` files of a repository, from its top down."""

from __future__ import annotations

import functools
from pathlib import Path

from pathspec import GitIgnoreSpec


class GitIgnore:
    """Answers for absolute paths; a path outside of any repository is never ignored."""

    def __init__(self) -> None:
        self._rules = functools.cache(_rules)
        self._top = functools.cache(_top)
        self.is_ignored_folder = functools.cache(self._is_ignored_folder)

    def is_ignored(self, path: Path) -> bool:
        """Whether git ignores a file, itself or by a folder above it."""
        return self.is_ignored_folder(path.parent) or self._is_named(path, "")

    def _is_ignored_folder(self, folder: Path) -> bool:
        top = self._top(folder)
        if top is None or top == folder:
            return False
        return self.is_ignored_folder(folder.parent) or self._is_named(folder, "/")

    def _is_named(self, path: Path, end: str) -> bool:
        """What the nearest file that has a word on this very path says."""
        top = self._top(path.parent)
        if top is None:
            return False
        for folder in path.parents:
            said = self._rules(folder, folder == top).check_file(
                path.relative_to(folder).as_posix() + end
            )
            if said.include is not None:
                return said.include
            if folder == top:
                break
        return False


def _top(folder: Path) -> Path | None:
    """The top of the repository that holds a folder."""
    return next((each for each in (folder, *folder.parents) if (each / ".git").exists()), None)


def _rules(folder: Path, is_top: bool) -> GitIgnoreSpec:
    files = [folder / ".gitignore"]
    if is_top:  # the file that git reads after all others
        files.insert(0, folder / ".git" / "info" / "exclude")
    lines: list[str] = []
    for file in files:
        try:
            lines += file.read_text(encoding="utf-8", errors="surrogateescape").splitlines()
        except OSError:  # there is none, or it cannot be read: git goes on as well
            continue
    return GitIgnoreSpec.from_lines(lines)
