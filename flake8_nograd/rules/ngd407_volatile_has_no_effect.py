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

- `Variable` without `volatile`, which is the tensor itself.
- `volatile=False`.

## Fix and its safety

There is no automatic fix. Drop `Variable`, and put what follows, the forward above all, under
`with torch.no_grad():`.

## References

- [PyTorch 0.4 migration guide]

[PyTorch 0.4 migration guide]: https://pytorch.org/blog/pytorch-0_4_0-migration-guide/
"""

from collections.abc import Iterator

from flake8_nograd.model.module_model import ModuleModel
from flake8_nograd.rules.finding import Finding, Level, problem

LEVEL: Level = "warning"


def check(model: ModuleModel) -> Iterator[Finding]:
    """Every ``Variable`` with ``volatile=True``."""
    for notice in model.notices("volatile"):
        text = "`volatile=True` has done nothing since PyTorch 0.4"
        yield Finding(notice.place.ref, problem(text, "use `torch.no_grad()`"))
