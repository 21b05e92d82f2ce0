"""The command: from what was asked for to the exit code."""

from __future__ import annotations

import io
import os
import sys
from collections import Counter
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import IO

from rich.console import Console
from rich.text import Text

from flake8_nograd.cli import catalogue, difference
from flake8_nograd.cli.files import Files
from flake8_nograd.cli.known import write_baseline
from flake8_nograd.cli.mend import Mending
from flake8_nograd.cli.options import PROGRAM, CommandLine, Options
from flake8_nograd.cli.outcome import Outcome
from flake8_nograd.cli.reports import FOR_PEOPLE, REPORTS, SHOW_FIXES
from flake8_nograd.cli.run import run
from flake8_nograd.cli.terminal import FileProgress, console, printable
from flake8_nograd.cli.write import NotWritten

CLEAN, FOUND, FAILED, INTERRUPTED = 0, 1, 2, 130


def main(argv: Sequence[str] | None = None) -> int:
    """Run ``nograd-fix``; returns the exit code, raises SystemExit(2) for wrong usage."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # no name of a file must end the run
            stream.reconfigure(errors="backslashreplace")
    command_line = CommandLine()
    options = command_line.parse(argv)
    if options.list_rules:
        sys.stdout.write(catalogue.as_json() if options.format == "json" else catalogue.table())
        return CLEAN
    if options.explain is not None:
        return _explain(options, command_line)
    try:
        report = _report(options)
    except OSError as error:
        command_line.parser.error(f"{options.output_file}: {error.strerror}")
    try:
        with report as file:
            return _Command(options, file).run()
    except KeyboardInterrupt:
        _say("stopped; every file is either as it was or fixed")
        return INTERRUPTED
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if not isinstance(error, BrokenPipeError):  # nobody reads on, as with `| head`
            _say(f"{options.output_file or 'the standard output'}: {error.strerror}")
        return FAILED


def _explain(options: Options, command_line: CommandLine) -> int:
    rule = catalogue.rule_of(str(options.explain).upper())
    if rule is None:
        command_line.parser.error(f"there is no rule {options.explain}; see --list-rules")
    out = console(sys.stdout, options.color)
    page = catalogue.page(rule)
    if out.is_terminal and out.color_system is not None:
        from rich.markdown import Markdown  # loads a parser that nothing else needs

        out.print(Markdown(page), soft_wrap=False)
    else:
        out.file.write(page)
    return CLEAN


def _stdout_holds_code(options: Options) -> bool:
    """Whether the standard output is a patch or the fixed code."""
    return options.action == "diff" or (options.reads_stdin and options.action == "fix")


def _report(options: Options) -> AbstractContextManager[IO[str]]:
    """Where the findings go; raises :class:`OSError`, before anything is changed."""
    if options.output_file is None:
        return nullcontext(sys.stderr if _stdout_holds_code(options) else sys.stdout)
    return Path(options.output_file).open(
        "w", encoding="utf-8", errors="backslashreplace", newline="\n"
    )


class _Command:
    """One run over files; ``report`` is where the findings go."""

    def __init__(self, options: Options, report: IO[str]) -> None:
        self._options = options
        self._report_file = report

    def run(self) -> int:
        """Do what was asked for; returns the exit code."""
        options = self._options
        files = Files(options).listed()
        mending = Mending(
            options.action,
            options.unsafe,
            options.guard,
            options.format in SHOW_FIXES,
            options.flake8,
            options.settings,
            options.baseline,
        )
        with FileProgress(len(files)) as progress:
            outcomes = run(mending, files, options.jobs, progress.step)
        if options.reads_stdin and not files:  # excluded: it goes through as it came
            data = sys.stdin.buffer.read()
            outcomes = [Outcome(options.flake8.stdin_display_name, before=data, after=data)]
        self._put_out(outcomes)
        self._report(outcomes)
        for each in outcomes:
            if each.problem is not None:
                _say(f"{each.path}: {each.problem}")
        self._sum_up(outcomes)
        return max(self._write_baseline(outcomes), self._exit_code(outcomes))

    # ------------------------------------------------------------------ what is said

    def _put_out(self, outcomes: Sequence[Outcome]) -> None:
        """The patch, or the fixed code."""
        if self._options.action == "diff":
            patches = [
                difference.patch(each.path, each.before, each.after)
                for each in outcomes
                if each.is_changed
            ]
            self._put_patch(b"".join(patches))
        elif _stdout_holds_code(self._options):
            sys.stdout.buffer.write(outcomes[0].after)
            sys.stdout.buffer.flush()

    def _put_patch(self, patch: bytes) -> None:
        """In colour for people, byte by byte for `git apply`."""
        out = console(sys.stdout, self._options.color)
        if not out.is_terminal or out.color_system is None:
            sys.stdout.buffer.write(patch)
            sys.stdout.buffer.flush()
            return
        styles = {"+": "green", "-": "red", "@": "cyan"}
        for line in patch.decode("utf-8", "backslashreplace").split("\n")[:-1]:
            out.print(Text(printable(line), styles.get(line[:1], "")))

    def _report(self, outcomes: Sequence[Outcome]) -> None:
        options, for_people = self._options, self._options.format in FOR_PEOPLE
        out = console(self._report_file, "never" if options.output_file else options.color)
        REPORTS[options.format](outcomes, out)
        if options.flake8.statistics:
            _statistics(outcomes, out if for_people else console(sys.stderr, options.color))
        self._report_file.flush()

    def _sum_up(self, outcomes: Sequence[Outcome]) -> None:
        """One line that says what was done, and what could be."""
        changed = [each for each in outcomes if each.is_changed]
        mended = sum(len(each.mended) for each in changed)
        left = [each.found for outcome in outcomes for each in outcome.listed]
        safe = sum(each.fix == "safe" for each in left)
        unsafe = sum(each.fix == "unsafe" for each in left)
        parts = []
        if changed:
            verb = {"diff": "would fix", "add-noqa": "silenced"}.get(self._options.action, "fixed")
            parts.append(f"{verb} {_count(mended, 'finding')} in {_count(len(changed), 'file')}")
        if left:
            parts.append(f"{_count(len(left), 'finding')} left")
        if safe and self._options.action == "check":
            parts.append(f"{safe} can be fixed safely")
        if unsafe and not self._options.unsafe:
            parts.append(f"{unsafe} with --unsafe-fixes")
        if parts:
            _say("; ".join(parts))
        gone = self._gone(outcomes)
        if gone:
            are = "baseline entry is" if gone == 1 else "baseline entries are"
            _say(f"{gone} {are} gone: run --write-baseline")

    def _gone(self, outcomes: Sequence[Outcome]) -> int:
        """How many findings only the baseline still knows."""
        baseline = self._options.baseline
        if baseline is None or self._options.action == "write-baseline":
            return 0
        done = {baseline.path_of(each.path) for each in outcomes}
        return sum(each.gone for each in outcomes) + baseline.gone_with_files(done)

    def _write_baseline(self, outcomes: Sequence[Outcome]) -> int:
        """Write it, where that was asked for; returns the exit code of that."""
        baseline, file = self._options.baseline, self._options.baseline_file
        if baseline is None or file is None:
            return CLEAN
        try:
            known = write_baseline(baseline, file, outcomes)
        except NotWritten as error:
            _say(f"{file}: {error}")
            return FAILED
        _say(f"{file} lists {_count(known, 'finding')}")
        return CLEAN

    def _exit_code(self, outcomes: Sequence[Outcome]) -> int:
        if any(each.problem is not None for each in outcomes):
            return FAILED
        is_changed = any(each.is_changed for each in outcomes)
        if is_changed and self._options.exit_non_zero_on_fix:
            return FOUND
        if self._options.exit_zero:
            return CLEAN
        would_change = is_changed and self._options.action == "diff"
        return FOUND if would_change or any(each.listed for each in outcomes) else CLEAN


def _statistics(outcomes: Sequence[Outcome], out: Console) -> None:
    """How often each code is left, with its name."""
    counted = Counter(each.found.code for outcome in outcomes for each in outcome.listed)
    for code, count in sorted(counted.items()):
        out.print(f"{count:<5} {code} {catalogue.name_of(code)}")


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def _say(text: str) -> None:
    sys.stderr.write(f"{PROGRAM}: {printable(text)}\n")
