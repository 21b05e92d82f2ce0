"""Is a finding possible in this file? The first and cheapest of the questions, asked of every file.

First the text, at a thousandth of the cost of what flake8 does with a line anyway; then the
statements of flake8's own tree: only a file that imports something of torch goes on.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

_WORD = "torch"


def names_torch(lines: Sequence[str]) -> bool:
    """Whether the word stands anywhere in a file: no finding is possible where it does not."""
    return _WORD in "".join(lines)


def is_finding_possible(lines: Sequence[str], tree: ast.AST) -> bool:
    """Whether the rules could report anything in this file; never writes on ``tree``."""
    has_star = False
    for path in _imported(tree):
        if _WORD in path:
            return True
        has_star = has_star or path == "*"
    return has_star and names_torch(lines)


def _imported(tree: ast.AST) -> Iterator[str]:
    """The paths in all import statements, wherever they stand; ``*`` for all that a module has.

    Those of the module come first: nearly always one of them decides. Expressions are not walked.
    """
    pending = [tree]
    for node in pending:
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            yield from (alias.name for alias in node.names)
        if isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
        for field in ("body", "orelse", "handlers", "finalbody", "cases"):
            children = getattr(node, field, None)
            if isinstance(children, list):
                pending.extend(children)
