"""``with torch.no_grad:`` raises.

## What it does

Finds `with torch.no_grad:` and its relatives: the class of the guard is entered, not a guard.

## Why it matters

It raises `TypeError: 'type' object does not support the context manager protocol`, or
`AttributeError: __enter__` on Python 3.10. The decorator `@torch.no_grad` without parentheses
works since PyTorch 2.1.

## Example

```python
import torch


def norm(weights):
    with torch.no_grad:
        return weights.norm()
```

## Use instead

```python
import torch


def norm(weights):
    with torch.no_grad():
        return weights.norm()
```

## Not reported

- The decorator without parentheses.
- Names that hold a guard which was made before.

## Fix and its safety

Safe: adds the parentheses. The code raised, so no number can change. `set_grad_enabled` has no fix:
it needs to be told which mode.

## References

- [torch.no_grad]

[torch.no_grad]: https://docs.pytorch.org/docs/stable/generated/torch.no_grad.html
"""

from collections.abc import Iterator

from flake8_nograd.model.module_model import ModuleModel
from flake8_nograd.rules.finding import Finding, Level, Rewrite, problem

LEVEL: Level = "error"


def check(model: ModuleModel) -> Iterator[Finding]:
    """Every guard's class that is entered itself."""
    for notice in model.notices("guard not called"):
        text = f"`with {notice.text}:` raises: that is the class of the guard"
        message = problem(text, f"write `{notice.text}()`")
        takes_mode = notice.text.endswith("set_grad_enabled")
        remedy = None if takes_mode else Rewrite(notice.about, "{}()")
        yield Finding(notice.place.ref, message, remedy)
