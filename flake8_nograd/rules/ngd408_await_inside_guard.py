"""While a coroutine waits inside a guard, other tasks run with gradients off."""

from collections.abc import Iterator

from flake8_nograd.model.module_model import ModuleModel
from flake8_nograd.rules.finding import Finding, Level, problem

LEVEL: Level = "warning"


def check(model: ModuleModel) -> Iterator[Finding]:
    """Every ``await`` inside a ``with`` guard."""
    for notice in model.notices("await in guard"):
        text = "`await` inside a guard: other tasks run with gradients off meanwhile"
        yield Finding(notice.place.ref, problem(text, "narrow the guard"))
