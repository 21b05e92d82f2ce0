"""An attached loss is added up or appended across iterations: every graph stays in memory.

## What it does

Finds an attached loss or output that is added up or appended across the iterations of a loop,
while each iteration backpropagates for itself.

## Why it matters

The sum holds the graphs of all iterations. Where the graphs themselves are kept, as without a
`backward()`, the peak of eight batches was 20 to 44 times that of the guarded loop, for a sum
as for a list, and it grows by one graph a batch. After a `backward()` the saved tensors are freed,
and the nodes remain.

## Example

```python
import torch


def train_epoch(model, loader, criterion, optimizer):
    total = 0
    for x, y in loader:
        loss = criterion(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss
    return total / len(loader)
```

## Use instead

```python
import torch


def train_epoch(model, loader, criterion, optimizer):
    total = 0
    for x, y in loader:
        loss = criterion(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item()
    return total / len(loader)
```

## Not reported

- Sums that are backpropagated: over steps of a sequence, over tasks, over several losses.
- `.item()`, `.detach()`, `float()`, `.tolist()`; sums under a guard.
- Metrics of libraries, which detach.

## Fix and its safety

Safe: adds `.detach()`, which leaves the value as it is. `.item()` is as good where a number is
wanted, but it gives a float, on which `.cpu()` and the like fail, and waits for the device in each
iteration: that is for the author to choose. No fix for tuples and dicts of several values.

## References

- [Memory: don't accumulate history]

[Memory: don't accumulate history]: https://docs.pytorch.org/docs/stable/notes/faq.html#my-model-reports-cuda-runtime-error-2-out-of-memory
"""

from collections.abc import Iterator

from flake8_nograd.model.module_model import ModuleModel
from flake8_nograd.model.training import kept_alive
from flake8_nograd.rules.finding import Detach, Finding, Level, problem

LEVEL: Level = "warning"


def check(model: ModuleModel) -> Iterator[Finding]:
    """Every accumulation of what is backpropagated in the loop already."""
    for accumulation in kept_alive(model):
        text = f"`{accumulation.text}` keeps the graph of every iteration in memory"
        message = problem(text, "add `.item()` or `.detach()`")
        yield Finding(accumulation.place.ref, message, Detach(accumulation.place.ref))
