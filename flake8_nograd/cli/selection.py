"""Which findings flake8 would show: asked of flake8 itself."""

from __future__ import annotations

import argparse
import functools
from collections.abc import Sequence

from flake8.formatting.base import BaseFormatter
from flake8.processor import FileProcessor
from flake8.style_guide import Decision, StyleGuideManager
from flake8.violation import Violation

from flake8_nograd.reported import Reported


class Selection:
    """flake8's view of one file: codes that are selected for it, and its ``# noqa`` comments."""

    def __init__(self, options: argparse.Namespace, filename: str) -> None:
        """``options`` are flake8's; ``filename`` is written as flake8 would show it."""
        self._options = options
        self._filename = filename
        guides = StyleGuideManager(options, BaseFormatter(options))
        self._guide = guides.style_guide_for(filename)
        self._processor_for = functools.lru_cache(maxsize=1)(self._processor)

    def leaves_out(self, lines: Sequence[str]) -> bool:
        """Whether a line ``# flake8: noqa`` switches the whole file off."""
        return self._processor_for(tuple(lines)).should_ignore_file()

    def wants(self, found: Reported, lines: Sequence[str]) -> bool:
        """Whether flake8 would show a finding in a text of these lines."""
        return self.selects(found.code) and not self.is_silenced(found, lines)

    def selects(self, code: str) -> bool:
        """Whether flake8 would show a finding with this code, were it not silenced."""
        return self._guide.should_report_error(code) is Decision.Selected

    def is_silenced(self, found: Reported, lines: Sequence[str]) -> bool:
        """Whether a ``# noqa`` comment silences a finding."""
        physical = self._processor_for(tuple(lines)).noqa_line_for(found.line)
        violation = Violation(
            found.code,
            self._filename,
            found.line,
            found.column + 1,
            found.message,
            lines[found.line - 1] if physical is None else physical,
        )
        return violation.is_inline_ignored(self._options.disable_noqa)

    def _processor(self, lines: tuple[str, ...]) -> FileProcessor:
        return FileProcessor(self._filename, self._options, list(lines))
