"""Reads framework files, and checks them against the schema."""

from __future__ import annotations

from typing import Any, Literal, get_args, get_origin, get_type_hints

import tomli  # compiled: in a third of the time that tomllib takes

from flake8_nograd.frameworks import schema
from flake8_nograd.frameworks.schema import KINDS, Effect, FrameworkError, Row


class _Kind:
    """One kind of rows: what its keys may be. To find that costs more than all else here."""

    def __init__(self, kind: type[Row]) -> None:
        self._make = kind
        self._types: dict[str, Any] = {}
        self._words: dict[str, tuple[str, ...]] = {}
        for key, hint in get_type_hints(kind, vars(schema)).items():
            self._types[key] = get_origin(hint) or hint
            if self._types[key] is Literal:
                self._words[key] = get_args(hint)
        self._required = [key for key in self._types if key not in kind._field_defaults]

    def row(self, entry: dict[str, Any], where: str) -> Row:
        """The row of an entry; raises :class:`FrameworkError`."""
        values = {key: self._checked(key, value, where) for key, value in entry.items()}
        for key in self._required:
            if not values.get(key):
                raise FrameworkError(f"{where}: `{key}` is missing")
        return self._make(**values)

    def _checked(self, key: str, value: Any, where: str) -> Any:
        expected = self._types.get(key)
        if expected is Literal:
            words = self._words[key]
            if value not in words:
                raise FrameworkError(
                    f"{where}: `{key}` is `{value}`, use one of {', '.join(words)}"
                )
        elif expected is None:
            raise FrameworkError(f"{where}: no key `{key}`, use one of {', '.join(self._types)}")
        elif expected is tuple:
            if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
                raise FrameworkError(f"{where}: `{key}` must be a list of strings")
            return tuple(value)
        elif not isinstance(value, expected):
            raise FrameworkError(f"{where}: `{key}` must be a {expected.__name__}")
        return value


_KINDS = {name: _Kind(kind) for name, kind in KINDS.items()}


def parse(text: str, file: str) -> list[Row]:
    """The rows of one framework file; ``file`` is named in errors."""
    try:
        tables = tomli.loads(text)
    except tomli.TOMLDecodeError as error:
        raise FrameworkError(f"{file}: {error}") from error
    rows: list[Row] = []
    for name, entries in tables.items():
        kind = _KINDS.get(name)
        if kind is None:
            raise FrameworkError(f"{file}: no kind `{name}`, use one of {', '.join(KINDS)}")
        if not isinstance(entries, list):
            raise FrameworkError(f"{file}: write `[[{name}]]`, not `[{name}]`")
        for number, entry in enumerate(entries, 1):
            where = f"{file}: {name} {number}"
            row = kind.row(entry, where)
            if isinstance(row, Effect) and (row.name, row.method, row.attribute).count("") != 2:
                raise FrameworkError(f"{where}: give one of `name`, `method` and `attribute`")
            rows.append(row)
    return rows
