"""A model is evaluated, used for inference or exported in train mode."""

from collections.abc import Iterator

from flake8_nograd.model.evaluations import evaluates, evaluates_plainly
from flake8_nograd.model.events import Forward
from flake8_nograd.model.module_model import ModuleModel
from flake8_nograd.model.values import Mode
from flake8_nograd.rules.finding import Finding, InsertCall, Level, problem

LEVEL: Level = "warning"


def check(model: ModuleModel) -> Iterator[Finding]:
    """One finding per unit and model, at the first forward."""
    reported: set[tuple[int, str]] = set()
    for forward in model.forwards():
        key = (forward.place.unit, forward.text)
        if key in reported or not _is_in_train_mode(model, forward):
            continue
        reported.add(key)
        text = f"`{forward.text}(...)` evaluates a model in train mode"
        name = forward.text.removesuffix(".forward")
        yield Finding(
            forward.place.ref,
            problem(text, f"call `{name}.eval()` first"),
            InsertCall(name, "eval", forward.place.ref),
        )


def _is_in_train_mode(model: ModuleModel, forward: Forward) -> bool:
    if forward.kind not in ("forward", "export"):
        return False
    mode = model.mode(forward)
    if mode & Mode.EVAL or model.was_switched(forward):
        return False
    if forward.kind == "export":
        return mode == Mode.TRAIN
    if evaluates_plainly(model, forward):
        return True
    return (
        mode == Mode.TRAIN
        and evaluates(model, forward)
        and (model.is_evaluation(forward) or model.evaluation_loop(forward) is not None)
    )
