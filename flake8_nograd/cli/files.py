"""Which files are meant by the paths that were named."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from pathlib import Path

from flake8.discover_files import expand_paths
from flake8.utils import matches_filename

from flake8_nograd.cli.ignored import GitIgnore
from flake8_nograd.cli.notebook import SUFFIX
from flake8_nograd.cli.options import Options

_log = logging.getLogger("flake8.nograd")
_LOG_MESSAGE = '"%(path)s" has %(whether)sbeen excluded'


class Files:
    """The files of a run: those that flake8 would lint, and notebooks, less what git ignores."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._named = frozenset(options.paths)
        flake8 = options.flake8
        self._exclude = (*flake8.exclude, *flake8.extend_exclude, ".ipynb_checkpoints")
        self._patterns = list(flake8.filename)
        if self._patterns == ["*.py"]:  # as flake8 has it, where nobody says otherwise
            self._patterns.append(f"*{SUFFIX}")
        self._ignored = GitIgnore() if options.respect_gitignore else None

    def listed(self) -> list[str]:
        """Each file once, in the order of the names; ``-`` for the standard input."""
        found = expand_paths(
            paths=self._options.paths,
            stdin_display_name=self._options.flake8.stdin_display_name,
            filename_patterns=self._patterns,
            exclude=self._exclude,
        )
        files = {
            os.path.normpath(path): path for path in sorted(set(found)) if not self._is_out(path)
        }
        if self._options.action not in ("fix", "add-noqa"):
            return list(files.values())
        return list(self._to_write(list(files.values())))

    def _is_out(self, path: str) -> bool:
        name = self._options.flake8.stdin_display_name if path == "-" else path
        if path in self._named:
            return self._options.force_exclude and (
                self._is_below_excluded(name) or self._is_ignored(name)
            )
        return self._is_ignored(name)

    def _is_below_excluded(self, path: str) -> bool:
        """Whether flake8 would not have come to a file on its way from the current folder."""
        place = Path(path).absolute()
        if place.is_relative_to(Path.cwd()):
            place = place.relative_to(Path.cwd())
        return any(
            matches_filename(str(folder), self._exclude, _LOG_MESSAGE, _log)
            for folder in (place, *place.parents)
            if folder.name
        )

    def _is_ignored(self, path: str) -> bool:
        return self._ignored is not None and self._ignored.is_ignored(Path(path).absolute())

    def _to_write(self, files: list[str]) -> Iterator[str]:
        """One name for each file on the disk: two processes must not write the same.

        A symbolic link that was met on the way and leads out of the folders that were named is
        left alone: who named a folder did not name what lies elsewhere.
        """
        trees = [os.path.realpath(path) for path in self._named if Path(path).is_dir()]
        by_place: dict[str, str] = {}
        for path in sorted(files, key=os.path.islink):
            place = os.path.realpath(path)
            inside = any(os.path.commonpath([place, tree]) == tree for tree in trees)
            if path == "-" or path in self._named or inside:
                by_place.setdefault(place, path)
        return iter(sorted(by_place.values()))
