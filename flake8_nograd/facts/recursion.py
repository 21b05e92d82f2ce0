"""How deep the code of a file may be nested. No LibCST import."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

RECURSION_LIMIT = 5_000
"""Python frames allowed while a file is analysed: the deepest nesting that flake8 itself survives
needs about 2,000, and a Python 3.10 with 8 MiB of stack holds more than 10,000."""


@contextmanager
def deep_recursion() -> Iterator[None]:
    """Allow the nesting that Python's own parser allows, for as long as the block runs."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(max(before, RECURSION_LIMIT))
    try:
        yield
    finally:
        sys.setrecursionlimit(before)
