"""Where a node stands in its file, and how changes to several nodes are made at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias, cast

import libcst as cst

from flake8_nograd.facts.source import Source

Suite: TypeAlias = cst.Module | cst.IndentedBlock | cst.SimpleStatementSuite
Statement: TypeAlias = cst.SimpleStatementLine | cst.BaseCompoundStatement
Statements: TypeAlias = Sequence[Statement]

_SUITES = (cst.Module, cst.IndentedBlock, cst.SimpleStatementSuite)
_SCOPES = (cst.FunctionDef, cst.ClassDef, cst.Module)


@dataclass(frozen=True)
class Where:
    """A statement's place: the suite that holds it, and its index there.

    A line ``a = 1; b = 2`` is one statement, but after a colon, where each part is one.
    """

    suite: Suite
    index: int


class Tree:
    """One file's nodes, and the way up from each."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self.module = source.tree
        self._parents: dict[cst.CSTNode, cst.CSTNode] = {}
        self._order: dict[cst.CSTNode, int] = {}
        waiting: list[cst.CSTNode] = [self.module]
        while waiting:
            node = waiting.pop()
            self._order[node] = len(self._order)
            for child in reversed(node.children):
                self._parents[child] = node
                waiting.append(child)

    def node(self, ref: int) -> cst.CSTNode:
        """The node of a fact."""
        return self._source.node(ref)

    @property
    def nodes(self) -> Iterable[cst.CSTNode]:
        """All nodes, in the order of the file."""
        return self._order

    def order(self, node: cst.CSTNode) -> int:
        """The rank of a node in the file."""
        return self._order[node]

    def parents(self, node: cst.CSTNode) -> Iterator[cst.CSTNode]:
        """The nodes around a node, the innermost first."""
        while node in self._parents:
            node = self._parents[node]
            yield node

    def where(self, node: cst.CSTNode) -> Where:
        """The place of the statement that a node is, or is a part of."""
        for parent in self.parents(node):
            if isinstance(parent, _SUITES):
                return Where(parent, list(parent.body).index(node))
            node = parent
        raise ValueError("a module is no statement")

    def scope(self, node: cst.CSTNode) -> cst.FunctionDef | cst.ClassDef | cst.Module:
        """The function, class or module whose body holds a node."""
        inner = node
        for parent in self.parents(node):
            if isinstance(parent, _SCOPES) and (parent is self.module or parent.body is inner):
                return parent
            inner = parent
        return self.module


def statements_of(suite: cst.BaseSuite) -> Statements:
    """The statements of an indented block."""
    return cast("Statements", cst.ensure_type(suite, cst.IndentedBlock).body)


# -------------------------------------------------------------------- changes


@dataclass(frozen=True)
class Splice:
    """The statements ``start`` to ``stop`` of a suite are rebuilt, to any number of others."""

    suite: Suite
    start: int
    stop: int
    rebuild: Callable[[Statements], Statements]


@dataclass(frozen=True)
class Replace:
    """A node is rebuilt."""

    node: cst.CSTNode
    rebuild: Callable[[cst.CSTNode], cst.CSTNode]


Change: TypeAlias = Splice | Replace


def are_apart(one: Change, other: Change) -> bool:
    """Whether two changes can be made together."""
    if isinstance(one, Splice) and isinstance(other, Splice):
        if one.suite is not other.suite:
            return True
        if one.start == one.stop == other.start == other.stop:
            return True
        return one.stop <= other.start or other.stop <= one.start
    if isinstance(one, Replace) and isinstance(other, Replace):
        return one.node is not other.node
    return True


def changed(module: cst.Module, changes: Iterable[Change]) -> cst.Module:
    """The module with all changes made, inner ones first; no two may be of the same place."""
    new = module.visit(_Changing(changes))
    assert isinstance(new, cst.Module)
    return new


class _Changing(cst.CSTTransformer):
    def __init__(self, changes: Iterable[Change]) -> None:
        super().__init__()
        self._replaced: dict[cst.CSTNode, Replace] = {}
        self._spliced: dict[cst.CSTNode, list[Splice]] = {}
        for change in changes:
            if isinstance(change, Splice):
                self._spliced.setdefault(change.suite, []).append(change)
            else:
                self._replaced[change.node] = change

    def on_visit(self, node: cst.CSTNode) -> bool:
        return True

    def on_leave(  # type: ignore[override]
        self, original_node: cst.CSTNode, updated_node: cst.CSTNode
    ) -> cst.CSTNode:
        splices = self._spliced.get(original_node)
        if splices is not None:
            updated_node = _spliced(updated_node, splices)
        change = self._replaced.get(original_node)
        return updated_node if change is None else change.rebuild(updated_node)


def _spliced(suite: cst.CSTNode, splices: list[Splice]) -> cst.CSTNode:
    if isinstance(suite, cst.SimpleStatementSuite):
        suite = _as_block(suite)
    assert isinstance(suite, (cst.Module, cst.IndentedBlock))
    body = list(suite.body)
    for splice in sorted(splices, key=lambda each: (each.start, each.stop), reverse=True):
        body[splice.start : splice.stop] = splice.rebuild(body[splice.start : splice.stop])  # type: ignore[arg-type]
    return suite.with_changes(body=body)


def _as_block(suite: cst.SimpleStatementSuite) -> cst.IndentedBlock:
    """``: a; b`` as lines of their own."""
    lines = [
        cst.SimpleStatementLine([each.with_changes(semicolon=cst.MaybeSentinel.DEFAULT)])
        for each in suite.body
    ]
    return cst.IndentedBlock(lines, header=suite.trailing_whitespace)
