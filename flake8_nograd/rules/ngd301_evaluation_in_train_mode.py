"""A model is evaluated, used for inference or exported in train mode."""

from collections.abc import Iterator

from flake8_nograd.model.evaluations import evaluates_in_train_mode
from flake8_nograd.model.module_model import ModuleModel
from flake8_nograd.rules.finding import Finding, InsertCall, Level, problem

LEVEL: Level = "warning"


def check(model: ModuleModel) -> Iterator[Finding]:
    """One finding per unit and model, at the first forward."""
    reported: set[tuple[int, str]] = set()
    for forward in model.forwards():
        key = (forward.place.unit, forward.model_text)
        if key in reported or not evaluates_in_train_mode(model, forward):
            continue
        reported.add(key)
        name = forward.model_text
        if forward.kind == "export":
            text = f"`{name}` is exported in train mode"
        else:
            text = f"`{forward.text}(...)` evaluates a model in train mode"
        yield Finding(
            forward.place.ref,
            problem(text, f"call `{name}.eval()` first"),
            InsertCall(name, "eval", forward.place.ref),
        )
