"""What a rule yields, and the remedy it proposes, as data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

Level: TypeAlias = Literal["error", "warning"]
"""``error``: the code raises or trains nothing; ``warning``: it is silently wrong or wasteful."""

LONGEST_MESSAGE = 100


# Remedies. A ref is the way back to a node of the file.


@dataclass(frozen=True)
class Guard:
    """Remedy: run the statements that hold ``over`` under ``torch.no_grad()``.

    Where that cannot be, ``within``, the forwards themselves. ``apart`` are gradient uses, which
    stay outside. ``unit`` is a function that does nothing but infer, and may be decorated.
    """

    over: tuple[int, ...]
    within: tuple[int, ...] = ()
    apart: frozenset[int] = frozenset()
    unit: int | None = None


@dataclass(frozen=True)
class Rewrite:
    """Remedy: write ``template`` instead of the expression or the statement; ``{}`` is what stands
    there now.
    """

    ref: int
    template: str


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


Remedy: TypeAlias = Guard | Rewrite | InsertCall | MoveOut


@dataclass(frozen=True)
class Finding:
    """One mistake: where (a fact's ref), what to say in at most 100 characters, what would mend it.

    ``{line}`` in the message is replaced by the line of ``related``, another fact's ref. A remedy
    is safe where nothing that the program can observe changes, but that no graph is recorded.
    """

    ref: int
    message: str
    remedy: Remedy | None = None
    related: int | None = None
    is_safe: bool = True

    @property
    def fix(self) -> Literal["safe", "unsafe"] | None:
        """What is said of the remedy, where there is one."""
        if self.remedy is None:
            return None
        return "safe" if self.is_safe else "unsafe"


def problem(text: str, remedy: str) -> str:
    """``text - remedy``, cut to what a message may hold."""
    message = f"{text} - {remedy}"
    if len(message) <= LONGEST_MESSAGE:
        return message
    room = LONGEST_MESSAGE - len(remedy) - 6
    return f"{text[:room].rstrip('` ')}... - {remedy}"
