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
class Enter:
    """Remedy: the guard that is this statement becomes a ``with`` over what follows it.

    ``apart`` are gradient uses, which no guard may hold. ``switches``: the statement is a call of
    ``set_grad_enabled``, and ``torch.no_grad()`` comes in its place.
    """

    statement: int
    apart: frozenset[int]
    switches: bool = False


@dataclass(frozen=True)
class Separate:
    """Remedy: ``with a() and b():`` enters both; ``item`` is the item of the ``with``."""

    item: int


@dataclass(frozen=True)
class Respell:
    """Remedy: another guard of torch in place of this item of a ``with``, or this decorator."""

    guard: int
    name: str


@dataclass(frozen=True)
class Unguard:
    """Remedy: take the guard away: a ``with`` or an item of it, a decorator, or all of a function.

    ``records``: what it held records from then on. ``inside``: the body of the function that a
    decorator guards is put under a ``with`` instead.
    """

    guard: int
    records: bool = False
    inside: bool = False


@dataclass(frozen=True)
class MoveOut:
    """Remedy: move the statement of this call out of the ``with`` that has the ref ``guard``."""

    call: int
    guard: int


@dataclass(frozen=True)
class YieldOutside:
    """Remedy: compute inside the ``with``, yield outside, or decorate the generator."""

    value: int


@dataclass(frozen=True)
class InsertCall:
    """Remedy: call the method ``before`` on the model, and after it is run, the method ``after``.

    ``call`` is the call in which the model, written ``model``, stands. The calls go around
    ``around``, or where the model is not known there, as near to it as can be. ``at_end``: the
    method ``after`` is called at the end of the block. ``head_of`` is a loop at the beginning of
    which ``before`` is called. ``restores``: instead of ``after``, the model gets the mode back
    that it had. ``until`` is the last of several evaluations that the calls go around.
    """

    model: str
    call: int
    around: int
    until: int | None = None
    before: str | None = None
    after: str | None = None
    at_end: bool = False
    head_of: int | None = None
    restores: bool = False


@dataclass(frozen=True)
class SetMode:
    """Remedy: ``model.training = False`` becomes ``model.eval()``."""

    statement: int


@dataclass(frozen=True)
class SetArgument:
    """Remedy: give the call an argument; ``{}`` in its value is what is given now.

    Without a value, the argument is taken away.
    """

    call: int
    name: str
    value: str | None


@dataclass(frozen=True)
class Detach:
    """Remedy: what this statement adds or appends is detached."""

    statement: int


@dataclass(frozen=True)
class TakeMode:
    """Remedy: let this ``train`` method take a mode, pass it on, and return ``self``."""

    function: int


Remedy: TypeAlias = (
    Guard
    | Rewrite
    | Enter
    | Separate
    | Respell
    | Unguard
    | MoveOut
    | YieldOutside
    | InsertCall
    | SetMode
    | SetArgument
    | Detach
    | TakeMode
)


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


def problem(text: str, remedy: str, shorter: str = "") -> str:
    """``text - remedy``; where that is too long, ``shorter - remedy``, cut if it must be."""
    for each in (text, shorter or text):
        message = f"{each} - {remedy}"
        if len(message) <= LONGEST_MESSAGE:
            return message
    room = LONGEST_MESSAGE - len(remedy) - 6
    return f"{(shorter or text)[:room].rstrip('`(. ')}... - {remedy}"
