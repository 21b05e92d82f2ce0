"""The options, as plain data."""

from __future__ import annotations

from typing import NamedTuple


class Settings(NamedTuple):
    """What the user chose.

    ``frameworks`` are paths of the user's own framework files; ``guards`` are names of the user's
    own context managers and decorators that switch gradients off; ``enabled`` are codes, or
    beginnings of codes, of opt-in rules.
    """

    frameworks: tuple[str, ...] = ()
    guards: tuple[str, ...] = ()
    enabled: tuple[str, ...] = ()
