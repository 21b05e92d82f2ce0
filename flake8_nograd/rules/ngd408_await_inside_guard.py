"""While a coroutine waits inside a guard, other tasks run with gradients off.

## What it does

Finds `await` inside a `with` guard.

## Why it matters

The gradient mode belongs to the thread, not to the task. While the coroutine waits, all other
tasks of the event loop run with gradients off; when two such tasks overlap, one runs its guarded
code with gradients on, and the loop is left with gradients off.

## Example

```python
import torch


async def mean(queue):
    with torch.no_grad():
        x = await queue.get()
        return x.mean()
```

## Use instead

```python
import torch


async def mean(queue):
    x = await queue.get()
    with torch.no_grad():
        return x.mean()
```

## Not reported

- `await` before and after the guard.
- Nested functions, which run elsewhere.

## Fix and its safety

There is no automatic fix. Narrow the guard to what computes.

## References

- [Locally disabling gradient computation]

[Locally disabling gradient computation]: https://docs.pytorch.org/docs/stable/notes/autograd.html#locally-disabling-gradient-computation
"""

from collections.abc import Iterator

from flake8_nograd.model.module_model import ModuleModel
from flake8_nograd.rules.finding import Finding, Level, problem

LEVEL: Level = "warning"


def check(model: ModuleModel) -> Iterator[Finding]:
    """Every ``await`` inside a ``with`` guard."""
    for notice in model.notices("await in guard"):
        text = "`await` inside a guard: other tasks run with gradients off meanwhile"
        yield Finding(notice.place.ref, problem(text, "narrow the guard"))
