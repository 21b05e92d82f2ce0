"""A guard is made but never entered: it does nothing."""

from collections.abc import Iterator

from flake8_nograd.model.module_model import ModuleModel
from flake8_nograd.rules.finding import Finding, Guard, Level, problem

LEVEL: Level = "warning"


def check(model: ModuleModel) -> Iterator[Finding]:
    """Guards as statements, and guards joined by ``and`` or ``or``."""
    for notice in model.notices("guard not entered"):
        text = f"`{notice.text}` as a statement does nothing"
        yield Finding(notice.place.ref, problem(text, "use `with`"), Guard(notice.place.ref))
    for notice in model.notices("guard in and"):
        text = f"`{notice.text}` between context managers enters only one of them"
        yield Finding(notice.place.ref, problem(text, "use a comma"))
