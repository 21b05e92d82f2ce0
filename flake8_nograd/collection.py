"""Python's collector of cycles, which looks again and again at the trees of a large file."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def collection_paused() -> Iterator[None]:
    """Collect no cycles while a file is analysed: nearly all that is made then lives to its end.

    With the collector on, a line of a file of 50,000 lines costs almost twice as much, one of a
    usual file 3 % (programs of ``tests/benchmark``, with and without). Where it was off, it stays
    off.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
