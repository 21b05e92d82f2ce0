"""Expressions as short text, for messages and for evidence by names."""

from __future__ import annotations

from flake8_nograd.facts import code

LONGEST = 40
"""Longer text is cut: a message has 100 characters."""


def path_of(expression: code.Expression) -> str | None:
    """``a.b.c`` of a chain of attributes on a name; None for anything else."""
    parts = []
    while isinstance(expression, code.Attribute):
        parts.append(expression.name)
        expression = expression.value
    if not isinstance(expression, code.Name):
        return None
    parts.append(expression.id)
    return ".".join(reversed(parts))


def text_of(expression: code.Expression, whole: bool = False) -> str:
    """How an expression reads: ``self.models[...]``; with ``whole``, the names in its calls too."""
    text = _text(expression, whole)
    return text if whole or len(text) <= LONGEST else "..." + text[-LONGEST + 3 :]


def _text(expression: code.Expression, whole: bool) -> str:
    if isinstance(expression, code.Name):
        return expression.id
    if isinstance(expression, code.Attribute):
        return f"{_text(expression.value, whole)}.{expression.name}"
    if isinstance(expression, code.Subscript):
        index = ", ".join(_text(each, whole) for each in expression.indices) if whole else "..."
        return f"{_text(expression.value, whole)}[{index}]"
    if isinstance(expression, code.Call):
        given = ", ".join(_text(each.value, whole) for each in expression.arguments)
        short = given if whole else ("..." if expression.arguments else "")
        return f"{_text(expression.function, whole)}({short})"
    if isinstance(expression, code.Constant) and isinstance(expression.value, str):
        return repr(expression.value)
    if isinstance(expression, code.Await):
        return _text(expression.value, whole)
    return "..."
