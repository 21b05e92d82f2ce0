"""A generator yields inside a guard and switches gradients off in its consumer."""

from collections.abc import Iterator

from flake8_nograd.model.module_model import ModuleModel
from flake8_nograd.rules.finding import Finding, Level, problem

LEVEL: Level = "warning"


def check(model: ModuleModel) -> Iterator[Finding]:
    """Every ``yield`` inside a ``with`` guard of a plain generator."""
    for notice in model.notices("yield in guard"):
        if model.yields_on_purpose(model.unit(notice.place.unit)):
            continue
        text = "`yield` inside a guard switches gradients off for whoever iterates"
        yield Finding(notice.place.ref, problem(text, "yield outside, or decorate"))
