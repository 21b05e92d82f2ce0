"""Both doors, and what must hold behind them for any file whatsoever."""

from __future__ import annotations

import ast
import io
import re
import warnings
from collections import Counter
from pathlib import Path
from tokenize import detect_encoding

import libcst
from flake8.processor import FileProcessor
from pyflakes.checker import Checker

from flake8_nograd.cli.mend import Mending
from flake8_nograd.cli.options import CommandLine
from flake8_nograd.cli.outcome import Outcome
from flake8_nograd.plugin import Plugin

NO_PYTHON = (SyntaxError, ValueError, LookupError, RecursionError, MemoryError)
"""What Python's own parser raises: bare flake8 finds no more in such a file, or ends with it."""


class Broken(AssertionError):
    """A property does not hold. The message says which."""


class Doors:
    """Takes one text after the other through the plugin and through the fixer."""

    def __init__(self, folder: Path) -> None:
        """``folder`` is where the files are written."""
        self._path = folder / "input.py"
        self._mending: dict[str, Mending] = {}
        for name, arguments in {
            "check": ["--check"],
            "safe": [],
            "unsafe": ["--unsafe-fixes", "--guard=inference_mode"],
            "add-noqa": ["--add-noqa"],
        }.items():
            enabled = ["--isolated", "--nograd-enable=NGD9", "--extend-select=NGD9"]
            options = CommandLine().parse([*enabled, *arguments, str(self._path)])
            self._mending[name] = Mending(
                options.action,
                options.unsafe,
                options.guard,
                False,
                options.flake8,
                options.settings,
            )
        self.findings: Counter[str] = Counter()
        self.parsed = 0
        self.mended = 0
        self.taken_back = 0

    def take(self, data: bytes) -> None:
        """Take a file through both doors; raises :class:`Broken`, or whatever comes out."""
        self._path.write_bytes(data)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what compilers say of odd code
            self._plugin()
            self._fixer(("safe", "unsafe", "add-noqa")[len(data) % 3], data)

    # --------------------------------------------------------------- the plugin

    def _plugin(self) -> None:
        """The plugin as flake8 calls it, on the lines and the tree that flake8 makes."""
        try:
            processor = FileProcessor(str(self._path), self._mending["check"].flake8)
            processor.strip_utf_bom()
            lines = processor.lines
            tree = processor.build_ast()
        except NO_PYTHON:
            return
        self.parsed += 1
        before = ast.dump(tree)
        found = list(Plugin(tree, lines).run())
        if ast.dump(tree) != before:
            raise Broken("the plugin has written on flake8's tree")
        if list(Plugin(tree, lines).run()) != found:
            raise Broken("another run has found something else")
        places = Counter((line, column, text.split()[0]) for line, column, text, _ in found)
        for (line, column, code), times in places.items():
            self.findings[code] += 1
            if times > 1:
                raise Broken(f"{code} is reported {times} times at {line}:{column}")
            if not (1 <= line <= len(lines) and 0 <= column <= len(lines[line - 1])):
                raise Broken(f"{code} is reported at {line}:{column}, outside of the file")
            if code == "NGD000" and not _is_too_much("".join(lines), tree):
                raise Broken(next(text for _, _, text, _ in found if code in text))

    # ---------------------------------------------------------------- the fixer

    def _fixer(self, name: str, data: bytes) -> None:
        """``nograd-fix`` as it treats a file, from the disk to the disk."""
        outcome = self._outcome(name, data)
        problem = outcome.problem or ""
        if problem.startswith(("is no Python", "could not be fixed")):
            if outcome.is_changed:
                raise Broken(f"a file was changed that {problem}")
            if problem.startswith("could not be fixed") and _parses(data):
                raise Broken(problem)
            return
        self.taken_back += problem.startswith("a fix was taken back")
        if not outcome.is_changed:
            return
        self.mended += 1
        if _parses(data) and not _parses(outcome.after):
            raise Broken("the fixed file does not parse")
        self._path.write_bytes(data)
        found = self._outcome("check", data)
        if name != "add-noqa":
            _demand_that_the_rest_stays(outcome, found)
        self._path.write_bytes(outcome.after)
        new = _codes(self._outcome("check", outcome.after)) - _codes(found)
        if new:
            raise Broken(f"the fix has added {', '.join(new)}")
        if self._outcome(name, outcome.after).is_changed:
            raise Broken("a second run changes the file again")

    def _outcome(self, name: str, before: bytes) -> Outcome:
        outcome = self._mending[name].of(str(self._path))
        if outcome.before != before:
            raise Broken("another content was read")
        if self._path.read_bytes() != (before if name == "check" else outcome.after):
            raise Broken("the file does not hold what is said of it")
        return outcome


def _codes(outcome: Outcome) -> Counter[str]:
    """What is found, wherever it stands: lines move."""
    return Counter(each.found.code for each in outcome.listed)


def _parses(data: bytes) -> bool:
    """Whether Python reads a file; given bytes, its parser lets comments have any encoding."""
    try:
        ast.parse(data.decode(detect_encoding(io.BytesIO(data).readline)[0]))
    except NO_PYTHON:
        return False
    return True


def _is_too_much(text: str, tree: ast.AST) -> bool:
    """Whether LibCST cannot parse a text, or flake8's own pyflakes dies of it."""
    try:
        libcst.parse_module(text)
        Checker(tree)
    except (libcst.ParserSyntaxError, libcst.CSTValidationError, RecursionError):
        return True
    return False


_GUARD_OR_MODE = re.compile(
    rb"grad|inference|volatile|training|no_|\b(with|eval|train|detach|item|backward|yield|import)\b"
)


def _demand_that_the_rest_stays(outcome: Outcome, found: Outcome) -> None:
    """Lines without a guard, a mode or a finding are all still there, their indentation aside.

    An empty one may go: none stays at the beginning of a block. So is every comment, and no line
    end is of a kind that the file had not.
    """
    reported = {each.line.strip().encode() for each in found.listed}
    lost = Counter(map(bytes.strip, _LINE_END.split(outcome.before)))
    lost -= Counter(map(bytes.strip, _LINE_END.split(outcome.after)))
    for line in lost:
        if line and line not in reported and not _GUARD_OR_MODE.search(line):
            raise Broken(f"the fix has changed {line!r}")
    comments = _comments(outcome.before) - _comments(outcome.after)
    if comments:
        raise Broken(f"the fix has lost {', '.join(comments)}")
    if not set(_LINE_END.findall(outcome.after)) <= set(_LINE_END.findall(outcome.before)):
        raise Broken("the fix has brought other line ends")


_LINE_END = re.compile(rb"\r\n|\n|\r")


def _comments(data: bytes) -> Counter[str]:
    """All comments; LibCST reads them, where ``tokenize`` is stricter than Python about tabs."""
    visitor = _Comments()
    libcst.parse_module(data).visit(visitor)
    return visitor.found


class _Comments(libcst.CSTVisitor):
    def __init__(self) -> None:
        super().__init__()
        self.found: Counter[str] = Counter()

    def visit_Comment(self, node: libcst.Comment) -> None:
        self.found[node.value] += 1
