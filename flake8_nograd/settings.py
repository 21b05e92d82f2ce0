"""The options, as plain data."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Settings:
    """What the user chose.

    ``frameworks`` are paths of the user's own framework files; ``enabled`` are codes, or beginnings
    of codes, of opt-in rules.
    """

    frameworks: tuple[str, ...] = ()
    enabled: tuple[str, ...] = ()
