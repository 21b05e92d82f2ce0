"""A function switches gradients off and leaves them off."""

from collections.abc import Iterator

from flake8_nograd.model.module_model import ModuleModel
from flake8_nograd.rules.finding import Finding, Level, problem

LEVEL: Level = "warning"


def check(model: ModuleModel) -> Iterator[Finding]:
    """Every such function in a file whose other code trains."""
    for notice in model.notices("switched off"):
        unit = model.unit(notice.place.unit)
        if model.leaves_gradients_off(unit) and model.trains_elsewhere(unit):
            text = f"`{unit.name}` leaves gradients off for all code that runs after it"
            yield Finding(notice.place.ref, problem(text, "use it as a `with` item"))
