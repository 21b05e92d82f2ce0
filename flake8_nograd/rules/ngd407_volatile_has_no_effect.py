"""``Variable(x, volatile=True)`` has done nothing since PyTorch 0.4.

## What it does

Finds `Variable(..., volatile=True)`.

## Why it matters

`volatile` was the guard of PyTorch 0.3. Since 0.4 it does nothing but warn: gradients are
recorded.

## Example

```python
import torch
from torch.autograd import Variable


def mean(x):
    return Variable(x, volatile=True).mean()
```

## Use instead

```python
import torch


def mean(x):
    with torch.no_grad():
        return x.mean()
```

## Not reported

- `Variable` without `volatile`: a tensor of the same data, without a graph.
- `volatile=False`.

## Fix and its safety

Takes the argument away. It does nothing, so no number changes. Safe where NGD101 or NGD102 report
the function too, and their fix adds the guard that was meant; unsafe elsewhere, because the hint
that there should be one would be lost.

## References

- [PyTorch 0.4 migration guide]

[PyTorch 0.4 migration guide]: https://pytorch.org/blog/pytorch-0_4_0-migration-guide/
"""

from collections.abc import Iterator

from flake8_nograd.model.evaluations import unguarded
from flake8_nograd.model.module_model import ModuleModel
from flake8_nograd.rules.finding import Finding, Level, SetArgument, problem

LEVEL: Level = "warning"


def check(model: ModuleModel) -> Iterator[Finding]:
    """Every ``Variable`` with ``volatile=True``."""
    guarded = {found.unit.ref for found in unguarded(model)}
    for notice in model.notices("volatile"):
        text = "`volatile=True` has done nothing since PyTorch 0.4"
        yield Finding(
            notice.place.ref,
            problem(text, "use `torch.no_grad()`"),
            SetArgument(notice.place.ref, "volatile", None),
            is_safe=notice.place.unit in guarded,
        )
