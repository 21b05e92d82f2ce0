"""How long the analysis of one file may take. Imports nothing: every floor may ask."""

from __future__ import annotations

from time import thread_time

SECONDS = 60.0
"""Of processor time. A file of 50,000 lines takes about ten; only code that is made to be slow, or
a mistake in the analysis, takes more."""

_CALLS_BETWEEN_LOOKS = 64
"""The clock costs as much as a small statement."""


class OutOfTime(Exception):
    """A file was given up. The message says after how long."""


class Deadline:
    """The end of the time for one file.

    It counts the processor time of this thread, so that a busy or sleeping machine changes no
    answer; needs no signal, so that it works in threads and on every system.
    """

    def __init__(self) -> None:
        self._seconds = SECONDS
        self._end = thread_time() + SECONDS
        self._calls = 0

    def check(self) -> None:
        """To be called in every loop that may be long; raises :class:`OutOfTime`."""
        self._calls += 1
        if self._calls % _CALLS_BETWEEN_LOOKS == 0 and thread_time() > self._end:
            raise OutOfTime(f"not done after {self._seconds:g} s of processor time")
