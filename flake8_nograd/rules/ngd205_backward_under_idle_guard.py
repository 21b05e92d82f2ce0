"""``backward()`` under a guard, of a graph that was built outside of it."""

from collections.abc import Iterator

from flake8_nograd.model.module_model import ModuleModel
from flake8_nograd.model.values import Grad
from flake8_nograd.rules.finding import Finding, Level, MoveOut, problem

LEVEL: Level = "warning"


def check(model: ModuleModel) -> Iterator[Finding]:
    """Every backward under a guard of a loss certainly computed before it."""
    for use in model.gradients():
        if use.kind != "backward" or not model.grad_of(use).is_off or use.scales:
            continue
        made = model.made(use)
        if made.is_off or made not in (Grad.INHERITED, use.outer):
            continue
        if model.is_optimizer_method(model.unit(use.place.unit)):
            continue
        if use.grad == Grad.INFERENCE:
            text = f"`{use.text}()` under `inference_mode` makes gradients that cannot accumulate"
        else:
            text = f"`{use.text}()` needs no guard: its graph was recorded outside"
        yield Finding(
            use.place.ref,
            problem(text, "move it out of the guard"),
            MoveOut(use.place.ref, use.entered),
        )
