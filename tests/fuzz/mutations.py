"""Real files, broken in the ways in which files break."""

from __future__ import annotations

import contextlib
import functools
import sysconfig
import tokenize
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from random import Random

import flake8_nograd
from tests import harness
from tests.fuzz.programs import GUARDS, METHODS, MODELS, TENSORS, Program

MOST_BYTES = 12_000
"""Larger files take the time of many small ones and break in the same ways."""

ODD: list[str] = [*"\0\ufeff\u2028\f\x1b\r\u202e\xa0\t\\'\"{}():@#; ", "é", "漢", "😀", "ª", '"""']


@functools.cache
def cases() -> tuple[str, ...]:
    """The code of all cases."""
    folders = (harness.RULES, harness.RULES.with_name("silent"))
    return tuple(each.unmarked for folder in folders for each in harness.load_cases(folder))


@functools.cache
def files() -> tuple[Path, ...]:
    """This project's own files, and those of the standard library."""
    own = Path(flake8_nograd.__file__).parent
    library = Path(sysconfig.get_path("stdlib"))
    found = (
        path
        for folder in (own, library)
        for path in sorted(folder.rglob("*.py"))
        if "-packages" not in str(path)
    )
    return tuple(path for path in found if path.stat().st_size < MOST_BYTES)


def real(random: Random) -> str:
    """A text that was written by people; it always imports torch."""
    if random.randrange(3):
        return random.choice(cases())
    try:
        with tokenize.open(random.choice(files())) as file:
            return f"import torch\n{file.read()}"
    except (SyntaxError, UnicodeError):  # the standard library has broken files, for its own tests
        return random.choice(cases())


def mutated(random: Random) -> bytes:
    """A real or generated text, broken once, twice or three times."""
    text = real(random) if random.randrange(4) else Program(random).text()
    for _ in range(random.randint(1, 3)):
        text = random.choice(_MUTATIONS)(text, random)
    if random.randrange(30) == 0:
        return text.encode("latin-1", "replace")
    if random.randrange(30) == 0:
        return text.encode("utf-16", "surrogatepass")
    return text.encode("utf-8", "surrogatepass")


# ------------------------------------------------------------------------ by line


def _lines(change: Callable[[list[str], int, Random], None]) -> Callable[[str, Random], str]:
    def mutation(text: str, random: Random) -> str:
        lines = text.splitlines(keepends=True) or ["\n"]
        change(lines, random.randrange(len(lines)), random)
        return "".join(lines)

    return mutation


def _delete(lines: list[str], at: int, random: Random) -> None:
    del lines[at : at + random.randint(1, 4)]


def _repeat(lines: list[str], at: int, random: Random) -> None:
    lines[at:at] = lines[at : at + random.randint(1, 4)] * random.choice([1, 1, 1, 2, 30])


def _swap(lines: list[str], at: int, random: Random) -> None:
    other = random.randrange(len(lines))
    lines[at], lines[other] = lines[other], lines[at]


def _swap_indentation(lines: list[str], at: int, random: Random) -> None:
    other = random.randrange(len(lines))
    first, second = lines[at].lstrip(" "), lines[other].lstrip(" ")
    lines[at] = " " * (len(lines[other]) - len(second)) + first
    lines[other] = " " * (len(lines[at]) - len(first)) + second


def _indent(lines: list[str], at: int, random: Random) -> None:
    end = at + random.randint(1, 10)
    head = random.choice(["if x:", "for x in y:", "with torch.no_grad():", "try:", "def f(x):"])
    margin = " " * (len(lines[at]) - len(lines[at].lstrip(" ")))
    body = [f"    {line}" if line.strip() else line for line in lines[at:end]]
    tail = [f"{margin}finally: pass\n"] if head == "try:" else []
    lines[at:end] = [f"{margin}{head}\n", *body, *tail]


def _deepen(lines: list[str], at: int, random: Random) -> None:
    """Nested blocks, as deep as Python lets them be, around a line."""
    depth, head = random.randint(5, 18), random.choice(["if x:", "while x:", "def f(x):"])
    margin = " " * (len(lines[at]) - len(lines[at].lstrip(" ")))
    heads = [f"{margin}{' ' * level}{head}\n" for level in range(depth)]
    lines[at : at + 1] = [*heads, f"{margin}{' ' * depth}{lines[at].lstrip()}"]


def _word(lines: list[str], at: int, random: Random) -> None:
    """A word of the analysis in the place of another."""
    words = random.choice([MODELS, TENSORS, GUARDS, METHODS, ["train", "eval", "async", "yield"]])
    parts = lines[at].split(" ")
    parts[random.randrange(len(parts))] = random.choice(words)
    lines[at] = " ".join(parts).rstrip("\n") + "\n"


def _from_elsewhere(lines: list[str], at: int, random: Random) -> None:
    other = real(random).splitlines(keepends=True) or [""]
    start = random.randrange(len(other))
    lines[at:at] = other[start : start + random.randint(1, 8)]


def _continue(lines: list[str], at: int, random: Random) -> None:
    lines[at] = lines[at].rstrip("\n") + random.choice([" \\\n", "\\\n", " # x\n", "  \n", ";\n"])


# -------------------------------------------------------------------- by character


def _cut(text: str, random: Random) -> str:
    at = random.randint(0, len(text))
    return text[:at] if random.randrange(3) else text[at:]


def _insert(text: str, random: Random) -> str:
    at = random.randint(0, len(text))
    return text[:at] + random.choice(ODD) + text[at:]


def _remove(text: str, random: Random) -> str:
    at = random.randint(0, len(text))
    return text[:at] + text[at + 1 :]


def _flip(text: str, random: Random) -> str:
    at = random.randint(0, len(text))
    return (
        text[:at]
        + chr(random.choice([random.randrange(128), random.randrange(0x11000)]))
        + (text[at + 1 :])
    )


def _nest(text: str, random: Random) -> str:
    """An expression that is nested or chained deeply, in the place of a name."""
    names = [(t.start, t.string) for t in _tokens(text) if t.type == tokenize.NAME]
    if not names:
        return text
    (row, column), name = random.choice(names)
    lines = text.splitlines(keepends=True)
    line, many = lines[row - 1], random.choice([10, 60, 140])
    deep: str = random.choice(
        [
            "f(" * min(many, 90) + name + ")" * min(many, 90),
            "[" * min(many, 90) + name + "]" * min(many, 90),
            name + ".f()" * many,
            name + ".a" * many,
            f"{name} + " * many + name,
            f"{name} if x else " * many + name,
            "not " * many + name,
            f"[{', '.join([name] * 50 * many)}]",
        ]
    )
    lines[row - 1] = line[:column] + deep + line[column + len(name) :]
    return "".join(lines)


def _tokens(text: str) -> list[tokenize.TokenInfo]:
    found: list[tokenize.TokenInfo] = []
    with contextlib.suppress(tokenize.TokenError, SyntaxError):
        found.extend(tokenize.generate_tokens(StringIO(text).readline))
    return found


# ------------------------------------------------------------------------ as a whole


def _tabs(text: str, random: Random) -> str:
    return text.replace("    ", "\t", random.choice([-1, 1, 5]))


def _line_ends(text: str, random: Random) -> str:
    end = random.choice(["\r\n", "\r", "\n\n", "\x0c\n", "\n\r"])
    return text.replace("\n", end, random.choice([-1, 1, 5, 20]))


def _no_final_newline(text: str, random: Random) -> str:
    return text.rstrip("\n") + random.choice(["", " ", "\t", "\\", "#", "\x0c"])


def _long_line(text: str, random: Random) -> str:
    return f"{text}\nx = '{'a' * random.choice([1_000, 50_000])}'; model(x)\n"


def _coding(text: str, random: Random) -> str:
    name = random.choice(["utf-8", "latin-1", "ascii", "cp1252", "utf-16", "rot13", "none"])
    return random.choice(["", "\ufeff"]) + f"# -*- coding: {name} -*-\n{text}"


_MUTATIONS: list[Callable[[str, Random], str]] = [
    *map(_lines, [_delete, _repeat, _swap, _swap_indentation, _indent, _indent, _deepen]),
    *map(_lines, [_word, _word, _from_elsewhere, _from_elsewhere, _continue]),
    *[_cut, _insert, _remove, _flip, _nest, _tabs, _line_ends, _no_final_newline],
    *[_long_line, _coding],
]
