"""Runs the tools over the code, in turn, so that a busy machine slows all of them."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.benchmark import programs, samples
from tests.benchmark.figures import (
    AGAIN,
    Growth,
    Inside,
    Instructions,
    Start,
    Versions,
    Whole,
)
from tests.benchmark.programs import Program
from tests.benchmark.tools import (
    BARE,
    NOGRAD,
    PLUGINS,
    TOOLS,
    VALGRIND,
    Checked,
    Environment,
    Tool,
)

ROUNDS = 3
TORCH_LINES, PLAIN_LINES = 36_000, 15_000

SMALL = {
    "without torch": """\
import math


def area(radius):
    return math.pi * radius**2


print(area(2))
""",
    "with torch": """\
import torch
from torch import nn


class Net(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(width, width), nn.ReLU())

    def forward(self, x):
        return self.layers(x)


def distance(a, b):
    return torch.sqrt(((a - b) ** 2).sum(-1))
""",
    "with a finding": """\
import torch


def evaluate(model: torch.nn.Module, loader):
    model.eval()
    for x in loader:
        print(model(x).argmax(1))
""",
}
"""Small files: what has no finding, what can have none, and one."""


@dataclass(frozen=True)
class Bench:
    """The code, and the environments of the tools."""

    torch: Sequence[Path]
    plain: Sequence[Path]
    environments: dict[Tool, Environment]
    versions: Versions
    scratch: Path

    @classmethod
    def ready(cls, cache: Path, scratch: Path) -> Bench:
        """Bring everything into ``cache``; ``scratch`` is for files that are written.

        Raises ``ToolError``.
        """
        environments = {}
        for tool in TOOLS:
            first = next(each for each in TOOLS if each.requirements == tool.requirements)
            environments[tool] = Environment(tool, cache / ".benchmark" / first.name)
            _say(f"installs {tool.name}")
            environments[tool].install()
        return cls(
            samples.torch_files(cache, TORCH_LINES),
            samples.plain_files(cache, PLAIN_LINES),
            environments,
            {tool.name: each.versions() for tool, each in environments.items()},
            scratch,
        )

    @property
    def samples(self) -> Iterable[tuple[str, Sequence[Path]]]:
        """The code of the packages."""
        return [("torch", self.torch), ("plain", self.plain)]

    def written(self, name: str, text: str) -> Path:
        """A file of its own."""
        path = self.scratch / f"{name.replace(' ', '_')}.py"
        path.write_text(text, encoding="utf-8")
        return path


def _inside(bench: Bench) -> dict[str, Inside]:
    return {name: _inside_sample(bench, name, files) for name, files in bench.samples}


def _inside_sample(bench: Bench, name: str, files: Sequence[Path]) -> Inside:
    rounds: dict[Tool, list[list[Checked]]] = {tool: [] for tool in PLUGINS}
    for number in range(ROUNDS):
        for tool in PLUGINS:
            _say(f"inside: {name}, round {number + 1}, {tool.name}")
            rounds[tool].append(bench.environments[tool].inside(files, 1).files)
    reported = [path for path, each in zip(files, rounds[NOGRAD][0], strict=True) if each.reported]
    return Inside(
        len(files),
        samples.lines_of(files),
        samples.lines_of(reported),
        {tool.name: _least(each, lambda one: one.bare) for tool, each in rounds.items()},
        {tool.name: _least(each, lambda one: one.added) for tool, each in rounds.items()},
        _least(rounds[NOGRAD], lambda one: one.nothing),
    )


def _least(rounds: Sequence[Sequence[Checked]], seconds: Callable[[Checked], float]) -> float:
    """The sum over all files, each at its fastest."""
    return sum(min(map(seconds, file)) for file in zip(*rounds, strict=True))


def _whole(bench: Bench) -> dict[str, Whole]:
    return {name: _whole_sample(bench, name, files) for name, files in bench.samples}


def _whole_sample(bench: Bench, name: str, files: Sequence[Path]) -> Whole:
    runs = [*((tool.name, tool) for tool in TOOLS), (AGAIN, BARE)]
    seconds: dict[str, list[float]] = {title: [] for title, _ in runs}
    megabytes: dict[str, float] = {}
    for number in range(ROUNDS):
        for title, tool in runs:
            _say(f"whole: {name}, round {number + 1}, {title}")
            cost = bench.environments[tool].whole(files)
            seconds[title].append(cost.seconds)
            megabytes[title] = max(cost.megabytes, megabytes.get(title, 0))
    return Whole(len(files), samples.lines_of(files), seconds, megabytes)


def _start(bench: Bench) -> Start:
    small = {kind: [bench.written(kind, text)] for kind, text in SMALL.items()}
    importing: dict[str, list[float]] = {tool.name: [] for tool in PLUGINS}
    seconds: dict[str, dict[str, list[float]]] = {kind: {} for kind in small}
    for number in range(ROUNDS):
        _say(f"start: round {number + 1}")
        for tool in PLUGINS:
            importing[tool.name].append(bench.environments[tool].inside([], 0).importing)
        for kind, files in small.items():
            for tool in TOOLS:
                cost = bench.environments[tool].whole(files)
                seconds[kind].setdefault(tool.name, []).append(cost.seconds)
    nograd = bench.environments[NOGRAD]
    return Start(
        {name: min(each) for name, each in importing.items()},
        {kind: {name: min(each) for name, each in row.items()} for kind, row in seconds.items()},
        {
            kind: nograd.inside(files, 0).loads_libcst
            for kind, files in {**small, "plain": bench.plain}.items()
        },
    )


def _growth(bench: Bench) -> list[Growth]:
    rows: dict[Program, Growth] = {}
    for number in range(ROUNDS):
        for program in programs.all_programs():
            _say(f"growth: round {number + 1}, {program.kind}, {program.lines} lines")
            row = _grown(bench, program)
            before = rows.get(program, row)
            row.bare, row.added = min(row.bare, before.bare), min(row.added, before.added)
            rows[program] = row
    return list(rows.values())


def _grown(bench: Bench, program: Program) -> Growth:
    path = bench.written(program.kind, program.text)
    done = bench.environments[NOGRAD].inside([path], max(1, 5_000 // program.lines))
    [file] = done.files
    return Growth(
        program.kind,
        program.has_findings,
        program.lines,
        program.functions,
        file.reported,
        file.bare,
        file.added,
        done.megabytes,
    )


def _instructions(bench: Bench) -> Instructions | None:
    if VALGRIND is None:
        _say("instructions: not counted, for valgrind is not installed")
        return None
    counted: Instructions = {}
    for kind, text in SMALL.items():
        files = [bench.written(kind, text)]
        counted[kind] = {}
        for tool in (BARE, NOGRAD):
            _say(f"instructions: {kind}, {tool.name}")
            bench.environments[tool].whole(files)  # so that all is compiled
            counted[kind][tool.name] = bench.environments[tool].instructions(files)
    return counted


PARTS: dict[str, Callable[[Bench], object]] = {
    "inside": _inside,
    "whole": _whole,
    "start": _start,
    "growth": _growth,
    "instructions": _instructions,
}
"""All that is measured, by the names that ``--only`` takes."""


def _say(what: str) -> None:
    print(what, file=sys.stderr)
