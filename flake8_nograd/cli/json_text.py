"""Strings in a JSON text, found and changed where they stand: all else stays as it is written."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple

_DECODER = json.JSONDecoder()
_SPACE = re.compile(r"[ \t\n\r]*")
_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_CHARACTER = re.compile(
    r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\.|."
)
"""One character of a string, as it is written; what lies beyond the BMP may be written as two."""


class Change(NamedTuple):
    """Text that takes the place of the characters from ``start`` to ``end``."""

    start: int
    end: int
    content: str


def members(text: str, start: int) -> dict[str, int]:
    """The members of an object that begins at ``start``: where the value of each begins.

    ``text`` must be valid JSON, here as below.
    """
    found = {}
    for position in _elements(text, start, "}"):
        key, end = _DECODER.raw_decode(text, position)
        found[key] = _skip(text, _skip(text, end) + 1)
    return found


def items(text: str, start: int) -> Iterator[int]:
    """Where the items of a list begin; raises :class:`TypeError` where there is none."""
    if text[start] != "[":
        raise TypeError
    return _elements(text, start, "]")


def _elements(text: str, start: int, closing: str) -> Iterator[int]:
    """Where what stands between the brackets that open at ``start`` begins, piece by piece."""
    position = _skip(text, start + 1)
    while text[position] != closing:
        yield position
        _, end = _DECODER.raw_decode(text, position)
        position = _skip(text, end)
        if text[position] == ":":
            _, end = _DECODER.raw_decode(text, _skip(text, position + 1))
            position = _skip(text, end)
        if text[position] == ",":
            position = _skip(text, position + 1)


def _skip(text: str, position: int) -> int:
    space = _SPACE.match(text, position)
    assert space is not None
    return space.end()


class Lines:
    """Lines of text in a JSON text: one string, or a list of strings that follow each other.

    ``text`` is what is meant.
    """

    def __init__(self, source: str, start: int) -> None:
        """``start`` is where the value begins; raises :class:`TypeError` for other values."""
        self._source = source
        self._start = start
        self._is_list = source[start] == "["
        places = list(items(source, start)) if self._is_list else [start]
        self._pieces: list[tuple[int, int]] = []
        texts = []
        for place in places:
            piece, end = _DECODER.raw_decode(source, place)
            if not isinstance(piece, str):
                raise TypeError
            texts.append(piece)
            self._pieces.append((place + 1, end - 1))  # without the quotes
        self.text = "".join(texts)

    def place(self, index: int) -> int:
        """Where a character of ``text`` stands in the JSON text; its end, for the end of it."""
        if index < len(self._written):
            return self._written[index].start()
        return self._written[-1].end() if self._written else self._start

    def changed(self, changes: Iterable[Change]) -> Iterator[Change]:
        """Changes of ``text`` as changes of the JSON text; in a list, each new line is a string.

        Each change is of whole lines.
        """
        for start, end, content in changes:
            is_last = end == len(self.text)
            begin = self.place(start)
            if is_last and not content and start:
                begin = self._written[start - 1].end()  # with what separates it from the rest
            written = self._separator.join(map(self._spelled, _LINE.findall(content)))
            if content and not is_last:
                written += self._separator
            elif content and start == end:
                written = self._separator + written
            yield Change(begin, self.place(end), written)

    def _spelled(self, text: str) -> str:
        """Text as characters are written here: escaped, or not."""
        return "".join(self._spelling.get(each) or json.dumps(each)[1:-1] for each in text)

    @cached_property
    def _written(self) -> Sequence[re.Match[str]]:
        """Each character as it is written."""
        return [
            match
            for start, end in self._pieces
            for match in _CHARACTER.finditer(self._source, start, end)
        ]

    @cached_property
    def _spelling(self) -> dict[str, str]:
        pairs = zip(self.text, self._written, strict=True)
        return {character: match[0] for character, match in pairs}

    @cached_property
    def _separator(self) -> str:
        """What ends a string and begins the next, in a list."""
        if not self._is_list:
            return ""
        for (_, end), (start, _) in pairwise(self._pieces):
            return self._source[end:start]
        return f'",{self._source[self._start + 1 : self._pieces[0][0]]}'
