"""What the interpreter saw happen in a unit: what rules and the linker reason about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from flake8_nograd.facts import code
from flake8_nograd.model.values import Grad, Mode, Origin, Parameter, Thing, Value


@dataclass(frozen=True, slots=True)
class Place:
    """Where in its unit something happens.

    ``loops`` are the refs of the loops and comprehensions around it, outermost first; ``block``
    tells suites of statements apart; ``conditional`` says that an ``if`` stands around it.
    """

    unit: int
    ref: int
    loops: tuple[int, ...]
    block: int
    conditional: bool


@dataclass(frozen=True, slots=True)
class Forward:
    """A model is run: ``model(x)``, or a unit of this file that returns a model's result."""

    place: Place
    text: str
    """The callee as written: ``model``, ``self.net.forward``."""
    model_text: str
    """The model as written: ``model``, ``self.net``."""
    models: frozenset[Thing]
    grad: Grad
    mode: Mode
    inputs: frozenset[Thing]
    """What the arguments may be."""
    inputs_made: Grad
    """The modes under which the arguments were computed; no flag where unknown."""
    held_out: bool
    """A loop around it, or its input, is named like held-out data."""
    by_name: bool
    """Only the name says that it is a model."""
    kind: Literal["forward", "generate", "export", "through"]
    """``generate`` guards itself, ``export`` bakes the mode in, ``through`` calls a local unit."""
    through: int | None = None
    """The unit of this file that is called."""


@dataclass(frozen=True, slots=True)
class GradientUse:
    """A gradient is taken, or an optimizer steps."""

    place: Place
    kind: Literal["backward", "gradient", "step", "needed"]
    text: str
    loss: str
    """What goes backward, without what scales it."""
    grad: Grad
    """The mode at the call."""
    made: Grad
    """The modes under which the last operation of the loss ran; no flag where unknown."""
    things: frozenset[Thing]
    origins: frozenset[Origin]
    scales: bool
    """The call computes something from the loss before it goes backward."""
    entered: int | None
    """The innermost ``with`` around the call that sets the gradient mode, where there is one."""
    outer: Grad
    """The mode around that ``with``, or with which the unit began."""


@dataclass(frozen=True, slots=True)
class ModeSwitch:
    """``model.eval()`` or ``model.train(...)``."""

    place: Place
    models: frozenset[Thing]
    before: Mode
    """The mode that the models were in."""
    mode: Mode
    text: str


@dataclass(frozen=True, slots=True)
class CallSite:
    """A unit of this file is called."""

    place: Place
    callee: int
    grad: Grad
    modes: dict[Thing, Mode]
    arguments: dict[str, Value]
    receiver: Thing | None
    text: str


NoticeKind: TypeAlias = Literal[
    "gradients switched off",
    "guard not entered",
    "guard not called",
    "guard in and",
    "guard on async",
    "guard on lazy result",
    "guard on context manager",
    "guard on class",
    "enable in inference",
    "guard in guard",
    "no_grad",
    "yield in guard",
    "await in guard",
    "work for a thread",
    "mode not called",
    "eval as attribute",
    "train as attribute",
    "volatile",
    "required gradient",
    "dropout",
    "attention dropout",
    "layer built",
]


@dataclass(frozen=True, slots=True)
class Notice:
    """A spelling that means something other than it seems; a rule says when it is a mistake."""

    place: Place
    kind: NoticeKind
    text: str
    about: int = code.NO_REF
    """The unit that is decorated, or the item of the ``with``, where there is one."""


@dataclass(frozen=True, slots=True)
class Accumulation:
    """A value is added to, or appended to, what outlives the iteration of a loop."""

    place: Place
    text: str
    origin: int
    """Stands for the accumulated value, so that its own uses can be asked for."""
    added: frozenset[Origin]
    grad: Grad
    is_known: bool
    """What is added is known to be computed here, or goes backward under its own name."""
    carried: bool
    """The iteration before has added to it too."""


@dataclass(frozen=True, slots=True)
class LoopModes:
    """The modes of models when a loop is entered, and at the end of its body."""

    loop: int
    before: dict[Thing, Mode]
    after: dict[Thing, Mode]


@dataclass(frozen=True, slots=True)
class Requirement:
    """From here on the parameters of a model require gradients, or do not."""

    ref: int
    model: Thing
    is_required: bool


@dataclass(slots=True)
class Events:
    """All that happened in one unit."""

    forwards: list[Forward] = field(default_factory=list)
    gradients: list[GradientUse] = field(default_factory=list)
    switches: list[ModeSwitch] = field(default_factory=list)
    calls: list[CallSite] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    accumulations: list[Accumulation] = field(default_factory=list)
    loop_modes: list[LoopModes] = field(default_factory=list)
    requirements: list[Requirement] = field(default_factory=list)
    thrown_away: set[int] = field(default_factory=set)
    """The calls, by ref, whose result nobody takes: statements of their own, or ``_ = ...``."""
    kept_in_names: set[int] = field(default_factory=set)
    """The refs of calls whose result goes into a name and nowhere else."""
    epochs: set[int] = field(default_factory=set)
    """The loops over epochs, by their names."""
    autocasts: bool = False
    """The unit enters autocast, or makes it, somewhere."""
    reads_mode: bool = False
    """The unit reads ``self.training``, or that of another model."""
    reads_graph: bool = False
    """The unit asks for what a guard changes: ``requires_grad``, ``grad_fn``, ..."""
    comments: list[str] = field(default_factory=list)
    exit_modes: dict[Thing, Mode] = field(default_factory=dict)


Arguments: TypeAlias = Sequence[tuple[code.Argument, Value]]
"""What a call is given: each argument and its value."""


@dataclass(frozen=True, slots=True)
class Summary:
    """What a caller needs to know of a unit; parameters and ``self`` stand for themselves.

    ``yields`` and ``yield_modes`` are what holds at the ``yield`` of a ``@contextmanager``.
    """

    returns: Value
    is_abstract: bool
    """It only raises: a class in another file overrides it."""
    exit_grad: Grad
    exit_modes: frozenset[tuple[Thing, Mode]]
    yields: Grad
    yield_modes: frozenset[tuple[Thing, Mode]]
    runs_parameters: frozenset[tuple[Parameter, Grad]]
    """The parameters, its own or of units around it, that it calls, and in which gradient mode."""
