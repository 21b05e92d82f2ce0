"""Abstract values: what an expression may be, and whose graph it carries.

A :class:`Value` is a set of *things* (what it may refer to) and a set of *origins* (the forwards
and parameters whose autograd graph it may carry). Sets only grow where control flow joins.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable
from typing import NamedTuple, TypeAlias, TypeVar

_F = TypeVar("_F", bound=enum.IntFlag)


def _or(self: _F, other: int) -> _F:
    """``|`` of flags. Joining is what the analysis does most, and ``IntFlag`` makes the result anew
    each time, for 0.5 us: one that was made before is only looked up here.
    """
    value = int.__or__(self, other)
    known: _F | None = type(self)._value2member_map_.get(value)  # type: ignore[assignment]
    return type(self)(value) if known is None else known


def _and(self: _F, other: int) -> _F:
    """``&`` of flags, as above."""
    value = int.__and__(self, other)
    known: _F | None = type(self)._value2member_map_.get(value)  # type: ignore[assignment]
    return type(self)(value) if known is None else known


class Grad(enum.IntFlag):
    """Gradient mode, as a set of possibilities. More than one flag means: decided at run time."""

    __or__ = _or  # each class needs its own: `enum` puts its operators into all others
    __and__ = _and

    ON = 1
    OFF = 2
    INFERENCE = 4
    INHERITED = 8
    """As the caller has it: nothing in this unit decides."""
    LEFT = 16
    """Off because a unit that was called has left it so; no guard is around."""

    @property
    def is_off(self) -> bool:
        """Certainly not recording, by a guard or statement of this unit's own."""
        return bool(self) and not self & (Grad.ON | Grad.INHERITED | Grad.LEFT)

    def within(self, outer: Grad) -> Grad:
        """The mode, seen from a caller that runs in ``outer``."""
        if self & Grad.INHERITED:
            return (self & ~Grad.INHERITED) | outer
        return self


UNKNOWN = Grad(0)
"""No gradient mode is known."""


class Mode(enum.IntFlag):
    """Module mode, as a set of possibilities."""

    __or__ = _or
    __and__ = _and

    TRAIN = 1
    EVAL = 2
    INHERITED = 4
    """As the caller left it."""


class Use(enum.IntFlag):
    """Where a value went."""

    __or__ = _or
    __and__ = _and

    NOWHERE = 0
    GRADIENT = 1
    """Into ``backward``, ``autograd.grad`` or a relative."""
    RETURNED = 2
    YIELDED = 4
    STORED = 8
    """Into an attribute, a global or an object that outlives the unit."""
    PASSED = 16
    """To a call that the model cannot look into."""
    HANDED = 32
    """To a caller that the model cannot see: returned by a function that is itself handed out."""
    TARGET = 64
    """Detached after more computation, or into another model: a part of a training step."""
    READ = 128
    """A name that held it was read."""
    DECIDED = 512
    """Detached on one branch only: who calls decides whether a gradient is taken."""
    ARRAY = 256
    """Into NumPy, which raises where there is a graph, or compared with text: it has no graph."""
    SHAPE = 1024
    """Its shape was asked for."""
    NUMBERS = 2048
    """Its numbers were asked for: printed, compared, detached."""
    NO_TENSOR = 4096
    """Joined to a text, or made a tensor in the case that it is none."""
    CUT = 8192
    """Its graph was cut off by hand: somebody knows that it has one."""
    ASKED = READ | SHAPE | NUMBERS | NO_TENSOR | CUT
    """Nothing that outlives the unit."""


# --------------------------------------------------------------------- things
#
# Tuples, because sets of them are what the analysis works with: hashing and comparing them costs
# a tenth of what dataclasses cost. ``kind`` keeps two with the same parts apart.


class External(NamedTuple):
    """Something imported, by its full path: ``torch.no_grad``."""

    path: str
    kind: str = "external"


class Builtin(NamedTuple):
    """A name that nothing in the file binds."""

    name: str
    kind: str = "builtin"


class Literal(NamedTuple):
    """A constant that can decide something: True, False, None or a string."""

    value: object
    kind: str = "literal"


class LocalFunction(NamedTuple):
    """A function or lambda of this file, by its ref."""

    unit: int
    kind: str = "local function"


class LocalClass(NamedTuple):
    """A class of this file, by its ref."""

    ref: int
    kind: str = "local class"


class Self(NamedTuple):
    """The instance inside the methods of a class of this file."""

    ref: int
    kind: str = "self"


class Instance(NamedTuple):
    """What a constructor makes; ``made_by`` is its class's path, or ref if it is of this file."""

    call: int
    made_by: str | int
    kind: str = "instance"


class Method(NamedTuple):
    """A method of this file's class, bound to its receiver."""

    unit: int
    receiver: Thing
    kind: str = "method"


class Parameter(NamedTuple):
    """What a unit is given under this name."""

    unit: int
    name: str
    kind: str = "parameter"


class Member(NamedTuple):
    """An attribute that nothing in the file assigns."""

    owner: Thing
    name: str
    kind: str = "member"


class Result(NamedTuple):
    """What a call returns that cannot be looked into; ``path`` is the callee's, where known."""

    call: int
    path: str
    kind: str = "result"


class GuardObject(NamedTuple):
    """A context manager or decorator that sets the gradient mode. INHERITED: it leaves it alone."""

    grad: Grad
    ends_inference: bool = False
    before: Grad = UNKNOWN
    """The mode before it was made, where making it has switched already: ``set_grad_enabled``."""
    instance: Instance | None = None
    """The instance that it is, of a guard's subclass in this file."""
    kind: str = "guard object"

    def inside(self, outer: Grad) -> Grad:
        """The mode that holds inside it, entered in ``outer``."""
        if self.grad == Grad.INHERITED:
            return outer
        if self.grad == Grad.ON and outer == Grad.INFERENCE and not self.ends_inference:
            return outer
        return self.grad


class SavedGrad(NamedTuple):
    """What ``torch.is_grad_enabled()`` returned while the mode was ``grad``."""

    grad: Grad
    kind: str = "saved grad"


class ContextManager(NamedTuple):
    """What a ``@contextmanager`` function of this file gave for a call."""

    unit: int
    call: int
    kind: str = "context manager"


class ParametersOf(NamedTuple):
    """``model.parameters()`` and what iterating it gives."""

    model: Thing
    kind: str = "parameters of"


class Guarded(NamedTuple):
    """A function or model that runs in a gradient mode of its own: ``torch.no_grad()(fn)``."""

    inner: Thing
    grad: Grad
    kind: str = "guarded"


class Partial(NamedTuple):
    """``functools.partial(inner, ...)``, made by ``call``."""

    inner: Thing
    call: int
    kind: str = "partial"


Thing: TypeAlias = (
    External
    | Builtin
    | Literal
    | LocalFunction
    | LocalClass
    | Self
    | Instance
    | Method
    | Parameter
    | Member
    | Result
    | GuardObject
    | SavedGrad
    | ContextManager
    | ParametersOf
    | Guarded
    | Partial
)


class Beside(NamedTuple):
    """What may be cut from its graph: what a call gives beside its first result, or a metric."""

    statement: int
    target: int
    kind: str = "beside"


Origin: TypeAlias = int | Parameter | Beside
"""Whose graph a value carries: a forward's, by the ref of its call, or a parameter's.

With :class:`Beside` among them it may be cut from the others' graphs.
"""

MOST_THINGS = 24
"""A value that may be more than this many things is unknown: keeps joins cheap."""


class Value(NamedTuple):
    """What an expression may be.

    ``made`` holds the gradient modes under which the tensor operation that produced the value
    ran; no flag where the model does not know of any. ``parts`` are the elements of a display of
    known length, so that ``model, optimizer = pair`` keeps them apart.
    """

    things: frozenset[Thing] = frozenset()
    origins: frozenset[Origin] = frozenset()
    made: Grad = UNKNOWN
    parts: tuple[Value, ...] = ()

    def __or__(self, other: Value) -> Value:
        if self is other or other is NOTHING or self == other or not any(other):
            return self
        if self is NOTHING or not any(self):
            return other
        things = self.things | other.things
        if len(things) > MOST_THINGS:
            things = frozenset()
        parts: tuple[Value, ...] = ()
        if self.parts and len(self.parts) == len(other.parts):
            parts = tuple(
                mine | theirs for mine, theirs in zip(self.parts, other.parts, strict=True)
            )
        made = self.made if self.made is other.made else self.made | other.made
        return Value(things, self.origins | other.origins, made, parts)

    def element(self) -> Value:
        """What iterating or indexing gives: any of the elements."""
        return Value(self.things, self.origins, self.made) if self.parts else self


NOTHING = Value()


DEEPEST_MEMBER = 4
"""``a.b.c.d.e`` and deeper is unknown."""


def members(owners: Iterable[Thing], name: str) -> list[Thing]:
    """``owner.name`` for each owner, but for those that are too deep already."""
    return [Member(each, name) for each in owners if _depth(each) < DEEPEST_MEMBER]


def _depth(each: Thing) -> int:
    depth = 0
    while isinstance(each, Member):
        depth, each = depth + 1, each.owner
    return depth


def ordered(things: Iterable[Thing]) -> list[Thing]:
    """In an order that does not depend on the hash seed."""
    found = list(things)
    return found if len(found) < 2 else sorted(found, key=repr)


def thing(*things: Thing) -> Value:
    """The value that is one of ``things``."""
    return Value(frozenset(things))


def join(values: list[Value] | tuple[Value, ...]) -> Value:
    """The value that may be any of ``values``."""
    result = NOTHING
    for value in values:
        if value is not result:
            result |= value
    return result
