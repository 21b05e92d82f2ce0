"""Programs that train and evaluate a small model: how they are read, fixed and run.

A file of ``programs/`` is a plain program with one mistake or several, marked with ``# error:
NGD101`` as the cases in ``tests/rules`` are. Its docstring says in a sentence what it shows. Below
stand lines ``key: value``:

- ``fix``: ``safe``, ``unsafe`` or ``none``.
- ``changes``: what the fix changes of ``output``, ``weights`` (parameters, their gradients, the
  state of optimizers) and ``buffers``; nothing if not given. The rest is the same to the last bit.
- ``records``: how many forwards record a graph; one inside another is part of it.
- ``keeps``: how many nodes of graphs the module's names keep alive in the end; 0 if not given.
- ``raises``: how the exception that ends the program begins; ``nothing`` if not given.
- ``prints``: its last line.

The last four are ``before -> after``, or one value where both are the same or there is no fix.
"""

from __future__ import annotations

import contextlib
import io
import re
import warnings
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import torch
from torch.autograd.graph import Node
from torch.nn.modules import module as hooks

from flake8_nograd.api import Fixed, fix_source
from tests.harness import Case

PROGRAMS = Path(__file__).parent / "programs"

_LINE = re.compile(r"(\w+): (.+)")
_OBSERVED = {"records": None, "keeps": "0", "raises": "nothing", "prints": ""}
"""What is observed of a run, and what is promised where nothing is said."""


class ProgramError(Exception):
    """The docstring of a program is not written as it has to be."""


@dataclass(frozen=True)
class Run:
    """What a run of a program shows."""

    output: str
    weights: Mapping[str, bytes]
    buffers: Mapping[str, bytes]
    observed: Mapping[str, str]
    """``records``, ``keeps``, ``raises`` and ``prints``."""


@dataclass(frozen=True)
class Program:
    """A program, and what its docstring promises."""

    case: Case
    fix: str
    changes: frozenset[str]
    before: Mapping[str, str]
    """What is observed of a run, before the fix and after it."""
    after: Mapping[str, str]

    def __str__(self) -> str:
        return self.case.heading

    @cached_property
    def fixed(self) -> Fixed:
        """What the fixer makes of it; unsafe fixes are made where the program says so."""
        return fix_source(
            self.case.unmarked, unsafe=self.fix != "safe", enable=self.case.settings.enabled
        )

    @cached_property
    def run_before(self) -> Run:
        return run(self.case.unmarked, self.case.place)

    @cached_property
    def run_after(self) -> Run:
        return run(self.fixed.data.decode(), f"{self.case.place}, fixed")


def load(path: Path) -> Program:
    """Read a program. Raises :class:`ProgramError`."""
    text = path.read_text(encoding="utf-8")
    _, _, promises = text.split('"""')[1].partition("\n\n")
    said = dict(_LINE.findall(promises))
    try:
        fix, changes = said.pop("fix"), said.pop("changes", "")
        pairs = {
            key: (said.pop(key) if default is None else said.pop(key, default)).split(" -> ")
            for key, default in _OBSERVED.items()
        }
    except KeyError as missing:
        raise ProgramError(f"{path.name} does not say {missing}") from missing
    if said or fix not in ("safe", "unsafe", "none"):
        raise ProgramError(f"{path.name} says what is not known: {said or fix}")
    return Program(
        Case(path.stem[:6].upper(), path.stem, "", text, path.name),
        fix,
        frozenset(changes.split(", ")) - {""},
        {key: pair[0] for key, pair in pairs.items()},
        {key: pair[-1] for key, pair in pairs.items()},
    )


def run(text: str, name: str) -> Run:
    """Run a program in a thread of its own, with which a gradient mode that it leaves ends."""
    with warnings.catch_warnings(), ThreadPoolExecutor(1) as thread:
        warnings.simplefilter("ignore")
        return thread.submit(_run, text, name).result()


def _run(text: str, name: str) -> Run:
    names: dict[str, Any] = {"__name__": "__main__"}
    raised = "nothing"
    output = io.StringIO()
    with contextlib.redirect_stdout(output), _recorded_forwards() as recorded:
        try:
            exec(compile(text, name, "exec"), names)
        except Exception as error:
            raised = f"{type(error).__name__}: {error}"
    lines = output.getvalue().splitlines()
    observed = {
        "records": str(len(recorded)),
        "keeps": str(len(_nodes(names))),
        "raises": raised,
        "prints": lines[-1] if lines else "",
    }
    return Run(output.getvalue(), dict(_weights(names)), dict(_buffers(names)), observed)


@contextlib.contextmanager
def _recorded_forwards() -> Iterator[list[torch.nn.Module]]:
    """The modules that were called, by no other module, and recorded a graph."""
    running: list[torch.nn.Module] = []
    recorded: list[torch.nn.Module] = []

    def enter(called: torch.nn.Module, _: object) -> None:
        running.append(called)

    def leave(called: torch.nn.Module, _: object, result: object) -> None:
        running.pop()
        if not running and any(each.grad_fn for each in _leaves(result, torch.Tensor)):
            recorded.append(called)

    handles = [
        hooks.register_module_forward_pre_hook(enter),
        hooks.register_module_forward_hook(leave, always_call=True),
    ]
    try:
        yield recorded
    finally:
        for handle in handles:
            handle.remove()


def _leaves(value: object, kind: type) -> Iterator[Any]:
    """What a value is or holds of a kind, through containers."""
    if isinstance(value, kind):
        yield value
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from _leaves(each, kind)
    elif isinstance(value, (list, tuple)):
        for each in value:
            yield from _leaves(each, kind)


def _nodes(names: Mapping[str, object]) -> set[Node]:
    """The nodes of the graphs that tensors of a namespace keep alive."""
    found: set[Node] = set()
    waiting = [tensor.grad_fn for tensor in _leaves(names, torch.Tensor)]
    while waiting:
        node = waiting.pop()
        if node is not None and node not in found:
            found.add(node)
            waiting += [following for following, _ in node.next_functions]
    return found


def _weights(names: Mapping[str, object]) -> Iterator[tuple[str, bytes]]:
    """The bits of all that the models and optimizers of a namespace have learned."""
    for name, value in names.items():
        for model in _leaves(value, torch.nn.Module):
            for key, parameter in model.named_parameters(name):
                yield key, _bits(parameter)
                if parameter.grad is not None:
                    yield f"{key}.grad", _bits(parameter.grad)
        for optimizer in _leaves(value, torch.optim.Optimizer):
            state = optimizer.state_dict()["state"]
            for number, tensor in enumerate(_leaves(state, torch.Tensor)):
                yield f"{name}.{number}", _bits(tensor)


def _buffers(names: Mapping[str, object]) -> Iterator[tuple[str, bytes]]:
    """The bits of what the models of a namespace have seen, such as batch norm's statistics."""
    for name, value in names.items():
        for model in _leaves(value, torch.nn.Module):
            for key, buffer in model.named_buffers(name):
                yield key, _bits(buffer)


def _bits(tensor: torch.Tensor) -> bytes:
    return tensor.detach().numpy().tobytes()
