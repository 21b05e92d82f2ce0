"""flake8's entry point. Loads LibCST only for a file in which a finding is possible."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from importlib.metadata import version
from typing import Any, ClassVar

from flake8_nograd.gate import is_finding_possible
from flake8_nograd.settings import Settings


class Plugin:
    """The plugin that flake8 makes for each file."""

    name = "flake8-nograd"
    version = version("flake8-nograd")
    settings: ClassVar[Settings] = Settings()

    def __init__(self, tree: ast.AST, lines: Sequence[str], filename: str = "") -> None:
        self._tree = tree
        self._lines = lines
        self._filename = filename

    def run(self) -> Iterator[tuple[int, int, str, type[Any]]]:
        """The findings: 1-based line, 0-based column in characters, ``code text``, this class."""
        text = "".join(self._lines)
        if not is_finding_possible(text, self._tree):
            return
        from flake8_nograd.check import check_text

        for finding in check_text(text, self.settings):
            yield finding.line, finding.column, f"{finding.code} {finding.message}", type(self)
