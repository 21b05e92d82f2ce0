"""Evaluation inside a training run leaves the model in eval mode."""

from collections.abc import Iterator

from flake8_nograd.model.module_model import ModuleModel
from flake8_nograd.model.training import unrestored
from flake8_nograd.rules.finding import Finding, InsertCall, Level, problem

LEVEL: Level = "warning"


def check(model: ModuleModel) -> Iterator[Finding]:
    """One finding for each call that leaves a model in eval mode for the next training step."""
    for place, name in unrestored(model):
        text = f"`{name}` stays in eval mode: training goes on without dropout, batch norm frozen"
        yield Finding(
            place.ref,
            problem(text, f"call `{name}.train()` again"),
            InsertCall(name, "train", place.ref),
        )
