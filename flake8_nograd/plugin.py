"""flake8's entry point. Loads LibCST only for a file that has a finding.

flake8 imports this at every start: what only some files need is imported when one comes.
"""

from __future__ import annotations

import ast
import logging
from argparse import Namespace
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from flake8.exceptions import ExecutionError
from flake8.options.manager import OptionManager

from flake8_nograd.gate import is_finding_possible, names_torch
from flake8_nograd.settings import Settings

if TYPE_CHECKING:
    from flake8_nograd.baseline import Baseline
    from flake8_nograd.reported import Reported

_OPT_IN = "NGD9"
_log = logging.getLogger("flake8.nograd")  # shown by `flake8 -v`, silent otherwise


class Plugin:
    """The plugin that flake8 makes for each file."""

    settings: ClassVar[Settings] = Settings()
    baseline: ClassVar[Baseline | None] = None

    def __init__(self, tree: ast.AST, lines: Sequence[str], filename: str = "stdin") -> None:
        """``tree`` is flake8's own and is only read; ``lines`` keep their line ends."""
        self._tree = tree
        self._lines = lines
        self._filename = filename

    @staticmethod
    def add_options(manager: OptionManager) -> None:
        """Register the options, all of them also read from flake8's config files."""
        for name, text in (
            ("guards", "own context managers and decorators that switch gradients off"),
            ("frameworks", "own framework files (TOML)"),
            ("enable", "opt-in rules to switch on"),
        ):
            manager.add_option(
                f"--nograd-{name}",
                default="",
                comma_separated_list=True,
                parse_from_config=True,
                normalize_paths=name == "frameworks",
                help=f"comma-separated list: {text}",
            )
        manager.add_option(
            "--nograd-baseline",
            default="",
            metavar="file",
            parse_from_config=True,
            normalize_paths=True,
            help="report only findings that this file does not list",
        )

    @classmethod
    def parse_options(cls, options: Namespace) -> None:
        """Take the options over; raises flake8's own error for a file among them that is wrong."""
        chosen = [*(options.select or ()), *(options.extend_select or ())]
        cls.settings = Settings(
            frameworks=tuple(options.nograd_frameworks),
            guards=tuple(options.nograd_guards),
            enabled=(
                *options.nograd_enable,
                *(code for code in chosen if code.startswith(_OPT_IN)),
            ),
        )
        if cls.settings.frameworks:
            from flake8_nograd.frameworks import FrameworkError, load

            try:
                load(cls.settings.frameworks, cls.settings.guards)
            except (FrameworkError, OSError) as error:
                raise ExecutionError(f"flake8-nograd: {error}") from error
        cls.baseline = _baseline(options.nograd_baseline) if options.nograd_baseline else None

    def run(self) -> Iterable[tuple[int, int, str, type[Any]]]:
        """The findings: 1-based line, 0-based column in characters, ``code text``, this class."""
        return self._found() if names_torch(self._lines) else ()

    def _found(self) -> Iterator[tuple[int, int, str, type[Any]]]:
        found = findings(self._lines, self._tree, self.settings)
        if self.baseline is not None:
            found = self.baseline.compared(self._filename, self._lines, self._tree, found).new
        for each in found:
            yield each.line, each.column, f"{each.code} {each.message}", type(self)


def _baseline(path: str) -> Baseline:
    from flake8_nograd.baseline import Baseline, BaselineError  # for those who have one

    try:
        return Baseline.read(path)
    except (BaselineError, OSError) as error:
        why = error.strerror if isinstance(error, OSError) else error
        raise ExecutionError(f"flake8-nograd: the baseline {path}: {why}") from error


def findings(lines: Sequence[str], tree: ast.AST, settings: Settings) -> list[Reported]:
    """The findings of one file, on lines that it has; a failure is one of them, never raised."""
    if not is_finding_possible(lines, tree):
        return []
    from dataclasses import replace

    from flake8_nograd.reported import internal_error

    try:
        from flake8_nograd.first_look import finds_anything

        assert isinstance(tree, ast.Module)
        if not finds_anything(tree, settings):
            return []
        from flake8_nograd.check import check_text

        found = check_text("".join(lines), settings)
    except Exception as error:  # flake8 would end the run, for all plugins
        _log.exception("flake8-nograd failed")
        found = [internal_error(error)]
    return [replace(each, line=min(each.line, len(lines))) for each in found]
