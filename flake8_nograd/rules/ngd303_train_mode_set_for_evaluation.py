"""``.train()`` is called between ``.eval()`` and the evaluation."""

from collections.abc import Iterator

from flake8_nograd.model.module_model import ModuleModel
from flake8_nograd.model.training import switched_back
from flake8_nograd.rules.finding import Finding, Level, problem

LEVEL: Level = "warning"


def check(model: ModuleModel) -> Iterator[Finding]:
    """One finding for each switch to train mode that an evaluation runs into."""
    for place, name in switched_back(model):
        text = f"`{name}` is put in train mode before it is evaluated"
        yield Finding(place.ref, problem(text, f"call `{name}.eval()` after it"))
