"""A guard inside a guard that already holds.

## What it does

Finds a `with` guard where the same function has gradients off already. Opt-in:
`--nograd-enable=NGD902` or `--extend-select=NGD902`.

## Why it matters

Nothing changes: it is one level of indentation more to read.

## Example

```python
import torch


@torch.no_grad()
def norm(weights):
    with torch.no_grad():
        return weights.norm()
```

## Use instead

```python
import torch


@torch.no_grad()
def norm(weights):
    return weights.norm()
```

## Not reported

- Guards that are needed for some callers only.
- `enable_grad` and `inference_mode(False)`, which switch gradients on.

## Fix and its safety

Safe: removes the inner guard.

## References

- [Locally disabling gradient computation]

[Locally disabling gradient computation]: https://docs.pytorch.org/docs/stable/notes/autograd.html#locally-disabling-gradient-computation
"""

from collections.abc import Iterator

from flake8_nograd.model.module_model import ModuleModel
from flake8_nograd.rules.finding import Finding, Level, Unguard, problem

LEVEL: Level = "warning"


def check(model: ModuleModel) -> Iterator[Finding]:
    """Every ``with`` guard entered where the same unit has gradients off already."""
    for notice in model.notices("guard in guard"):
        text = f"`{notice.text}` changes nothing: gradients are off here already"
        yield Finding(notice.place.ref, problem(text, "remove it"), Unguard(notice.about))
