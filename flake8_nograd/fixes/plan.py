"""From remedies to changes of the tree: the table of all remedies."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from flake8_nograd.check import Analysis
from flake8_nograd.fixes.rewrite import rewrite
from flake8_nograd.fixes.tree import Change, Tree, are_apart
from flake8_nograd.reported import Reported
from flake8_nograd.rules.finding import Remedy, Rewrite

GuardName: TypeAlias = Literal["no_grad", "inference_mode"]


@dataclass(frozen=True)
class Edit:
    """Changes that belong together, and the findings that they mend."""

    mends: tuple[Reported, ...]
    changes: tuple[Change, ...]


_CHANGES: dict[type[Remedy], Callable[[Any, Tree], Iterator[Change]]] = {
    Rewrite: rewrite,
}


def plan(analysis: Analysis, wanted: Sequence[Reported], guard: GuardName) -> Iterator[Edit]:
    """The edits that mend ``wanted``, in the order of the file, no two in the same place."""
    tree = Tree(analysis.source)
    chosen = set(wanted)
    taken: list[Change] = []
    for reported, finding in analysis.found:
        if reported not in chosen or finding is None or finding.remedy is None:
            continue
        make = _CHANGES.get(type(finding.remedy))
        changes = () if make is None else tuple(make(finding.remedy, tree))
        if changes and all(are_apart(one, other) for one in changes for other in taken):
            taken.extend(changes)
            yield Edit((reported,), changes)
