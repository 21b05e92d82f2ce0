"""Cases written as Markdown, and what must hold for each of them.

``tests/rules/<code>.md`` (or ``<code>-<what>.md``) reads like a specification: a heading names the
case, a sentence says why, and a ``python`` block holds the code. A comment ``# error: NGD101`` (or
several codes) ends each line that must be reported; every other line must be clean of every rule.
``# todo: NGD101`` marks a known gap, and fails on the day the gap closes. A second block,
introduced by the words *after the fix*, is what the fixer must make of the first without its
marks; *after the unsafe fix*: with unsafe fixes too. ``python -m tests.harness`` writes these
blocks; then read them.

A heading with deeper headings and no block of its own names a group of cases.

``tests/silent/<what>.md`` is written in the same way: what no rule may report, each in several
spellings, and a positive twin that shows what makes the difference.
"""

from __future__ import annotations

import ast
import io
import re
import subprocess
import sys
import textwrap
import tokenize
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import NamedTuple, TypeVar

import libcst as cst

from flake8_nograd.check import check_text
from flake8_nograd.fixes import Fixed, fix_bytes
from flake8_nograd.settings import Settings

RULES = Path(__file__).parent / "rules"
SILENT = Path(__file__).parent / "silent"

_HEADING = re.compile(r"(#+)\s+(.+?)\s*#*")
_FENCE = re.compile(r"```(\w*)\s*")
_AFTER_THE_FIX = re.compile(r"\bafter the (unsafe )?fix\b", re.IGNORECASE)
_CODES = r"NGD\d{3}(?:\s*,\s*NGD\d{3})*"
_MARK = re.compile(rf"# (error|todo): ({_CODES})(?=\s*(?:$|#))")
_MARK_IN_CODE = re.compile(rf" *# (?:error|todo): {_CODES}(?=\s*(?:$|#))", re.MULTILINE)
_NO_MARK = re.compile(rf"# noqa: {_CODES}")


class CaseError(Exception):
    """A case is written in a way that nobody can test. The message begins with file and line."""


class Exempt(Exception):
    """A variant makes no sense for a case. The message says why."""


class Mark(NamedTuple):
    """A code on a line: what a case demands, and what a run reports."""

    line: int
    code: str

    def __str__(self) -> str:
        return f"{self.code} on line {self.line}"


# ------------------------------------------------------------------------ cases


@dataclass(frozen=True)
class Case:
    """One case of one rule, or of what no rule may report."""

    code: str
    """The rule's code; the name of the file in ``tests/silent``."""
    heading: str
    why: str
    source: str
    place: str
    """File and line of the block, to find it again."""
    fixed: str | None = None
    """What the fixer must make of ``unmarked``."""
    is_unsafe: bool = False
    """The fix is unsafe."""

    def __str__(self) -> str:
        return f"{self.code}: {self.heading}"

    @property
    def settings(self) -> Settings:
        """The defaults; for an opt-in rule's own cases with the rule enabled."""
        return Settings(enabled=(self.code,) if self.code.startswith("NGD9") else ())

    @property
    def unmarked(self) -> str:
        """The code as a user has it, without the marks."""
        return _MARK_IN_CODE.sub("", self.source)

    @cached_property
    def errors(self) -> list[Mark]:
        """What must be reported."""
        return _marks(self.source, "error", self.place)

    @cached_property
    def todos(self) -> list[Mark]:
        """What should be reported and, as yet, is not."""
        return _marks(self.source, "todo", self.place)

    def disagreements(self, reported: Iterable[Mark], shift: int = 0) -> list[str]:
        """How a report differs from the marks; ``shift`` lines stand above the case."""
        found = Counter(Mark(mark.line - shift, mark.code) for mark in reported)
        wanted = Counter(self.errors)
        closed = found & Counter(self.todos)
        problems = [f"{mark} is not reported" for mark in (wanted - found).elements()]
        problems += [
            f"{mark} is reported, so its gap is closed: mark it as an error"
            for mark in closed.elements()
        ]
        problems += [
            f"{mark} is reported without a mark" for mark in (found - wanted - closed).elements()
        ]
        return [f"{problem}: {self._line(problem)}" for problem in sorted(problems)]

    def _line(self, problem: str) -> str:
        match = re.search(r"on line (-?\d+)", problem)
        number = 0 if match is None else int(match[1])
        lines = self.source.split("\n")
        return lines[number - 1].strip() if 0 < number <= len(lines) else "(outside of the case)"


def _marks(source: str, kind: str, place: str) -> list[Mark]:
    marks = []
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type != tokenize.COMMENT:
            continue
        found = _MARK.findall(token.string)
        if "NGD" in _NO_MARK.sub("", _MARK.sub("", token.string)):
            raise CaseError(f"{place}: not a mark: {token.string}")
        marks += [
            Mark(token.start[0], code)
            for each, codes in found
            if each == kind
            for code in re.split(r"\s*,\s*", codes)
        ]
    return sorted(marks)


# --------------------------------------------------------------------- Markdown


@dataclass
class _Section:
    """What stands below one heading, while the file is read."""

    heading: str
    level: int
    line: int
    why: list[str] = field(default_factory=list)
    blocks: list[tuple[int, str]] = field(default_factory=list)
    fix_announced: bool = False
    is_unsafe: bool = False

    def case(self, code: str, file: str) -> Case:
        """The section as a case."""
        line, source = self.blocks[0]
        place = f"{file}:{line}"
        if not self.why:
            raise CaseError(f"{file}:{self.line}: `{self.heading}` does not say why")
        if len(self.blocks) > 1 and not self.fix_announced:
            raise CaseError(f"{place}: a second block must be introduced by *after the fix*")
        if len(self.blocks) > 2:
            raise CaseError(f"{place}: `{self.heading}` has more than two blocks")
        for number, block in self.blocks:
            try:
                ast.parse(block)
            except SyntaxError as error:
                where = number + (error.lineno or 0)
                raise CaseError(f"{file}:{where}: no Python: {error.msg}") from error
        fixed = self.blocks[1][1] if len(self.blocks) > 1 else None
        case = Case(code, self.heading, " ".join(self.why), source, place, fixed, self.is_unsafe)
        _ = case.errors  # a mark that is not well written is found while the file is read
        return case


def parse(text: str, code: str, file: str) -> list[Case]:
    """The cases of one Markdown file."""
    sections: list[_Section] = []
    lines = enumerate(text.splitlines(), start=1)
    for number, line in lines:
        if heading := _HEADING.fullmatch(line):
            sections.append(_Section(heading[2], len(heading[1]), number))
        elif fence := _FENCE.fullmatch(line):
            block = []
            for _, inner in lines:
                if inner.rstrip() == "```":
                    break
                block.append(inner + "\n")
            else:
                raise CaseError(f"{file}:{number}: the block has no end")
            if fence[1] == "python":
                if not sections:
                    raise CaseError(f"{file}:{number}: a block without a heading")
                sections[-1].blocks.append((number, "".join(block)))
        elif sections and line.strip():
            section = sections[-1]
            if section.blocks:
                if announced := _AFTER_THE_FIX.search(line):
                    section.fix_announced = True
                    section.is_unsafe = bool(announced[1])
            else:
                section.why.append(line.strip())
    cases = [section.case(code, file) for section in sections if section.blocks]
    _demand_one_block_for_each_heading(sections, file)
    for heading_, count in Counter(case.heading for case in cases).items():
        if count > 1:
            raise CaseError(f"{file}: {count} cases are named `{heading_}`")
    return cases


def _demand_one_block_for_each_heading(sections: list[_Section], file: str) -> None:
    for section, following in zip(sections, [*sections[1:], None], strict=True):
        is_group = following is not None and following.level > section.level
        if not section.blocks and not is_group:
            raise CaseError(f"{file}:{section.line}: `{section.heading}` has no code")


def load_cases(folder: Path = RULES) -> list[Case]:
    """The cases of all rules, or those of another folder; they go by the file's name."""
    return [
        case
        for path in sorted(folder.glob("*.md"))
        for case in parse(path.read_text(encoding="utf-8"), path.stem[:6], path.name)
    ]


# --------------------------------------------------------------------- the runs


def check(text: str | bytes, settings: Settings) -> list[Mark]:
    """What the analysis reports; a rule that raises, raises here."""
    return [Mark(found.line, found.code) for found in check_text(text, settings, raises=True)]


def fix(data: bytes, settings: Settings, *, unsafe: bool = False) -> Fixed:
    """What the fixer makes of a file, all findings wanted."""
    return fix_bytes(data, settings, lambda found, _: found, unsafe=unsafe)


def run_flake8(
    sources: Mapping[str, str], folder: Path, enabled: Iterable[str] = ()
) -> dict[str, list[Mark]]:
    """What flake8 itself reports, in one run over all sources; keys are any names."""
    names = {}
    for number, (name, source) in enumerate(sources.items()):
        path = folder / f"case_{number:04}.py"
        path.write_text(source, encoding="utf-8", newline="")
        names[str(path)] = name
    command = [sys.executable, "-m", "flake8", "--isolated", "--require-plugins=flake8-nograd"]
    command += [f"--select={','.join(['NGD', *enabled])}", "--format=%(path)s\t%(row)d\t%(code)s"]
    run = subprocess.run([*command, str(folder)], capture_output=True, text=True, check=False)
    report: dict[str, list[Mark]] = {name: [] for name in sources}
    try:
        for line in run.stdout.splitlines():
            path_, row, code = line.split("\t")
            report[names[path_]].append(Mark(int(row), code))
    except ValueError as error:
        raise RuntimeError(_without_paths(run.stdout, names)) from error
    if run.returncode not in (0, 1) or run.stderr:
        raise RuntimeError(_without_paths(run.stderr, names))
    return report


def _without_paths(text: str, names: Mapping[str, str]) -> str:
    """What flake8 complained of, with the names of cases instead of files."""
    for path, name in names.items():
        text = text.replace(path, name)
    return f"flake8 failed: {text}"


# ------------------------------------------------------------------ the variants


def with_noqa(case: Case) -> str:
    """The case, with ``# noqa: CODE`` on each line that must be reported."""
    lines = case.source.split("\n")
    codes: dict[int, list[str]] = {}
    for line, code in case.errors:
        codes.setdefault(line, []).append(code)
    for line, found in codes.items():
        lines[line - 1] += f"  # noqa: {','.join(found)}"
    return "\n".join(lines)


def with_crlf(case: Case) -> bytes:
    """The case with Windows line ends."""
    return case.source.replace("\n", "\r\n").encode()


def with_bom(case: Case) -> bytes:
    """The case behind a UTF-8 byte order mark."""
    return case.source.encode("utf-8-sig")


def in_latin_1(case: Case) -> bytes:
    """The case and an accented comment in latin-1, which the line put above says."""
    try:
        return f"# -*- coding: latin-1 -*-\n{case.source}# caf\xe9\n".encode("latin-1")
    except UnicodeEncodeError as error:
        raise Exempt("the case holds a character that latin-1 does not have") from error


def without_final_newline(case: Case) -> str:
    """The case without its last newline."""
    return case.source.rstrip("\n")


def indented(case: Case) -> str:
    """The case one level deeper, in a block put around it."""
    if re.search(r"^from __future__ ", case.source, re.MULTILINE):
        raise Exempt("`from __future__` may only stand at the top level")
    return "if True:\n" + textwrap.indent(case.source, "    ")


def with_unrelated_function(case: Case) -> str:
    """The case with a function that has nothing to do with it below."""
    function = '''

        def format_duration(seconds):
            """Hours, minutes and seconds."""
            minutes, seconds = divmod(int(seconds), 60)
            hours, minutes = divmod(minutes, 60)
            return f"{hours:d}:{minutes:02d}:{seconds:02d}"
    '''
    return case.source + textwrap.dedent(function).rstrip(" ")


# --------------------------------------------------------------- renamed imports

_Import = TypeVar("_Import", cst.Import, cst.ImportFrom)

_NEW_NAMES = {"torch": "th", "nn": "neural", "F": "functional"}
_MODULES = {"torch": ("nn", "optim", "autograd"), "torch.nn": ("functional",)}


def with_renamed_imports(case: Case) -> str:
    """The case with every import bound to another name, and every use of it rewritten.

    Modules of torch are also imported in the other way: ``from torch import nn`` becomes
    ``import torch.nn as neural``, and ``import torch.nn as nn`` becomes ``from torch import nn as
    neural``. A name that the case also binds to something else keeps its name.
    """
    names = _new_names(ast.parse(case.source))
    return cst.parse_module(case.source).visit(_Renaming(names)).code


def _new_names(tree: ast.Module) -> dict[str, str]:
    imported, bound, used = set(), set(), set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            imported |= {
                each.asname or each.name
                for each in node.names
                if each.asname or "." not in each.name
            }
        elif isinstance(node, ast.ImportFrom) and node.module != "__future__":
            imported |= {each.asname or each.name for each in node.names}
        elif isinstance(node, ast.Name):
            used.add(node.id)
            if not isinstance(node.ctx, ast.Load):
                bound.add(node.id)
        elif isinstance(node, ast.arg):
            bound.add(node.arg)
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            bound.add(node.name)
    new = {}
    for name in sorted(imported - bound - {"*"}):
        other = _NEW_NAMES.get(name, f"{name}_alias")
        new[name] = f"{name}_alias" if other in imported | bound | used else other
    return new


class _Renaming(cst.CSTTransformer):
    """Rewrites imports and the names they bind."""

    def __init__(self, names: Mapping[str, str]) -> None:
        super().__init__()
        self._names = names

    def leave_Name(self, original_node: cst.Name, updated_node: cst.Name) -> cst.Name:
        return updated_node.with_changes(
            value=self._names.get(original_node.value, original_node.value)
        )

    def leave_Attribute(
        self, original_node: cst.Attribute, updated_node: cst.Attribute
    ) -> cst.Attribute:
        return updated_node.with_changes(attr=original_node.attr)

    def leave_Arg(self, original_node: cst.Arg, updated_node: cst.Arg) -> cst.Arg:
        return updated_node.with_changes(keyword=original_node.keyword)

    def visit_Import(self, node: cst.Import) -> bool:
        return False

    def visit_ImportFrom(self, node: cst.ImportFrom) -> bool:
        return False

    def leave_Import(
        self, original_node: cst.Import, updated_node: cst.Import
    ) -> cst.Import | cst.ImportFrom:
        if len(original_node.names) == 1:
            [alias] = original_node.names
            package, _, module = _dotted(alias.name).rpartition(".")
            bound = self._names.get(_bound(alias))
            if alias.asname is not None and bound and module in _MODULES.get(package, ()):
                return _statement(f"from {package} import {module} as {bound}", cst.ImportFrom)
        return updated_node.with_changes(names=[self._alias(each) for each in updated_node.names])

    def leave_ImportFrom(
        self, original_node: cst.ImportFrom, updated_node: cst.ImportFrom
    ) -> cst.Import | cst.ImportFrom:
        aliases = original_node.names
        if isinstance(aliases, cst.ImportStar):
            return updated_node
        package = "" if original_node.module is None else _dotted(original_node.module)
        modules = () if original_node.relative else _MODULES.get(package, ())
        if all(_dotted(each.name) in modules and _bound(each) in self._names for each in aliases):
            items = [
                f"{package}.{_dotted(each.name)} as {self._names[_bound(each)]}" for each in aliases
            ]
            return _statement(f"import {', '.join(items)}", cst.Import)
        return updated_node.with_changes(names=[self._alias(each) for each in aliases])

    def _alias(self, alias: cst.ImportAlias) -> cst.ImportAlias:
        new = self._names.get(_bound(alias))
        if new is None:
            return alias
        return alias.with_changes(
            asname=cst.AsName(
                name=cst.Name(new),
                whitespace_before_as=cst.SimpleWhitespace(" "),
                whitespace_after_as=cst.SimpleWhitespace(" "),
            )
        )


def _dotted(name: cst.BaseExpression) -> str:
    return cst.Module([]).code_for_node(name)


def _bound(alias: cst.ImportAlias) -> str:
    return _dotted(alias.name if alias.asname is None else alias.asname.name)


def _statement(text: str, kind: type[_Import]) -> _Import:
    line = cst.ensure_type(cst.parse_statement(text), cst.SimpleStatementLine)
    return cst.ensure_type(line.body[0], kind)


# ----------------------------------------------------------------- the fixed forms


def with_fixed_forms(text: str, code: str, file: str) -> str:
    """The Markdown file with the block after the fix for each case that has one."""
    lines = text.splitlines()
    for case in reversed(parse(text, code, file)):
        start = int(case.place.rpartition(":")[2]) + len(case.source.splitlines()) + 1
        stop = start
        while stop < len(lines) and not (_HEADING.fullmatch(lines[stop]) and stop > start):
            stop = _end_of_block(lines, stop) if lines[stop].startswith("```") else stop + 1
        lines[start:stop] = ["", *_after_the_fix(case)]
    return "\n".join(lines).rstrip("\n") + "\n"


def _end_of_block(lines: list[str], start: int) -> int:
    return lines.index("```", start + 1) + 1


def _after_the_fix(case: Case) -> list[str]:
    if not case.errors:
        return []
    for unsafe, words in ((False, "After the fix:"), (True, "After the unsafe fix:")):
        fixed = fix(case.unmarked.encode(), case.settings, unsafe=unsafe)
        if fixed.mended:
            return [words, "", "```python", *fixed.data.decode().splitlines(), "```", ""]
    return []


if __name__ == "__main__":
    for _path in sorted(RULES.glob("NGD*.md")):
        _text = _path.read_text(encoding="utf-8")
        _text = with_fixed_forms(_text, _path.stem[:6], _path.name)
        _path.write_text(_text, encoding="utf-8", newline="\n")
