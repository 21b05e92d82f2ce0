"""One file per rule. Rules are discovered: a module ``ngd123_name`` here is a rule.

A rule module has ``LEVEL`` and ``check(model)``; its docstring is its documentation page. Code and
name come from the file's name.
"""

from __future__ import annotations

import functools
import importlib
import inspect
import pkgutil
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from flake8_nograd.model.module_model import ModuleModel
from flake8_nograd.rules.finding import Finding, Level

_FILE = re.compile(r"ngd(\d{3})_(\w+)")


@dataclass(frozen=True)
class Rule:
    """One rule. ``summary`` is the first line of its page."""

    code: str
    name: str
    level: Level
    page: str
    check: Callable[[ModuleModel], Iterator[Finding]]

    @property
    def summary(self) -> str:
        """The page's first line, without its full stop."""
        return self.page.partition("\n")[0].rstrip(".")

    @property
    def is_opt_in(self) -> bool:
        """Whether the rule is off until it is asked for by its code."""
        return self.code.startswith("NGD9")


@functools.cache
def all_rules() -> tuple[Rule, ...]:
    """Every rule, in the order of the codes."""
    rules = []
    for entry in pkgutil.iter_modules(__path__):
        match = _FILE.fullmatch(entry.name)
        if match is None:
            continue
        module = importlib.import_module(f"{__name__}.{entry.name}")
        rules.append(
            Rule(
                code=f"NGD{match[1]}",
                name=match[2].replace("_", "-"),
                level=module.LEVEL,
                page=inspect.cleandoc(module.__doc__ or ""),
                check=module.check,
            )
        )
    return tuple(sorted(rules, key=lambda rule: rule.code))
