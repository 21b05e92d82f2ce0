"""The rows that a framework file may hold: a closed set of kinds, a closed vocabulary in each.

Every row names its ``source``: where the claim was read, or the test that observed it.
A ``name`` is a full path (``torch.no_grad``); ``torchvision.models.*`` stands for all below it.
"""

from __future__ import annotations

from typing import Literal, NamedTuple, TypeAlias


class FrameworkError(ValueError):
    """A framework file breaks the schema; the message names file, row and key."""


GradWord: TypeAlias = Literal["off", "inference", "on", "argument", "unchanged"]
ModeWord: TypeAlias = Literal["train", "eval", "unknown"]


class Guard(NamedTuple):
    """Sets the gradient mode: as ``with`` item, as decorator, or when called (``immediate``).

    ``grad = "argument"``: the argument ``parameter`` decides; left out, it counts as True.
    ``when_true`` is the mode that True stands for, ``when_false`` that of False. Inside inference
    mode only a guard that ``ends_inference`` can switch recording on.
    """

    name: str
    grad: GradWord
    source: str
    immediate: bool = False
    ends_inference: bool = False
    parameter: str = "mode"
    when_true: GradWord = "on"
    when_false: GradWord = "off"


class Alias(NamedTuple):
    """Another path to the same thing; with ``.*`` on both sides, all below it."""

    name: str
    of: str
    source: str


class Subclass(NamedTuple):
    """A library's class that derives from another."""

    name: str
    of: str
    source: str


class Returns(NamedTuple):
    """What calling ``name`` gives.

    ``model`` and ``layer`` are modules with parameters, ``loss`` is one without; an ``attack``
    takes gradients when it is called; ``stack`` is an ExitStack, ``executor`` a pool of threads;
    ``other`` is none of these; ``argument`` is what was passed first, ``copy`` the like of it;
    ``tuple`` is one of ``length`` elements, each with a row of its own: ``name[0]``, ``name[1]``.
    ``mode`` is the mode in which a model comes; ``mode_dependent``: what it computes depends on
    its mode.
    """

    name: str
    what: Literal[
        "model",
        "layer",
        "loss",
        "optimizer",
        "scaler",
        "stack",
        "attack",
        "argument",
        "copy",
        "tuple",
        "executor",
        "other",
    ]
    source: str
    length: int = 0
    mode: ModeWord = "train"
    mode_dependent: bool = False


class Effect(NamedTuple):
    """What a call does: by its path (``name``), or by the name of a ``method`` on any receiver.

    An ``attribute`` does it when it is read. ``on`` limits a method to receivers of a kind;
    ``named``: to those with one of the words ``named`` in their name.

    - ``backward`` takes a gradient of the receiver, ``backward_argument`` of the first argument;
      ``scales``: it computes something from the loss first. ``gradient`` is ``autograd.grad``;
      ``needs_gradient`` takes gradients of whatever it runs; ``step`` is an optimizer's.
    - ``drop`` gives a result without graph, ``shape`` too, and it asks for no number; ``detach``
      the same value without its graph; ``cut`` too, and the value itself has none any more, nor
      requires a gradient if it is a parameter; ``read`` something that is no tensor, ``array`` too,
      and it raises where there is a graph; ``text`` makes text of its argument, and raises for a
      tensor;
      ``operation`` a tensor computed from its arguments, ``selection`` such a tensor and, second,
      integer indices; ``self`` the receiver; ``wrapped`` the model that the receiver wraps.
    - ``dropout`` is an operation that ignores the module's mode where ``training`` is not given,
      ``attention_dropout`` one that takes ``dropout_p`` as it is.
    - ``eval``, ``train``: switch a model's mode; ``load`` fills it with trained weights;
      ``parameters`` gives its parameters; ``freeze`` is ``requires_grad_``; ``freeze_model``
      freezes all parameters and switches to eval mode.
    - ``forward`` runs the model; ``generate`` too, under a guard of its own; ``export`` bakes the
      mode in; ``pretrained``: only outputs of pretrained models, which come in eval mode, have it.
    - ``calls`` runs its function argument; ``thread`` has another thread run it; ``partial`` keeps
      it, with its first arguments; ``arguments`` gives its arguments back, several as a tuple;
      ``save_mode`` reads the gradient mode; ``exit`` ends the process.
    """

    does: Literal[
        "backward",
        "backward_argument",
        "gradient",
        "step",
        "drop",
        "shape",
        "detach",
        "cut",
        "read",
        "array",
        "text",
        "load",
        "self",
        "wrapped",
        "pretrained",
        "eval",
        "train",
        "forward",
        "generate",
        "parameters",
        "freeze",
        "requires_grad",
        "calls",
        "partial",
        "operation",
        "selection",
        "dropout",
        "attention_dropout",
        "save_mode",
        "export",
        "needs_gradient",
        "exit",
        "arguments",
        "freeze_model",
        "thread",
    ]
    source: str
    name: str = ""
    method: str = ""
    attribute: str = ""
    on: Literal["any", "model", "optimizer", "scaler", "named", "tensor", "stack", "executor"] = (
        "any"
    )
    named: tuple[str, ...] = ()
    scales: bool = False


class Hook(NamedTuple):
    """Methods that a framework calls in a given state, on real subclasses of ``of`` only.

    A method ending in ``*`` stands for all that begin so.
    """

    of: str
    methods: tuple[str, ...]
    grad: GradWord
    mode: ModeWord
    source: str


class Runner(NamedTuple):
    """Calls the functions that it is given in a state of its own."""

    name: str
    grad: GradWord
    mode: ModeWord
    source: str


Row: TypeAlias = Guard | Alias | Subclass | Returns | Effect | Hook | Runner

KINDS: dict[str, type[Row]] = {
    "guard": Guard,
    "alias": Alias,
    "subclass": Subclass,
    "returns": Returns,
    "effect": Effect,
    "hook": Hook,
    "runner": Runner,
}
