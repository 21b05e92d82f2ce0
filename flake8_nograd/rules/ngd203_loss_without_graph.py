"""``backward()`` on a loss that was computed wholly under a guard: raises.

## What it does

Finds `backward()` outside a guard on a loss whose every part was computed under one, also in a
helper that guards itself.

## Why it matters

The loss has no graph: `RuntimeError: element 0 of tensors does not require grad and does not have
a grad_fn`. The line that raises is not the line at fault, which is the guard around the forward.

## Example

```python
import torch


def train_step(model, x, y, criterion, optimizer):
    with torch.no_grad():
        loss = criterion(model(x), y)
    loss.backward()
    optimizer.step()
```

## Use instead

```python
import torch


def train_step(model, x, y, criterion, optimizer):
    loss = criterion(model(x), y)
    loss.backward()
    optimizer.step()
```

## Not reported

- Losses of which a part was recorded: a frozen backbone under a guard with a trainable head,
  targets, teachers.
- Losses that are made to require a gradient by hand: NGD206.
- Losses of unknown origin.

## Fix and its safety

There is no automatic fix: whether the guard or the backward is meant is for the author to say.

## References

- [Locally disabling gradient computation]
- [torch.Tensor.backward]

[Locally disabling gradient computation]: https://docs.pytorch.org/docs/stable/notes/autograd.html#locally-disabling-gradient-computation
[torch.Tensor.backward]: https://docs.pytorch.org/docs/stable/generated/torch.Tensor.backward.html
"""

from collections.abc import Iterator

from flake8_nograd.model.module_model import ModuleModel
from flake8_nograd.rules.finding import Finding, Level, problem

LEVEL: Level = "error"


def check(model: ModuleModel) -> Iterator[Finding]:
    """Every backward outside a guard of a loss whose last operation ran under one."""
    for use in model.gradients():
        if use.kind != "backward" or model.grad_of(use).is_off or not use.made.is_off:
            continue
        if model.is_required_by_hand(use) or model.is_test(model.unit(use.place.unit)):
            continue
        text = f"`{use.text}()` raises: its loss has no graph, it was computed under a guard"
        yield Finding(use.place.ref, problem(text, "compute it outside"))
