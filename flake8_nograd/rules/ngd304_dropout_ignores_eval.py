"""Dropout or batch norm that is active in eval mode too."""

from collections.abc import Iterator

from flake8_nograd.model.module_model import ModuleModel
from flake8_nograd.rules.finding import Finding, Level, problem

LEVEL: Level = "warning"


def check(model: ModuleModel) -> Iterator[Finding]:
    """Functional dropout without a mode, and mode-dependent layers built in ``forward``."""
    for notice in model.notices("dropout"):
        unit = model.unit(notice.place.unit)
        if model.is_module_method(unit) and not notice.place.conditional:
            text = f"`{notice.text}(...)` drops in eval mode too"
            yield Finding(notice.place.ref, problem(text, "give it `self.training`"))
    for notice in model.notices("layer built"):
        unit = model.unit(notice.place.unit)
        if unit.name == "forward" and model.is_module_method(unit):
            text = f"`{notice.text}(...)` built in `forward` is new, and in train mode, every time"
            yield Finding(notice.place.ref, problem(text, "build it in `__init__`"))
