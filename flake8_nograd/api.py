"""What editors and scripts call: the findings of a text, and the text with its findings mended.

The same as what ``flake8`` reports and ``nograd-fix`` writes, without any file, configuration or
``# noqa``: who calls decides what is wanted.
"""

from __future__ import annotations

import io
import tokenize
from collections.abc import Iterable

import libcst as cst

from flake8_nograd.check import check_text
from flake8_nograd.deadline import OutOfTime
from flake8_nograd.fixes import Fixed, GuardName, fix_bytes
from flake8_nograd.frameworks import FrameworkError
from flake8_nograd.reported import Reported
from flake8_nograd.settings import Settings

__all__ = [
    "Fixed",
    "FrameworkError",
    "OutOfTime",
    "Reported",
    "SourceError",
    "check_source",
    "fix_source",
]


class SourceError(ValueError):
    """The text is no Python that can be parsed. The message says where."""


def check_source(
    source: str | bytes,
    *,
    enable: Iterable[str] = (),
    guards: Iterable[str] = (),
    frameworks: Iterable[str] = (),
) -> list[Reported]:
    """The findings of a text, in its order.

    ``enable`` are codes of opt-in rules, or their beginnings; ``guards`` and ``frameworks`` are
    what the options ``--nograd-guards`` and ``--nograd-frameworks`` take. Bytes are decoded as
    Python does it. Raises :class:`SourceError` for text that does not parse,
    :class:`FrameworkError` for a framework file that is wrong, and :class:`OSError` for one that
    cannot be read.
    """
    settings = Settings(tuple(frameworks), tuple(guards), tuple(enable))
    try:
        return check_text(source, settings)
    except cst.ParserSyntaxError as error:
        raise SourceError(str(error)) from error


def fix_source(
    source: str | bytes,
    *,
    select: Iterable[str] = ("NGD",),
    unsafe: bool = False,
    guard: GuardName = "no_grad",
    enable: Iterable[str] = (),
    guards: Iterable[str] = (),
    frameworks: Iterable[str] = (),
) -> Fixed:
    """Mend what is found in a text, as far as the result can be proven.

    ``select`` are the codes to mend, or their beginnings; ``unsafe`` adds the fixes that may
    change what the program computes; ``guard`` is the guard that is written. The result's ``data``
    is in the encoding of ``source``; for a ``str``, in the one that its first lines name, or UTF-8.
    Raises what :func:`check_source` raises, and :class:`OutOfTime` for a text that takes too long,
    for which :func:`check_source` has one NGD000.
    """
    settings = Settings(tuple(frameworks), tuple(guards), tuple(enable))
    codes = tuple(select)
    try:
        data = _encoded(source) if isinstance(source, str) else source
        return fix_bytes(
            data,
            settings,
            lambda found, _: [each for each in found if each.code.startswith(codes)],
            unsafe=unsafe,
            guard=guard,
        )
    except cst.ParserSyntaxError as error:
        raise SourceError(str(error)) from error


def _encoded(source: str) -> bytes:
    """A text in the encoding that it names; raises :class:`SourceError` where that cannot be."""
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(source.encode()).readline)
        return source.encode(encoding)
    except (SyntaxError, UnicodeEncodeError) as error:
        raise SourceError(str(error)) from error
