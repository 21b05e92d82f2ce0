"""Whole programs under a real PyTorch, before and after the fix.

``programs/ngd101_<what>.py`` is a plain program: a tiny model, a little synthetic data, a fixed
seed. ``# error: NGD101`` stands on each line that must be reported. Its docstring says what it
shows, and then what the fix changes, one observation a line; what it does not name must be the
same before and after, to the last bit:

    fix: safe (unless it says unsafe or none)
    printed: same
    weights: same (of all models that have a name at the end)
    forwards: TTEE -> TTee
    attached: nothing (the names that hold a graph at the end)
    recording: on (at the end)
    raised: nothing

``same`` and ``other`` compare the two runs, ``a -> b`` says both values, ``a`` is the value of both.
``forwards`` has a letter for each time that a model is run: T where a layer of it is in train mode,
E where none is, in lower case where no graph was recorded.

A new file in the folder is a new test.
"""

from __future__ import annotations

import ast
import contextlib
import io
import re
import warnings
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import pytest

from flake8_nograd.api import check_source, fix_source
from flake8_nograd.rules import all_rules
from tests.harness import Case, Mark
from tests.torch.installed import torch

PROGRAMS = Path(__file__).parent / "programs"

UNLESS_SAID = {
    "fix": "safe",
    "printed": "same",
    "weights": "same",
    "attached": "nothing",
    "recording": "on",
    "raised": "nothing",
}
"""What a docstring need not say; there is no usual value of ``forwards``."""


@dataclass
class Observed:
    """What one run shows."""

    printed: str = ""
    weights: str = ""
    forwards: str = ""
    attached: str = ""
    recording: str = ""
    raised: str = "nothing"


@dataclass(frozen=True)
class Program:
    """A program, and what its fix is to change."""

    case: Case
    demands: dict[str, str] = field(hash=False)

    @property
    def is_unsafe(self) -> bool:
        return self.demands["fix"] == "unsafe"

    @cached_property
    def fixed(self) -> str:
        """The program after all fixes, the unsafe ones too if it asks for them."""
        return self.fix(unsafe=self.is_unsafe)

    def fix(self, *, unsafe: bool) -> str:
        enable = self.case.settings.enabled
        return fix_source(self.case.unmarked, unsafe=unsafe, enable=enable).data.decode()

    def reported(self, source: str) -> list[Mark]:
        found = check_source(source, enable=self.case.settings.enabled)
        return [Mark(each.line, each.code) for each in found]


def read(path: Path) -> Program:
    """A program of the folder."""
    source = path.read_text(encoding="utf-8")
    docstring = ast.get_docstring(ast.parse(source)) or ""
    said = dict(re.findall(r"^(\w+): (.+)$", docstring, flags=re.MULTILINE))
    code = path.stem.partition("_")[0].upper()
    return Program(Case(code, path.stem, docstring, source, path.name), UNLESS_SAID | said)


ALL = [read(path) for path in sorted(PROGRAMS.glob("*.py"))]

every_program = pytest.mark.parametrize("program", ALL, ids=lambda program: program.case.heading)


# ------------------------------------------------------------------ a run


@cache
def run(source: str, name: str) -> dict[str, str]:
    """Run a program, in a thread of its own: what it does to the gradient mode ends with it."""
    with ThreadPoolExecutor(max_workers=1) as thread:
        return asdict(thread.submit(observe, source, name).result())


def observe(source: str, name: str) -> Observed:
    seen = Observed()
    names: dict[str, Any] = {"__name__": "__main__"}
    out = io.StringIO()
    with forwards_seen() as forwards, warnings.catch_warnings(), contextlib.redirect_stdout(out):
        warnings.simplefilter("ignore")
        try:
            exec(compile(source, name, "exec"), names)  # what this folder is for
        except Exception as error:  # noqa: BLE001 - whatever it raises is what is to be seen
            seen.raised = type(error).__name__
        seen.recording = "on" if records() else "off"
    seen.printed = ", ".join(out.getvalue().splitlines())
    seen.forwards = "".join(forwards)
    seen.weights = repr(list(weights(names)))
    seen.attached = ", ".join(sorted(key for key in names if is_attached(names[key]))) or "nothing"
    return seen


@contextlib.contextmanager
def forwards_seen() -> Iterator[list[str]]:
    """A letter for each forward of a module that no other module runs."""
    letters: list[str] = []
    depth = 0

    def enter(module: Any, inputs: Any) -> None:
        nonlocal depth
        depth += 1

    def leave(module: Any, inputs: Any, output: Any) -> None:
        nonlocal depth
        depth -= 1
        if depth == 0:
            letter = "T" if any(each.training for each in module.modules()) else "E"
            letters.append(letter if is_attached(output) else letter.lower())

    hooks = torch.nn.modules.module
    entering = hooks.register_module_forward_pre_hook(enter)
    leaving = hooks.register_module_forward_hook(leave, always_call=True)
    try:
        yield letters
    finally:
        entering.remove()
        leaving.remove()


def records() -> bool:
    """Whether autograd records in this thread, asked by recording."""
    return (torch.zeros(1, requires_grad=True) * 2).grad_fn is not None


def is_attached(value: Any) -> bool:
    """Whether a value is or holds a tensor that carries a graph."""
    if isinstance(value, torch.Tensor):
        return value.grad_fn is not None
    if isinstance(value, dict):
        return any(map(is_attached, value.values()))
    return isinstance(value, (list, tuple)) and any(map(is_attached, value))


def weights(names: dict[str, Any]) -> Iterator[tuple[str, str, Any]]:
    """All parameters and buffers of models that have a name, as numbers."""
    for name, value in names.items():
        if isinstance(value, torch.nn.Module):
            for key, tensor in value.state_dict().items():
                yield name, key, tensor.tolist()


# ------------------------------------------------------------------ the tests


@every_program
def test_the_marked_lines_are_reported(program: Program) -> None:
    assert program.reported(program.case.unmarked) == program.case.errors


@every_program
def test_the_fix_is_as_safe_as_the_program_says(program: Program) -> None:
    unmarked = program.case.unmarked
    is_safe, is_fixed = {"safe": (True, True), "unsafe": (False, True), "none": (False, False)}[
        program.demands["fix"]
    ]
    assert (program.fix(unsafe=False) != unmarked) == is_safe
    assert (program.fix(unsafe=True) != unmarked) == is_fixed
    assert (program.reported(program.fixed) == []) == is_fixed


@every_program
def test_the_fix_changes_what_the_program_says_and_nothing_else(program: Program) -> None:
    before = run(program.case.unmarked, program.case.heading)
    after = run(program.fixed, program.case.heading)
    demanded, seen = {}, {}
    for what in before:
        demanded[what] = program.demands[what]
        seen[what] = as_said(demanded[what], before[what], after[what])
    assert seen == demanded


def as_said(demand: str, before: str, after: str) -> str:
    """Two observations in the words that a docstring has for them."""
    if demand in ("same", "other"):
        return "same" if before == after else "other"
    return before if before == after else f"{before} -> {after}"


def test_every_rule_has_a_program() -> None:
    assert {program.case.code for program in ALL} == {rule.code for rule in all_rules()}
    assert all(program.case.errors for program in ALL)
