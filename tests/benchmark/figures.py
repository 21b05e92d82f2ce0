"""What was measured, as plain data that is kept in ``measured.json``."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeAlias

FIGURES = Path(__file__).with_name("measured.json")

Versions: TypeAlias = dict[str, dict[str, str]]
"""For each tool, the versions of Python and of what is installed beside it."""


@dataclass
class Sample:
    """The files that were linted."""

    files: int
    lines: int


@dataclass
class Inside(Sample):
    """Processor seconds within one process for each plugin; of each file the fastest round."""

    lines_reported: int
    """Lines of the files in which flake8-nograd reports anything."""
    bare: dict[str, float]
    """What flake8 takes without the plugin, in the plugin's environment."""
    added: dict[str, float]
    """What the plugin takes."""
    nothing: float
    """What a plugin takes that does nothing, in flake8-nograd's environment."""


@dataclass
class Whole(Sample):
    """Whole runs of the tools, round by round."""

    seconds: dict[str, list[float]]
    """Processor seconds. ``AGAIN`` is flake8 once more."""
    megabytes: dict[str, float]
    """The most memory that a process had, at most."""


AGAIN = "flake8, once more"


@dataclass
class Start:
    """What it costs to begin."""

    importing: dict[str, float]
    """Processor seconds to import each plugin, with flake8 already there."""
    seconds: dict[str, dict[str, float]]
    """For each kind of small file, the processor seconds of a whole run of each tool."""
    loads_libcst: dict[str, bool]
    """Whether flake8 with flake8-nograd imports LibCST for it."""


@dataclass
class Growth:
    """One generated file, flake8 and flake8-nograd within one process."""

    kind: str
    has_findings: bool
    lines: int
    functions: int
    reported: int
    bare: float
    added: float
    megabytes: float

    @property
    def added_per_line(self) -> float:
        """Processor seconds."""
        return self.added / self.lines


Instructions: TypeAlias = dict[str, dict[str, int]]
"""For each kind of small file, the instructions of a whole run of each tool."""


@dataclass
class Measured:
    """All parts."""

    versions: Versions
    inside: dict[str, Inside]
    whole: dict[str, Whole]
    start: Start
    growth: list[Growth]
    instructions: Instructions | None
    """None where valgrind is missing."""


def read(path: Path = FIGURES) -> Measured:
    """What was kept."""
    data = _data(path)
    return Measured(
        data["versions"],
        {name: Inside(**one) for name, one in data["inside"].items()},
        {name: Whole(**one) for name, one in data["whole"].items()},
        Start(**data["start"]),
        [Growth(**one) for one in data["growth"]],
        data["instructions"],
    )


def keep(part: str, measured: object, versions: Versions, path: Path = FIGURES) -> None:
    """Put one part in the place of what was kept of it."""
    data = {**_data(path), "versions": versions, part: _plain(measured)}
    text = json.dumps(dict(sorted(data.items())), indent=1, ensure_ascii=False)
    path.write_text(text + "\n", encoding="utf-8", newline="\n")


def _data(path: Path) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return data


def _plain(measured: Any) -> Any:
    if isinstance(measured, list):
        return [_plain(each) for each in measured]
    if isinstance(measured, Mapping):
        return {key: _plain(each) for key, each in measured.items()}
    if isinstance(measured, (Sample, Start, Growth)):
        return asdict(measured)
    return round(measured, 7) if isinstance(measured, float) else measured
