"""``backward()`` under a guard, on a loss that was computed under it: raises."""

from collections.abc import Iterator

from flake8_nograd.model.module_model import ModuleModel
from flake8_nograd.rules.finding import Finding, Level, MoveOut, problem

LEVEL: Level = "error"


def check(model: ModuleModel) -> Iterator[Finding]:
    """Every gradient that is certainly taken of what was computed without recording."""
    for use in model.gradients():
        if use.kind not in ("backward", "gradient") or not model.grad_of(use).is_off:
            continue
        if not (model.made(use).is_off or use.scales):
            continue
        text = f"`{use.text}()` raises: its loss was computed with gradients off"
        yield Finding(
            use.place.ref,
            problem(text, "move both out of the guard"),
            MoveOut(use.place.ref, use.entered),
        )
