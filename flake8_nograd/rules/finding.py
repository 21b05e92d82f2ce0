"""What a rule yields, and the remedy it proposes, as data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

Level: TypeAlias = Literal["error", "warning"]
"""``error``: the code raises or trains nothing; ``warning``: it is silently wrong or wasteful."""

LONGEST_MESSAGE = 100


@dataclass(frozen=True)
class Guard:
    """Remedy: run the statement with this ref under ``torch.no_grad()``."""

    region: int


@dataclass(frozen=True)
class InsertCall:
    """Remedy: call ``method`` on ``model`` before the statement with this ref."""

    model: str
    method: str
    before: int


@dataclass(frozen=True)
class MoveOut:
    """Remedy: move the call with this ref out of the ``with`` statement with ref ``guard``."""

    call: int
    guard: int | None


Remedy: TypeAlias = Guard | InsertCall | MoveOut


@dataclass(frozen=True)
class Finding:
    """One mistake: where (a fact's ref), what to say in at most 100 characters, what would mend it.

    ``{line}`` in the message is replaced by the line of ``related``, another fact's ref.
    """

    ref: int
    message: str
    remedy: Remedy | None = None
    related: int | None = None


def problem(text: str, remedy: str) -> str:
    """``text - remedy``, cut to what a message may hold."""
    message = f"{text} - {remedy}"
    if len(message) <= LONGEST_MESSAGE:
        return message
    room = LONGEST_MESSAGE - len(remedy) - 6
    return f"{text[:room].rstrip('` ')}... - {remedy}"
