"""``Variable(x, volatile=True)`` has done nothing since PyTorch 0.4."""

from collections.abc import Iterator

from flake8_nograd.model.module_model import ModuleModel
from flake8_nograd.rules.finding import Finding, Level, problem

LEVEL: Level = "warning"


def check(model: ModuleModel) -> Iterator[Finding]:
    """Every ``Variable`` with ``volatile=True``."""
    for notice in model.notices("volatile"):
        text = "`volatile=True` has done nothing since PyTorch 0.4"
        yield Finding(notice.place.ref, problem(text, "use `torch.no_grad()`"))
