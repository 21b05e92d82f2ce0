"""The command line.

What to report is decided by flake8: its options are taken over as flake8 defines them, and are
handed to flake8 as they were written, which reads them together with its config files. So linter
and fixer cannot disagree, whichever plugin reads the config (Flake8-pyproject for one).
"""

from __future__ import annotations

import argparse
import configparser
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from flake8.exceptions import Flake8Exception
from flake8.main.options import JobsArgument, register_default_options
from flake8.options.manager import Option, OptionManager
from flake8.options.parse_args import parse_args
from flake8.utils import parse_files_to_codes_mapping

from flake8_nograd import __version__
from flake8_nograd.baseline import Baseline, BaselineError
from flake8_nograd.plugin import Plugin
from flake8_nograd.settings import Settings

PROGRAM = "nograd-fix"
FORMATS = ("concise", "full", "json", "github", "gitlab", "sarif")

Action: TypeAlias = Literal["fix", "check", "diff", "add-noqa", "write-baseline"]
Guard: TypeAlias = Literal["no_grad", "inference_mode"]

_FROM_FLAKE8 = (
    "--select",
    "--ignore",
    "--extend-select",
    "--extend-ignore",
    "--per-file-ignores",
    "--disable-noqa",
    "--exclude",
    "--extend-exclude",
    "--filename",
)
_SHORTER = {"--nograd-baseline": ("--baseline",)}
_EPILOG = """\
exit codes:
  0  nothing is left to report
  1  findings remain, or would be changed (--check, --diff)
  2  wrong usage; or a file could not be read, parsed, fixed or written

examples:
  nograd-fix src                        fix what is safe, list what remains
  nograd-fix --diff src | git apply     the same as a patch
  nograd-fix --check --output-format full src
  nograd-fix --explain NGD101
"""


class ConfigError(Exception):
    """Options or config files that flake8 does not take. The message is flake8's."""


def asked_of_flake8(options: Sequence[str], paths: Sequence[str]) -> argparse.Namespace:
    """What flake8 makes of its options and config; it also sets the plugin's settings.

    Plugins that a config requires for linting need not be there for fixing. Raises
    :class:`ConfigError`.
    """
    try:
        _, namespace = parse_args(["--require-plugins=", *options, "--", *paths])
        parse_files_to_codes_mapping(namespace.per_file_ignores)  # flake8 does it only later
    except (Flake8Exception, ValueError, OSError, configparser.Error) as error:
        raise ConfigError(str(error)) from error
    return namespace


@dataclass(frozen=True)
class Options:
    """What was asked for. ``flake8`` is flake8's own answer to its options and config files.

    ``baseline`` is what is known; ``baseline_file`` is where it is to be written, if it is.
    """

    action: Action
    unsafe: bool
    guard: Guard
    format: str
    output_file: str | None
    color: Literal["auto", "always", "never"]
    exit_zero: bool
    exit_non_zero_on_fix: bool
    force_exclude: bool
    respect_gitignore: bool
    explain: str | None
    list_rules: bool
    baseline_file: str | None
    flake8: argparse.Namespace
    settings: Settings
    baseline: Baseline | None

    @property
    def paths(self) -> list[str]:
        """The files and folders that were named; ``-`` is the standard input."""
        return list(self.flake8.filenames)

    @property
    def reads_stdin(self) -> bool:
        """Whether the code comes from the standard input."""
        return "-" in self.paths

    @property
    def jobs(self) -> int | None:
        """How many processes; ``None`` where that is left to the machine."""
        jobs = self.flake8.jobs
        return None if jobs.is_auto else max(1, jobs.n_jobs)


class _HandOver(argparse.Action):
    """Keeps an option as it was written, for flake8."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: Any,
        option_string: str | None = None,
    ) -> None:
        name = self.option_strings[-1]
        name = "--stdin-display-name" if name == "--stdin-filename" else name
        written = name if self.nargs == 0 else f"{name}={values}"
        namespace.for_flake8 = [*namespace.for_flake8, written]


class CommandLine:
    """The parser, and its options by group, to be documented."""

    def __init__(self) -> None:
        self.parser = argparse.ArgumentParser(
            prog=PROGRAM,
            usage="%(prog)s [options] PATH...",
            description="Fix PyTorch gradient-mode and train/eval-mode mistakes.",
            epilog=_EPILOG,
            formatter_class=argparse.RawDescriptionHelpFormatter,
            allow_abbrev=False,  # an option that is added later breaks nobody's script
        )
        self.groups: dict[str, list[argparse.Action]] = {}
        self._group = self.parser.add_argument_group("")
        self.parser.add_argument("paths", nargs="*", metavar="PATH", help="files, folders, or `-`")
        self.parser.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
        self.parser.set_defaults(for_flake8=[])
        self._add_what_to_do()
        self._add_what_to_print()
        self._add_what_to_report()
        self._add_which_files()

    def parse(self, argv: Sequence[str] | None) -> Options:
        """What was asked for; ends the process with 2 and a line on stderr where it is wrong."""
        given = self.parser.parse_args(argv)
        if not given.paths and not given.list_rules and given.explain is None:
            self.parser.error("name the files or folders to fix")
        if "-" in given.paths and len(given.paths) > 1:
            self.parser.error("`-` stands alone: the code comes from the standard input")
        if "-" in given.paths and given.action in ("add-noqa", "write-baseline"):
            self.parser.error(f"--{given.action} works on files, not on the standard input")
        if given.baseline_file is not None:  # a baseline is written of all findings
            given.for_flake8 = [*given.for_flake8, "--nograd-baseline="]
        return Options(
            action=given.action,
            unsafe=given.unsafe_fixes,
            guard=given.guard,
            format=given.output_format,
            output_file=given.output_file,
            color=given.color,
            exit_zero=given.exit_zero,
            exit_non_zero_on_fix=given.exit_non_zero_on_fix,
            force_exclude=given.force_exclude,
            respect_gitignore=not given.no_respect_gitignore,
            explain=given.explain,
            list_rules=given.list_rules,
            baseline_file=given.baseline_file,
            flake8=self._asked_of_flake8(given.for_flake8, given.paths),
            settings=Plugin.settings,
            baseline=self._baseline(given.baseline_file),
        )

    def _asked_of_flake8(self, options: list[str], paths: list[str]) -> argparse.Namespace:
        try:
            return asked_of_flake8(options, paths)
        except ConfigError as error:
            self.parser.error(str(error))

    def _baseline(self, file: str | None) -> Baseline | None:
        """What is known, as flake8 read it; or the baseline that is to be written anew."""
        if file is None:
            return Plugin.baseline
        try:
            return Baseline.read(file)
        except FileNotFoundError:
            return Baseline(file)
        except (BaselineError, OSError) as error:  # whatever it is, it is not ours to overwrite
            why = error.strerror if isinstance(error, OSError) else error
            self.parser.error(f"{file}: {why}")

    # --------------------------------------------------------------------- the options

    def _begin(self, title: str) -> None:
        self._group = self.parser.add_argument_group(title)
        self.groups[title] = []

    def _add(self, *names: str, **how: Any) -> None:
        self.groups[list(self.groups)[-1]].append(self._group.add_argument(*names, **how))

    def _take_over(self, option: Option, *names: str) -> None:
        flag = option.action == "store_true"
        self._add(
            *names,
            *map(str, option.option_args),
            action=_HandOver,
            nargs=0 if flag else None,
            default=option.filtered_option_kwargs.get("default"),
            metavar=None if flag else _placeholder(option),
            help=str(option.help).replace("``", "`"),
        )

    def _add_what_to_do(self) -> None:
        self._begin("what to do (default: apply safe fixes in place, list what remains)")
        for name, text in (
            ("check", "write nothing; list all findings"),
            ("diff", "write nothing; print the fixes as a patch that `git apply` takes"),
            ("add-noqa", "fix nothing; add `# noqa: CODE` to the lines that are reported"),
        ):
            self._add(
                f"--{name}",
                action=_OneOf,
                nargs=0,
                const=name,
                dest="action",
                default="fix",
                help=text,
            )
        self._add(
            "--write-baseline",
            metavar="FILE",
            action=_OneOfWithFile,
            const="write-baseline",
            dest="action",
            default="fix",
            help="fix nothing; write a file of all findings, for --baseline",
        )
        self.parser.set_defaults(baseline_file=None)
        self._add(
            "--unsafe-fixes",
            action="store_true",
            help="apply also fixes that may change what the program does; "
            "each rule's page says why",
        )
        self._add(
            "--guard",
            choices=("no_grad", "inference_mode"),
            default="no_grad",
            help="the guard that fixes insert (default: %(default)s). Tensors that are made "
            "under `inference_mode` cannot be used in training",
        )
        self._add("--explain", metavar="CODE", help="print the page of a rule and exit")
        self._add("--list-rules", action="store_true", help="print all rules and exit")

    def _add_what_to_print(self) -> None:
        self._begin("what to print")
        self._add(
            "--output-format",
            choices=FORMATS,
            default="concise",
            help="how findings are listed (default: %(default)s)",
        )
        self._add("--output-file", metavar="FILE", help="write the findings to this file")
        self._add(
            "--color",
            choices=("auto", "always", "never"),
            default="auto",
            help="whether to use colour (default: %(default)s, which honours NO_COLOR and "
            "FORCE_COLOR)",
        )
        self._add("--exit-zero", action="store_true", help="exit with 0 even if findings remain")
        self._add(
            "--exit-non-zero-on-fix", action="store_true", help="exit with 1 if a file was changed"
        )

    def _add_what_to_report(self) -> None:
        self._begin("what to report (as in flake8, also read from its config files)")
        manager = OptionManager(version="", plugin_versions="", parents=[], formatter_names=[])
        register_default_options(manager)
        Plugin.add_options(manager)
        for option in manager.options:
            name = str(option.long_option_name)
            if name in _FROM_FLAKE8 or name.startswith("--nograd-"):
                self._take_over(option, *_SHORTER.get(name, ()))
        self._add("--statistics", action=_HandOver, nargs=0, help="count the findings by code")
        self._add(
            "-j",
            "--jobs",
            action=_HandOver,
            type=JobsArgument,
            metavar="N",
            default="auto",
            help="number of processes, or `auto` (default: %(default)s)",
        )
        for name, text in (
            ("--config", "read this config file and no other"),
            ("--append-config", "read this config file too, last"),
        ):
            self._add(name, action=_HandOver, metavar="FILE", help=text)
        self._add("--isolated", action=_HandOver, nargs=0, help="read no config file")

    def _add_which_files(self) -> None:
        self._begin("which files")
        self._add(
            "--stdin-filename",
            action=_HandOver,
            metavar="NAME",
            help="with `-`: the name of the file that comes on the standard input",
        )
        self._add(
            "--force-exclude",
            action="store_true",
            help="exclude also files that are named on the command line (for pre-commit)",
        )
        self._add(
            "--no-respect-gitignore",
            action="store_true",
            help="go also through what .gitignore files name",
        )


class _OneOf(argparse.Action):
    """Actions that exclude each other, each an option of its own."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: Any,
        option_string: str | None = None,
    ) -> None:
        chosen = getattr(namespace, self.dest)
        if chosen not in (self.default, self.const):
            parser.error(f"--{chosen} and --{self.const} exclude each other")
        setattr(namespace, self.dest, self.const)


class _OneOfWithFile(_OneOf):
    """The one that is told where to write."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: Any,
        option_string: str | None = None,
    ) -> None:
        super().__call__(parser, namespace, values, option_string)
        namespace.baseline_file = values


def _placeholder(option: Option) -> str:
    metavar = option.filtered_option_kwargs.get("metavar")
    return str(metavar or str(option.long_option_name).rpartition("-")[2]).upper()
