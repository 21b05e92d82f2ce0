"""A loop runs a model for evaluation or inference while autograd records."""

from collections.abc import Iterator

from flake8_nograd.model.evaluations import Unguarded, unguarded
from flake8_nograd.model.module_model import ModuleModel
from flake8_nograd.rules.finding import Finding, Guard, Level, problem

LEVEL: Level = "warning"


def check(model: ModuleModel) -> Iterator[Finding]:
    """One finding per loop, at the outermost that takes no gradient."""
    reported: set[int] = set()
    for found in unguarded(model):
        if found.loop is None or found.loop in reported:
            continue
        reported.add(found.loop)
        caller = _unguarded_caller(found)
        text = f"`{found.unit.name}` runs `{found.forward.text}(...)` with gradients recorded"
        if caller is not None:
            text = f"{text}, called from line {{line}}"
        yield Finding(
            found.loop,
            problem(text, "wrap the loop in `torch.no_grad()`"),
            Guard(found.loop),
            related=caller,
        )


def _unguarded_caller(found: Unguarded) -> int | None:
    """The unguarded call, where other calls of the unit are guarded."""
    if found.entry.grad.bit_count() == 1 or not found.entry.unguarded:
        return None
    return found.entry.unguarded[0].place.ref
