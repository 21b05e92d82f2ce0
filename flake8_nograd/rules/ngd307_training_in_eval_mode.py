"""A model that came in eval mode is trained, and nothing puts it in train mode."""

from collections.abc import Iterator

from flake8_nograd.model.module_model import ModuleModel
from flake8_nograd.model.training import trained_in_eval_mode
from flake8_nograd.rules.finding import Finding, InsertCall, Level, problem

LEVEL: Level = "warning"


def check(model: ModuleModel) -> Iterator[Finding]:
    """The first training forward of each such model."""
    for forward in trained_in_eval_mode(model):
        name = forward.model_text
        text = f"`{name}` is trained in eval mode: no dropout, batch norm frozen"
        yield Finding(
            forward.place.ref,
            problem(text, f"call `{name}.train()` first"),
            InsertCall(name, "train", forward.place.ref),
        )
