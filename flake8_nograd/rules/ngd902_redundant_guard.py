"""A guard inside a guard that already holds."""

from collections.abc import Iterator

from flake8_nograd.model.module_model import ModuleModel
from flake8_nograd.rules.finding import Finding, Level, problem

LEVEL: Level = "warning"


def check(model: ModuleModel) -> Iterator[Finding]:
    """Every ``with`` guard entered where the same unit has gradients off already."""
    for notice in model.notices("guard in guard"):
        text = f"`{notice.text}` changes nothing: gradients are off here already"
        yield Finding(notice.place.ref, problem(text, "remove it"))
