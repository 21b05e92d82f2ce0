"""A file's bytes as flake8 reads them."""

from __future__ import annotations

import ast
import io
import tokenize
import warnings
from dataclasses import dataclass

_FALLBACK = "latin-1"
_MARK = ("\ufeff", "\xef\xbb\xbf")  # the byte order mark, and what latin-1 makes of it


class Unreadable(Exception):
    """A content that is not what it should be. The message says what it is not, why, and where."""


@dataclass(frozen=True)
class Text:
    r"""The lines of a file, and how they were encoded.

    ``lines`` are what flake8 hands to its plugins: without a byte order mark, each with ``\n`` at
    its end. ``exact`` are the same lines with the ends that stand in the file.
    """

    lines: tuple[str, ...]
    exact: tuple[str, ...]
    encoding: str

    def parsed(self) -> ast.Module:
        """The tree; raises :class:`Unreadable`."""
        tree = compiled("".join(self.lines), ast.PyCF_ONLY_AST)
        assert isinstance(tree, ast.Module)
        return tree


def compiled(source: str, flags: int) -> object:
    """What this Python makes of a text; raises :class:`Unreadable`."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what the code's own compiler says to its author
            return compile(source, "<unknown>", "exec", flags, dont_inherit=True)
    except SyntaxError as error:
        raise Unreadable(f"is no Python: line {error.lineno or 1}: {error.msg}") from error
    except (ValueError, RecursionError, MemoryError) as error:
        raise Unreadable(f"is no Python: {str(error) or type(error).__name__}") from error


def decoded(data: bytes) -> Text:
    """The text of a file; like flake8, takes bytes for latin-1 that are not in their encoding."""
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
        text = data.decode(encoding)
    except (SyntaxError, LookupError, UnicodeError):
        encoding, text = _FALLBACK, data.decode(_FALLBACK)
    return Text(
        tuple(io.StringIO(text.removeprefix(_MARK[encoding == _FALLBACK]), newline=None)),
        tuple(io.StringIO(text, newline="")),
        encoding,
    )
