"""Answers what a path or a method means."""

from __future__ import annotations

import functools
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from flake8_nograd.frameworks.bundled import BUNDLED
from flake8_nograd.frameworks.schema import (
    Alias,
    Effect,
    Guard,
    Hook,
    Returns,
    Row,
    Runner,
    Subclass,
)

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
        for rows_of_method in self._methods.values():
            rows_of_method.sort(key=lambda each: _MOST_EXACT.index(each.on))

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
            self._methods.setdefault(row.method, []).append(row)
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
    """All bundled rows, then the user's own (``extra``: paths of their files; ``guards``: names).

    Raises :class:`FrameworkError` for a file that breaks the schema, :class:`OSError` for one that
    cannot be read.
    """
    rows = list(BUNDLED)
    if extra:
        from flake8_nograd.frameworks.reader import parse  # what few users need: 5 ms

        for path in extra:
            rows += parse(Path(path).read_text(encoding="utf-8"), path)
    return Frameworks(rows, guards)
