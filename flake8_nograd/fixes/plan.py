"""From remedies to changes of the tree: the table of all remedies."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import libcst as cst

from flake8_nograd.check import Analysis
from flake8_nograd.fixes.argument import set_argument
from flake8_nograd.fixes.enter import enter
from flake8_nograd.fixes.guard import Guarding
from flake8_nograd.fixes.insert import insert
from flake8_nograd.fixes.mode import set_mode, take_mode
from flake8_nograd.fixes.names import GuardName, Names
from flake8_nograd.fixes.rewrite import detach, respell, rewrite
from flake8_nograd.fixes.tree import Change, Tree, are_apart
from flake8_nograd.fixes.unguard import move_out, separate, unguard
from flake8_nograd.fixes.yield_outside import yield_outside
from flake8_nograd.reported import Reported
from flake8_nograd.rules.finding import (
    Detach,
    Enter,
    Guard,
    InsertCall,
    MoveOut,
    Remedy,
    Respell,
    Rewrite,
    Separate,
    SetArgument,
    SetMode,
    TakeMode,
    Unguard,
    YieldOutside,
)


@dataclass(frozen=True)
class Edit:
    """Changes that belong together, and the findings that they mend."""

    mends: tuple[Reported, ...]
    changes: tuple[Change, ...]


def plan(analysis: Analysis, wanted: Iterable[Reported], guard: GuardName) -> list[Edit]:
    """The edits that mend ``wanted``, no two in the same place."""
    planned: list[Edit] = []
    taken: list[Change] = []
    for edit in _Planning(analysis, guard).edits(set(wanted)):
        new = [each for each in edit.changes if each not in taken]
        if new and all(are_apart(one, other) for one in new for other in taken):
            taken += new
            planned.append(edit)
    return planned


class _Planning:
    def __init__(self, analysis: Analysis, guard: GuardName) -> None:
        self._analysis = analysis
        self._tree = Tree(analysis.source)
        self._names = Names(self._tree)
        self._guard = guard

    def edits(self, wanted: set[Reported]) -> Iterator[Edit]:
        """All edits; what is to be guarded in one function is one, and what leaves one guard."""
        to_move: dict[int, list[tuple[Reported, MoveOut]]] = {}
        to_guard: dict[cst.CSTNode, list[tuple[Reported, Guard]]] = {}
        for reported, finding in self._analysis.found:
            if reported not in wanted or finding is None:
                continue
            remedy = finding.remedy
            if isinstance(remedy, Guard):
                scope = self._tree.scope(self._tree.node(remedy.over[0]))
                to_guard.setdefault(scope, []).append((reported, remedy))
            elif isinstance(remedy, MoveOut):
                to_move.setdefault(remedy.guard, []).append((reported, remedy))
            elif remedy is not None:
                yield Edit((reported,), tuple(self._changes(remedy)))
        for moves in to_move.values():
            changes = tuple(move_out([remedy for _, remedy in moves], self._tree))
            yield Edit(tuple(reported for reported, _ in moves), changes)
        guarding = Guarding(self._tree, self._names, self._guard)
        for pairs in to_guard.values():
            changes = guarding.changes([remedy for _, remedy in pairs])
            yield Edit(tuple(reported for reported, _ in pairs), changes)

    def _changes(self, remedy: Remedy) -> Iterator[Change]:
        if isinstance(remedy, Enter):
            return enter(remedy, self._tree, self._names, self._guard)
        return _CHANGES[type(remedy)](remedy, self._tree)


_CHANGES: dict[type[Remedy], Callable[[Any, Tree], Iterator[Change]]] = {
    Detach: detach,
    InsertCall: insert,
    Respell: respell,
    Rewrite: rewrite,
    Separate: separate,
    SetArgument: set_argument,
    SetMode: set_mode,
    TakeMode: take_mode,
    Unguard: unguard,
    YieldOutside: yield_outside,
}
