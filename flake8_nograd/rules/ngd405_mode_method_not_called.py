"""``model.eval`` without parentheses does nothing."""

from collections.abc import Iterator

from flake8_nograd.model.module_model import ModuleModel
from flake8_nograd.rules.finding import Finding, Level, problem

LEVEL: Level = "warning"


def check(model: ModuleModel) -> Iterator[Finding]:
    """Every ``eval`` or ``train`` of a model as a bare statement."""
    for notice in model.notices("mode not called"):
        text = f"`{notice.text}` without parentheses does nothing"
        yield Finding(notice.place.ref, problem(text, f"write `{notice.text}()`"))
