"""The hand labels: what a reviewer says of each unit, read from a file of JSON lines.

One record is one unit (a function, a method, or a module's own code) of a public repository at a
commit. ``labels`` names its defects; a unit without one is clean, and as valuable. The keys:

- ``repo``, ``commit``, ``path``, ``unit``, ``def_line``: where the unit stands. ``<module>`` is the
  code outside of every function. In a notebook, lines are those of a cell.
- ``labels``: each with its class (``label``) and the lines where a report belongs.
- ``harmless`` on a label: true, and without effect (no dropout, no batch norm). A report is right,
  silence is right.
- ``also_ok``: classes of which a report is acceptable.
- ``legacy``, ``legacy_volatile``: guarded by ``volatile=True`` alone, which PyTorch ignores since
  0.4. A report of recorded gradients is acceptable.
- ``dont_care``, ``test_code``, ``not_torch``, and ``kind`` of ``target_branch``: set aside.
- ``confidence``: a unit or a label of confidence ``low`` is set aside.
- ``why``: the reviewer's reason in a sentence.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

RECORDED = "MISSING_NO_GRAD"

DEFECTS = {
    RECORDED: "evaluation records gradients",
    "BACKWARD_UNDER_NO_GRAD": "backward under a guard",
    "STEP_UNDER_NO_GRAD": "optimizer step under a guard",
    "LOSS_FROM_NO_GRAD": "loss without a graph",
    "MISSING_EVAL": "evaluation in train mode",
    "TRAIN_NOT_RESTORED": "train mode not restored",
    "TRAIN_MODE_IN_EVAL": "train mode set for evaluation",
    "NOOP_GUARD": "guard that does nothing",
    "YIELD_IN_GUARD": "yield inside a guard",
    "GRAD_MODE_LEAK": "gradients left off",
    "GRAPH_RETAINED": "graph kept alive",
}
"""The classes of defects, and what the documentation calls them."""

OTHER = "OTHER"
"""A defect that none of the classes covers: it is not scored, but its unit is not clean."""


@dataclass(frozen=True)
class Label:
    """A defect of a unit."""

    defect: str
    line: int
    """Where a report belongs; 0 in a notebook."""
    is_demanded: bool
    """A linter that is silent misses it. Otherwise a report is right, and silence is right."""


@dataclass(frozen=True)
class LabelledUnit:
    """What a reviewer says of one unit."""

    repository: str
    commit: str
    path: str
    name: str
    def_line: int
    labels: tuple[Label, ...]
    also_ok: frozenset[str]
    """Classes of which a report is acceptable, beside the labels."""
    left_out: str | None
    """Why the unit is not scored."""
    why: str

    @property
    def folder(self) -> str:
        """The folder of the corpus that holds the repository."""
        return self.repository.replace("/", "+")

    @property
    def file(self) -> str:
        """The unit's file within the corpus."""
        return f"{self.folder}/{self.path}"

    @property
    def demanded(self) -> frozenset[str]:
        """The classes that a linter should report here."""
        return frozenset(label.defect for label in self.labels if label.is_demanded)

    @property
    def acceptable(self) -> frozenset[str]:
        """The classes whose report is neither right nor wrong here."""
        named = frozenset(label.defect for label in self.labels) | self.also_ok
        return named - self.demanded

    def line_of(self, defect: str) -> int:
        """Where a report of a demanded class belongs."""
        return next(
            label.line for label in self.labels if label.is_demanded and label.defect == defect
        )


def read(path: Path) -> list[LabelledUnit]:
    """The labelled units of a file. A class that is not known raises ``ValueError``."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return [parse(json.loads(line)) for line in lines if line.strip()]


def parse(record: Mapping[str, Any]) -> LabelledUnit:
    """The labelled unit of one record. A class that is not known raises ``ValueError``."""
    also_ok = {each["label"] for each in record.get("also_ok", [])}
    if record.get("legacy") or record.get("legacy_volatile"):
        also_ok.add(RECORDED)
    unit = LabelledUnit(
        repository=record["repo"],
        commit=record["commit"],
        path=record["path"],
        name=record["unit"],
        def_line=_line(record["def_line"]),
        labels=tuple(_label(each) for each in record["labels"]),
        also_ok=frozenset(also_ok),
        left_out=_left_out(record),
        why=record["why"],
    )
    unknown = unit.demanded | unit.acceptable
    unknown -= {*DEFECTS, OTHER}
    if unknown:
        raise ValueError(f"{unit.repository} {unit.path}: no class {', '.join(sorted(unknown))}")
    return unit


def _label(record: Mapping[str, Any]) -> Label:
    is_demanded = not record.get("harmless") and record.get("confidence") != "low"
    return Label(record["label"], _line(record["line"]), is_demanded)


def _line(line: int | Mapping[str, int]) -> int:
    return line if isinstance(line, int) else 0


def _left_out(record: Mapping[str, Any]) -> str | None:
    if not record["path"].endswith(".py"):
        return "notebook"
    if record["confidence"] == "low":
        return "low confidence"
    if any(record.get(key) for key in ("not_torch", "dont_care", "test_code")):
        return "set aside by the reviewer"
    if record.get("kind") == "target_branch":
        return "set aside by the reviewer"
    return None
