"""An attached loss is added up or appended across iterations: every graph stays in memory."""

from collections.abc import Iterator

from flake8_nograd.model.module_model import ModuleModel
from flake8_nograd.model.training import kept_alive
from flake8_nograd.rules.finding import Finding, Level, problem

LEVEL: Level = "warning"


def check(model: ModuleModel) -> Iterator[Finding]:
    """Every accumulation of what is backpropagated in the loop already."""
    for accumulation in kept_alive(model):
        text = f"`{accumulation.text}` keeps the graph of every iteration in memory"
        yield Finding(accumulation.place.ref, problem(text, "add `.item()` or `.detach()`"))
