"""``requires_grad`` is set on a loss before ``backward()``: the error goes, and nothing trains."""

from collections.abc import Iterator

from flake8_nograd.model.module_model import ModuleModel
from flake8_nograd.rules.finding import Finding, Level, problem

LEVEL: Level = "error"


def check(model: ModuleModel) -> Iterator[Finding]:
    """Every loss that is made to require a gradient and then goes backward in the same unit."""
    for notice in model.notices("required gradient"):
        if not model.goes_backward(notice):
            continue
        text = f"`{notice.text}` is cut from the model: with `requires_grad` set, nothing trains"
        yield Finding(notice.place.ref, problem(text, "find what cut its graph"))
