"""A guard stands where it guards nothing."""

from collections.abc import Iterator

from flake8_nograd.model.events import NoticeKind
from flake8_nograd.model.module_model import ModuleModel
from flake8_nograd.rules.finding import Finding, Level, problem

LEVEL: Level = "warning"

_SAYS: dict[NoticeKind, tuple[str, str]] = {
    "guard on async": ("guards only the making of the coroutine", "use `with` inside"),
    "guard on lazy result": ("ends before the returned work is done", "return a list"),
    "guard on context manager": (
        "is over before the `with` body runs",
        "use `with` around `yield`",
    ),
    "guard on class": ("guards only the construction", "decorate the methods"),
    "enable in inference": ("cannot record inside `inference_mode`", "use `no_grad` outside"),
}


def check(model: ModuleModel) -> Iterator[Finding]:
    """Every spelling of a guard that was seen to guard nothing."""
    for kind, (what, remedy) in _SAYS.items():
        for notice in model.notices(kind):
            yield Finding(notice.place.ref, problem(f"`{notice.text}` {what}", remedy))
