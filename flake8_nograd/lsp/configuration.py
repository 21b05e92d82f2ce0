"""What flake8 is told by the config files of the folder that the server works in."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from flake8.discover_files import expand_paths

from flake8_nograd.baseline import Baseline
from flake8_nograd.cli.mend import Mending
from flake8_nograd.cli.options import asked_of_flake8
from flake8_nograd.plugin import Plugin

_FILES = (".flake8", "setup.cfg", "tox.ini", "pyproject.toml")


@dataclass(frozen=True)
class Configuration:
    """flake8's options, and what the plugin makes of them."""

    flake8: argparse.Namespace
    mending: Mending
    stamp: tuple[tuple[str, int], ...]
    """The config files that may have been read, and when they were written."""

    @classmethod
    def read(cls) -> Configuration:
        """Read it for the current folder; raises :class:`ConfigError` where it is wrong."""
        stamp = _stamp()
        options = asked_of_flake8([], [])
        baseline: Baseline | None = Plugin.baseline
        mending = Mending(
            action="fix",
            unsafe=False,
            guard="no_grad",
            with_fixes=True,
            flake8=options,
            settings=Plugin.settings,
            baseline=baseline,
        )
        return cls(options, mending, stamp)

    @property
    def is_current(self) -> bool:
        """Whether no config file was written, made or removed since."""
        return self.stamp == _stamp()

    def excludes(self, path: str) -> bool:
        """Whether flake8 leaves a file out."""
        return not list(
            expand_paths(
                paths=["-"],
                stdin_display_name=path,
                filename_patterns=["*"],
                exclude=(*self.flake8.exclude, *self.flake8.extend_exclude),
            )
        )


def _stamp() -> tuple[tuple[str, int], ...]:
    return tuple(_written())


def _written() -> Iterator[tuple[str, int]]:
    here = Path.cwd()
    for folder in (here, *here.parents):
        for name in _FILES:
            try:
                yield str(folder / name), (folder / name).stat().st_mtime_ns
            except OSError:
                continue
