"""Loads framework files and answers what a path or a method means."""

from __future__ import annotations

import functools
from collections.abc import Iterable
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal, get_args, get_origin, get_type_hints

import tomli  # compiled: the bundled files in a third of the time that tomllib takes

from flake8_nograd.frameworks import schema
from flake8_nograd.frameworks.schema import (
    KINDS,
    Alias,
    Effect,
    Guard,
    Hook,
    Returns,
    Row,
    Runner,
    Subclass,
)


class FrameworkError(ValueError):
    """A framework file breaks the schema; the message names file, row and key."""


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

_MOST_EXACT = ("named", "executor", "stack", "scaler", "optimizer", "model", "tensor", "any")
"""Rows of one method are tried in this order of their receivers."""


class Frameworks:
    """What is known of libraries. Paths are looked up after :meth:`canonical`."""

    def __init__(self, rows: Iterable[Row], guards: Iterable[str] = ()) -> None:
        """``guards`` are names, or ends of paths, of the user's own guards."""
        self.rows = tuple(rows)
        self.own_guards = frozenset(guards)
        self._aliases: dict[str, str] = {}
        self._guards: dict[str, Guard] = {}
        self._returns: dict[str, Returns] = {}
        self._effects: dict[str, Effect] = {}
        self._attributes: dict[str, Effect] = {}
        self._methods: dict[str, list[Effect]] = {}
        self._bases: dict[str, list[str]] = {}
        self._hooks: dict[str, list[Hook]] = {}
        self._runners: dict[str, Runner] = {}
        self._canonical: dict[str, str] = {}
        self._calls: dict[str, Guard | Effect | Returns | Runner | None] = {}
        self._returned: dict[str, Returns | None] = {}
        for row in self.rows:
            self._add(row)

    def _add(self, row: Row) -> None:
        if isinstance(row, Alias):
            self._aliases[row.name] = row.of
        elif isinstance(row, Guard):
            self._guards[row.name] = row
        elif isinstance(row, Returns):
            self._returns[row.name] = row
        elif isinstance(row, Subclass):
            self._bases.setdefault(row.name, []).append(row.of)
        elif isinstance(row, Hook):
            self._hooks.setdefault(row.of, []).append(row)
        elif isinstance(row, Runner):
            self._runners[row.name] = row
        elif row.attribute:
            self._attributes[row.attribute] = row
        elif row.method:
            rows_of_method = self._methods.setdefault(row.method, [])
            rows_of_method.append(row)
            rows_of_method.sort(key=lambda each: _MOST_EXACT.index(each.on))
        else:
            self._effects[row.name] = row

    def canonical(self, path: str) -> str:
        """The one path that rows use for ``path``."""
        known = self._canonical.get(path)
        if known is None:
            known = path
            for _ in range(8):
                shorter = self._once(known)
                if shorter == known:
                    break
                known = shorter
            self._canonical[path] = known
        return known

    def _once(self, path: str) -> str:
        if path in self._aliases:
            return self._aliases[path]
        for prefix in _prefixes(path):
            target = self._aliases.get(f"{prefix}.*")
            if target is not None:
                return target[:-1] + path[len(prefix) + 1 :]
        if path.startswith("*."):
            for prefix in _prefixes(path):
                if prefix in self._aliases:
                    return self._aliases[prefix] + path[len(prefix) :]
        return path

    def guard(self, path: str) -> Guard | None:
        """The guard at ``path``."""
        known = self._guards.get(path)
        if known is None and not self.own_guards.isdisjoint((path, path.rpartition(".")[2])):
            return Guard(path, "off", source="the user's options")
        return known

    def call(self, path: str) -> Guard | Effect | Returns | Runner | None:
        """The row that says most exactly what calling ``path`` does or gives."""
        if path not in self._calls:
            self._calls[path] = self._call(path)
        return self._calls[path]

    def _call(self, path: str) -> Guard | Effect | Returns | Runner | None:
        guard = self.guard(path)
        if guard is not None:
            return guard
        for key in (path, *(f"{prefix}.*" for prefix in _prefixes(path))):
            row = self._effects.get(key) or self._returns.get(key) or self._runners.get(key)
            if row is not None:
                return row
        return None

    def returns(self, path: str) -> Returns | None:
        """What calling ``path`` gives."""
        if path not in self._returned:
            self._returned[path] = _at(self._returns, path)
        return self._returned[path]

    def makes_module(self, path: str) -> bool:
        """Whether calling ``path`` gives a module that has parameters."""
        row = self.returns(path)
        return row is not None and row.what in ("model", "layer")

    def methods(self, name: str) -> list[Effect]:
        """What calling a method of this name may do, by receiver."""
        return self._methods.get(name, [])

    def attribute(self, name: str) -> Effect | None:
        """What reading an attribute of this name does."""
        return self._attributes.get(name)

    def ancestors(self, path: str) -> list[str]:
        """``path`` and the classes that it derives from, nearest first."""
        found = [path]
        for each in found:
            found.extend(base for base in _at(self._bases, each) or () if base not in found)
        return found

    def hooks(self, path: str) -> list[Hook]:
        """The hooks of the class at ``path``, its ancestors' included."""
        return [hook for each in self.ancestors(path) for hook in self._hooks.get(each, ())]


def _prefixes(path: str) -> Iterable[str]:
    """``a.b.c`` gives ``a.b`` and ``a``."""
    end = path.rfind(".")
    while end > 0:
        yield path[:end]
        end = path.rfind(".", 0, end)


def _at(table: dict[str, Any], path: str) -> Any:
    """The row of ``path``, or of the nearest ``prefix.*`` above it."""
    if path in table:
        return table[path]
    for prefix in _prefixes(path):
        row = table.get(f"{prefix}.*")
        if row is not None:
            return row
    return None


@functools.cache
def load(extra: tuple[str, ...] = (), guards: tuple[str, ...] = ()) -> Frameworks:
    """All bundled framework files, then the user's own (``extra``: their paths; ``guards``: names).

    Raises :class:`FrameworkError` for a file that breaks the schema, :class:`OSError` for one that
    cannot be read.
    """
    rows: list[Row] = []
    bundled = files("flake8_nograd.frameworks") / "data"
    for entry in sorted(bundled.iterdir(), key=lambda each: each.name):
        if entry.name.endswith(".toml"):
            rows += parse(entry.read_text(encoding="utf-8"), entry.name)
    for path in extra:
        rows += parse(Path(path).read_text(encoding="utf-8"), path)
    return Frameworks(rows, guards)


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
