"""Puts ``# noqa`` comments where flake8 honours them."""

from __future__ import annotations

import tokenize
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from flake8.defaults import NOQA_INLINE_REGEXP

from flake8_nograd.cli.selection import Selection
from flake8_nograd.cli.text import Text
from flake8_nograd.reported import Reported


@dataclass(frozen=True)
class Silenced:
    """The lines with their comments; the findings that they silence, and those that are left."""

    lines: tuple[str, ...]
    done: tuple[Reported, ...]
    left: tuple[Reported, ...]


def silenced(text: Text, found: Sequence[Reported], selection: Selection) -> Silenced:
    """Silence each finding by a comment on its line, or where flake8 looks for it.

    flake8 reads the line of a finding; where a string or a backslash joins several lines, all of
    them, so that the comment goes to the last. A comment that is there already gets the code. A
    finding is left where that does not silence it, as where ``# noqa`` stands in a string.
    """
    lines = list(text.exact)
    by_line = defaultdict(list)
    ends = dict(_ends(text.lines))
    for each in found:
        by_line[ends.get(each.line, each.line)].append(each)
    done = []
    for number, there in by_line.items():
        codes = sorted({each.code for each in there})
        before, lines[number - 1] = lines[number - 1], _with_codes(lines[number - 1], codes)
        if _are_silenced(lines, there, selection):
            done += there
        else:
            lines[number - 1] = before
    return Silenced(
        tuple(lines),
        tuple(each for each in found if each in done),
        tuple(each for each in found if each not in done),
    )


def _are_silenced(lines: Sequence[str], found: Sequence[Reported], selection: Selection) -> bool:
    read = [_content(line) + "\n" for line in lines]
    return all(selection.is_silenced(each, read) for each in found)


def _ends(lines: Sequence[str]) -> Iterator[tuple[int, int]]:
    """For each line the last one of those that flake8 reads together with it."""
    first = None
    for token in tokenize.generate_tokens(iter(lines).__next__):
        if token.type in (tokenize.DEDENT, tokenize.ENDMARKER):
            continue
        first = token.start[0] if first is None else min(first, token.start[0])
        if token.type in (tokenize.NL, tokenize.NEWLINE):
            yield from ((number, token.start[0]) for number in range(first, token.start[0] + 1))
            first = None


def _with_codes(line: str, codes: Sequence[str]) -> str:
    content = _content(line)
    end = line[len(content) :]
    match = NOQA_INLINE_REGEXP.search(content)
    if match is None or match["codes"] is None:  # without codes it would have silenced all
        return f"{content.rstrip()}  # noqa: {', '.join(codes)}{end}"
    there = match["codes"].rstrip(", \t")
    place = match.start("codes") + len(there)
    return f"{content[:place]}, {', '.join(codes)}{content[place:]}{end}"


def _content(line: str) -> str:
    return line.rstrip("\r\n")
