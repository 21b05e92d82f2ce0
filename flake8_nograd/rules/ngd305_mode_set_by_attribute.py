"""``model.training`` is assigned: the children keep their mode."""

from collections.abc import Iterator

from flake8_nograd.model.module_model import ModuleModel
from flake8_nograd.rules.finding import Finding, Level, problem

LEVEL: Level = "warning"


def check(model: ModuleModel) -> Iterator[Finding]:
    """Every assignment to the ``training`` of a model, outside its own class."""
    for notice in model.notices("mode as attribute"):
        if model.is_test(model.unit(notice.place.unit)):
            continue
        text = f"`{notice.text}.training = ...` does not reach the model's children"
        remedy = f"call `{notice.text}.eval()` or `.train()`"
        yield Finding(notice.place.ref, problem(text, remedy))
