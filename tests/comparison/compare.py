"""Which mistakes a linter finds: those where it says more than of the same code without them."""

from __future__ import annotations

import os
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple, TypeAlias

from tests.comparison.linters import Codes, Linter
from tests.comparison.pairs import Pair

Found: TypeAlias = "list[list[str]]"
"""For each pair the codes that tell wrong from right; for code that is right, all that count."""


class Compared(NamedTuple):
    """What a linter says, and the processor time that it takes."""

    linter: Linter
    found: Found
    seconds: float


def compare(linter: Linter, programs: Path, pairs: Sequence[Pair]) -> Compared:
    """What a linter says of all pairs. Raises ``LinterError``."""
    before = seconds_of_children()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for number, pair in enumerate(pairs):
            for side, text in pair.texts():
                folder.joinpath(f"{side}{number:03}.py").write_text(text, encoding="utf-8")
        codes = linter.read(linter.run(programs, folder))
    return Compared(linter, judged(codes, pairs), seconds_of_children() - before)


def seconds_of_children() -> float:
    """The processor time of all processes that were started and have ended."""
    times = os.times()
    return times.children_user + times.children_system


def judged(codes: Codes, pairs: Sequence[Pair]) -> Found:
    """What counts: codes that tell wrong from right somewhere, wherever they are reported."""
    differences = [
        of(codes, "wrong", number) - of(codes, "right", number) if pair.wrong else Counter[str]()
        for number, pair in enumerate(pairs)
    ]
    telling = set[str]().union(*differences)
    return [
        sorted(differences[number] if pair.wrong else telling & set(of(codes, "right", number)))
        for number, pair in enumerate(pairs)
    ]


def of(codes: Codes, side: str, number: int) -> Counter[str]:
    """The codes that are reported for one side of a pair."""
    return codes.get(f"{side}{number:03}.py", Counter())
