"""``backward()`` on a loss that was computed wholly under a guard: raises."""

from collections.abc import Iterator

from flake8_nograd.model.module_model import ModuleModel
from flake8_nograd.rules.finding import Finding, Level, problem

LEVEL: Level = "error"


def check(model: ModuleModel) -> Iterator[Finding]:
    """Every backward outside a guard of a loss whose last operation ran under one."""
    for use in model.gradients():
        if use.kind != "backward" or model.grad_of(use).is_off or not use.made.is_off:
            continue
        if model.is_required_by_hand(use):
            continue
        text = f"`{use.text}()` raises: its loss has no graph, it was computed under a guard"
        yield Finding(use.place.ref, problem(text, "compute it outside"))
