"""Why each alarm is false or missed, in a reviewer's words, kept beside the labels."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

import tomli

from tests.accuracy.scoring import Judgement


class Key(NamedTuple):
    """What a reason belongs to."""

    outcome: str
    repository: str
    path: str
    line: int
    defect: str

    @classmethod
    def of(cls, judgement: Judgement) -> Key:
        """The key of a judgement that needs a reason."""
        unit = judgement.unit
        outcome = judgement.outcome.value
        return cls(outcome, unit.repository, unit.path, judgement.line, judgement.defect)

    def stanza(self, reason: str) -> str:
        """The key and its reason as they stand in the file."""
        fields = {**self._asdict(), "reason": reason}
        lines = [f"{key} = {json.dumps(value)}" for key, value in fields.items()]
        return "\n".join(["[[explained]]", *lines])


def read(path: Path) -> dict[Key, str]:
    """The reasons of a file."""
    table = tomli.loads(path.read_text(encoding="utf-8"))
    reasons = {}
    for entry in table["explained"]:
        reason = entry.pop("reason")
        reasons[Key(**entry)] = reason
    return reasons


def complaints(judgements: Iterable[Judgement], reasons: Mapping[Key, str]) -> list[str]:
    """What has no reason, as a stanza to complete, and each reason that nothing needs any more."""
    needed = {Key.of(each): each.unit.why for each in judgements}
    missing = [
        f"not explained, the label says:\n{key.stanza(why)}"
        for key, why in needed.items()
        if key not in reasons
    ]
    stale = [
        f"explained, and no longer so:\n{key.stanza(reason)}"
        for key, reason in reasons.items()
        if key not in needed
    ]
    return missing + stale
