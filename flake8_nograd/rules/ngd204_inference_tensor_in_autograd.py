"""A tensor made under ``inference_mode`` is used where autograd needs it: raises."""

from collections.abc import Iterator

from flake8_nograd.model.module_model import ModuleModel
from flake8_nograd.model.values import Grad, Use
from flake8_nograd.rules.finding import Finding, Level, problem

LEVEL: Level = "error"


def check(model: ModuleModel) -> Iterator[Finding]:
    """Every trained forward of what was computed under ``inference_mode``."""
    for forward in model.forwards():
        if forward.inputs_made != Grad.INFERENCE or forward.grad != Grad.INHERITED:
            continue
        if not model.fate(forward) & Use.GRADIENT or model.is_frozen(forward):
            continue
        text = f"`{forward.text}(...)` trains on a tensor made under `inference_mode`, which raises"
        yield Finding(forward.place.ref, problem(text, "use `no_grad` there"))
