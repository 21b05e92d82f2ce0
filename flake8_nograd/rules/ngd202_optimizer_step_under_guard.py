"""``optimizer.step()`` under a guard."""

from collections.abc import Iterator

from flake8_nograd.model.module_model import ModuleModel
from flake8_nograd.model.values import Grad
from flake8_nograd.rules.finding import Finding, Level, MoveOut, problem

LEVEL: Level = "warning"


def check(model: ModuleModel) -> Iterator[Finding]:
    """Every step that certainly runs under a guard, outside optimizers' own code."""
    for use in model.gradients():
        if use.kind != "step" or not model.grad_of(use).is_off:
            continue
        unit = model.unit(use.place.unit)
        if model.is_optimizer_method(unit) or model.is_step_method(unit):
            continue
        if use.grad == Grad.INFERENCE:
            text = f"`{use.text}()` under `inference_mode` spoils the optimizer's state"
        else:
            text = f"`{use.text}()` runs under a guard that does nothing for it"
        yield Finding(
            use.place.ref,
            problem(text, "move it out of the guard"),
            MoveOut(use.place.ref, use.entered),
        )
