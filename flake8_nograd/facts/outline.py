"""What an outer function's code names: enough to tell whether its details can matter."""

from __future__ import annotations

from typing import NamedTuple

BARE = "."
"""Stands among the words after an attribute that is a statement: ``model.eval``."""

RUN = "()"
"""Stands among the words after a call that is a statement: ``torch.no_grad()``."""


class Called(NamedTuple):
    """A call of ``root.….receiver.name(…)``; each is ``""`` where it is no plain name.

    ``name`` ends in ``()`` where the result of a call is called: ``build()(x)``. The words of the
    arguments are ``words[start:end]``.
    """

    root: str
    receiver: str
    name: str
    start: int
    end: int


class Flow(NamedTuple):
    """The names and attributes ``to`` are bound to a value: to what ``words[start:end]`` name."""

    to: list[str]
    start: int
    end: int


class Outline(NamedTuple):
    """The code of one outer function, all functions inside it included, or of the module.

    An outer function is one that is not inside another: a function of the module, a method. The
    words are all names, attributes and names of arguments in the order of reading, decorators and
    annotations included. Between them stand the keywords ``and`` (for ``or`` too), ``async``,
    ``await``, ``def``, ``lambda``, ``yield``, and ``generator`` for a generator expression.
    """

    words: list[str]
    calls: list[Called]
    flows: list[Flow]
