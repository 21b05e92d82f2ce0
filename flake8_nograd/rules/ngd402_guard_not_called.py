"""``with torch.no_grad:`` raises."""

from collections.abc import Iterator

from flake8_nograd.model.module_model import ModuleModel
from flake8_nograd.rules.finding import Finding, Level, problem

LEVEL: Level = "error"


def check(model: ModuleModel) -> Iterator[Finding]:
    """Every guard's class that is entered itself."""
    for notice in model.notices("guard not called"):
        text = f"`with {notice.text}:` raises: that is the class of the guard"
        yield Finding(notice.place.ref, problem(text, f"write `{notice.text}()`"))
