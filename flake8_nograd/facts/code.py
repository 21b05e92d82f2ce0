"""The vocabulary of facts: a module's statements and expressions as plain, frozen, picklable data.

A fact carries no LibCST node. ``ref`` is its way back: an index into the nodes that the visitor
kept, from which :mod:`flake8_nograd.facts.source` computes the position of what is reported.
Facts say what is written, not what it means: they depend on no option and on no framework.
"""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

NO_REF = -1
"""The ``ref`` of a fact that stands for no node of its own."""

COPIES = 1 << 32
"""A copy of a fact, number n, has the ref of the original and n times this."""


def original(ref: int) -> int:
    """The ref of the fact of which the one with ``ref`` is a copy, or its own."""
    return ref if ref == NO_REF else ref % COPIES


# ---------------------------------------------------------------- expressions


class Name(NamedTuple):
    """A bare name, read."""

    id: str


class Attribute(NamedTuple):
    """``value.name``."""

    value: Expression
    name: str


class Constant(NamedTuple):
    """A literal. ``value`` is the Python value where it is cheap to know, else ``...``."""

    value: object


class Argument(NamedTuple):
    """One argument of a call; ``star`` is ``""``, ``*`` or ``**``."""

    value: Expression
    keyword: str | None = None
    star: str = ""


class Call(NamedTuple):
    """``function(arguments)``."""

    ref: int
    function: Expression
    arguments: tuple[Argument, ...]


class Collection(NamedTuple):
    """A tuple, list or set display."""

    elements: tuple[Expression, ...]


class Mapping(NamedTuple):
    """A dict display. A key of ``**other`` is None."""

    items: tuple[tuple[Expression | None, Expression], ...]


class Operation(NamedTuple):
    """An arithmetic operation; a chain ``a + b + c`` is one operation of three operands."""

    ref: int
    operands: tuple[Expression, ...]


class Comparison(NamedTuple):
    """``left operator right ...``; ``operators`` are LibCST's class names, such as ``Is``."""

    operands: tuple[Expression, ...]
    operators: tuple[str, ...]


class Boolean(NamedTuple):
    """``a and b``, ``a or b`` (``operator`` is ``and`` or ``or``)."""

    ref: int
    operator: str
    operands: tuple[Expression, ...]


class Not(NamedTuple):
    """``not operand``."""

    operand: Expression


class Conditional(NamedTuple):
    """``body if test else orelse``."""

    test: Expression
    body: Expression
    orelse: Expression


class Subscript(NamedTuple):
    """``value[index]``."""

    value: Expression
    indices: tuple[Expression, ...]


class Starred(NamedTuple):
    """``*value`` in a display or a target."""

    value: Expression


class Await(NamedTuple):
    """``await value``."""

    ref: int
    value: Expression


class Yield(NamedTuple):
    """``yield value``, or ``yield from value``."""

    ref: int
    value: Expression | None
    delegates: bool


class NamedExpression(NamedTuple):
    """``target := value``."""

    target: Expression
    value: Expression


class Formatted(NamedTuple):
    """An f-string or t-string, strings beside it included: only its embedded expressions."""

    parts: tuple[Expression, ...]


class Clause(NamedTuple):
    """``for target in iterable if conditions`` of a comprehension."""

    target: Expression
    iterable: Expression
    conditions: tuple[Expression, ...]


class Comprehension(NamedTuple):
    """A comprehension; ``kind`` is ``list``, ``set``, ``dict`` or ``generator``."""

    ref: int
    kind: str
    elements: tuple[Expression, ...]
    clauses: tuple[Clause, ...]


class Lambda(NamedTuple):
    """A lambda, as the function that it is."""

    function: Function


Expression: TypeAlias = (
    Name
    | Attribute
    | Constant
    | Call
    | Collection
    | Mapping
    | Operation
    | Comparison
    | Boolean
    | Not
    | Conditional
    | Subscript
    | Starred
    | Await
    | Yield
    | NamedExpression
    | Formatted
    | Comprehension
    | Lambda
)


# ----------------------------------------------------------------- statements


class Comment(NamedTuple):
    """A comment before a statement or at its end, without the ``#``."""

    text: str


class Evaluate(NamedTuple):
    """An expression as a statement."""

    ref: int
    value: Expression


class Assign(NamedTuple):
    """``a = b = value``, or ``a: annotation = value`` (``value`` is None for a bare annotation)."""

    ref: int
    targets: tuple[Expression, ...]
    value: Expression | None
    annotation: Expression | None = None


class AugmentedAssign(NamedTuple):
    """``target operator= value``; ``operator`` is LibCST's class name, such as ``AddAssign``."""

    ref: int
    target: Expression
    operator: str
    value: Expression


class Return(NamedTuple):
    """``return value``."""

    ref: int
    value: Expression | None


class Raise(NamedTuple):
    """``raise value``."""

    value: Expression | None


class Assert(NamedTuple):
    """``assert test, message``."""

    test: Expression
    message: Expression | None


class Delete(NamedTuple):
    """``del targets``."""

    targets: tuple[Expression, ...]


class Import(NamedTuple):
    """One imported name: ``name`` (``*`` for a star import) is bound to what ``path`` leads to."""

    name: str
    path: str


class Scope(NamedTuple):
    """``global names`` or ``nonlocal names``."""

    is_global: bool
    names: tuple[str, ...]


class Jump(NamedTuple):
    """``break`` or ``continue``."""

    breaks: bool


class If(NamedTuple):
    """``if``/``elif`` branches in order, and what follows ``else``."""

    branches: tuple[tuple[Expression, Block], ...]
    orelse: Block


class For(NamedTuple):
    """A ``for`` loop."""

    ref: int
    target: Expression
    iterable: Expression
    body: Block
    orelse: Block


class Phase(NamedTuple):
    """One round of a loop over constants: no visitor makes it, the model spells such loops out."""

    ref: int
    target: Expression
    value: Expression
    body: Block


class While(NamedTuple):
    """A ``while`` loop."""

    ref: int
    test: Expression
    body: Block
    orelse: Block


class WithItem(NamedTuple):
    """``context as target``."""

    ref: int
    context: Expression
    target: Expression | None


class With(NamedTuple):
    """A ``with`` statement."""

    ref: int
    items: tuple[WithItem, ...]
    body: Block


class Handler(NamedTuple):
    """``except types as name``."""

    types: Expression | None
    name: str | None
    body: Block


class Try(NamedTuple):
    """``try`` with its handlers (``except*`` alike), ``else`` and ``finally``."""

    body: Block
    handlers: tuple[Handler, ...]
    orelse: Block
    final: Block


class Case(NamedTuple):
    """A ``case`` of a ``match``: the names that its pattern binds, its guard, its body."""

    captures: tuple[str, ...]
    guard: Expression | None
    body: Block


class Match(NamedTuple):
    """A ``match`` statement; ``exhaustive`` says that the last case takes everything."""

    subject: Expression
    cases: tuple[Case, ...]
    exhaustive: bool


class Parameter(NamedTuple):
    """One parameter. ``kind`` is ``positional``, ``keyword``, ``*`` or ``**``."""

    name: str
    kind: str
    default: Expression | None
    annotation: Expression | None


class Decorator(NamedTuple):
    """``@value``."""

    ref: int
    value: Expression


class Function(NamedTuple):
    """A function, method or lambda (named ``<lambda>``)."""

    ref: int
    name: str
    parameters: tuple[Parameter, ...]
    decorators: tuple[Decorator, ...]
    body: Block
    is_async: bool
    is_generator: bool


class Class(NamedTuple):
    """A class."""

    ref: int
    name: str
    bases: tuple[Argument, ...]
    decorators: tuple[Decorator, ...]
    body: Block


Statement: TypeAlias = (
    Comment
    | Evaluate
    | Assign
    | AugmentedAssign
    | Return
    | Raise
    | Assert
    | Delete
    | Import
    | Scope
    | Jump
    | If
    | For
    | Phase
    | While
    | With
    | Try
    | Match
    | Function
    | Class
)
Block: TypeAlias = tuple[Statement, ...]


class Module(NamedTuple):
    """All facts of one file."""

    body: Block
