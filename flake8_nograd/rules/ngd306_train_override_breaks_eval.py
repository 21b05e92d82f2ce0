"""A ``train`` method of a module without the ``mode`` parameter: ``.eval()`` raises."""

from collections.abc import Iterator

from flake8_nograd.model.module_model import ModuleModel
from flake8_nograd.rules.finding import Finding, Level, problem

LEVEL: Level = "error"


def check(model: ModuleModel) -> Iterator[Finding]:
    """Every override of ``nn.Module.train`` that cannot be called with a mode alone."""
    for unit in model.units:
        if unit.name == "train" and not model.takes_mode(unit):
            text = "this `train` hides `Module.train(mode)`, so `eval()` raises"
            yield Finding(unit.ref, problem(text, "take `mode=True`, or rename it"))
