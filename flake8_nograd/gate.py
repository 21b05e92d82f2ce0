"""Is a finding possible in this file? Answered without LibCST."""

from __future__ import annotations

import ast


def is_finding_possible(text: str, tree: ast.AST) -> bool:
    """Whether the rules could report anything in this file."""
    return "torch" in text
