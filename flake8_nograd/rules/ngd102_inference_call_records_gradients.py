"""A model is run for inference, outside a loop, while autograd records."""

from collections.abc import Iterator

from flake8_nograd.model.evaluations import unguarded
from flake8_nograd.model.module_model import ModuleModel
from flake8_nograd.rules.finding import Finding, Guard, Level, problem

LEVEL: Level = "warning"


def check(model: ModuleModel) -> Iterator[Finding]:
    """One finding per function and block, at the first forward."""
    reported: set[tuple[int, int]] = set()
    for found in unguarded(model):
        place = found.forward.place
        if found.loop is not None or (place.unit, place.block) in reported:
            continue
        reported.add((place.unit, place.block))
        text = f"`{found.forward.text}(...)` runs for inference with gradients recorded"
        yield Finding(place.ref, problem(text, "guard it with `torch.no_grad()`"), Guard(place.ref))
