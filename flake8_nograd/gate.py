"""Is a finding possible in this file? The first and cheapest of the questions, asked of every file.

First the text, at a thousandth of the cost of what flake8 does with a line anyway; then the
statements of flake8's own tree: only a file that imports something of torch goes on.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

_WORD = "torch"


def is_finding_possible(text: str, tree: ast.AST) -> bool:
    """Whether the rules could report anything in this file; never writes on ``tree``."""
    return _WORD in text and any(_imports_torch(each) for each in _imports(tree))


def _imports(tree: ast.AST) -> Iterator[ast.Import | ast.ImportFrom]:
    """The import statements of a tree, wherever they stand; expressions are not walked.

    Those of the module come first: nearly always one of them decides.
    """
    pending = [tree]
    for node in pending:
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            yield node
        for field in ("body", "orelse", "handlers", "finalbody", "cases"):
            children = getattr(node, field, None)
            if isinstance(children, list):
                pending.extend(children)


def _imports_torch(node: ast.Import | ast.ImportFrom) -> bool:
    paths = [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom) and node.module:
        paths.append(node.module)
    return any(_WORD in path or path == "*" for path in paths)
