"""``requires_grad`` is set on a loss before ``backward()``: the error goes, and nothing trains.

## What it does

Finds `loss.requires_grad_(True)`, `loss.requires_grad = True` and `Variable(loss,
requires_grad=True)` on a loss that goes backward in the same function.

## Why it matters

The error *element 0 of tensors does not require grad* goes away, and nothing trains: the loss is
a leaf now, its gradient is 1, and no parameter gets one. The true mistake stands before it: a
guard (NGD203), `.detach()`, `.item()`, a trip through NumPy, or `argmax`.

## Example

```python
import torch


def train_step(model, x, y, criterion, optimizer):
    with torch.no_grad():
        loss = criterion(model(x), y)
    loss.requires_grad_(True)
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

- Inputs of attacks, saliency and latent optimisation, for which `requires_grad_()` is right.
- Losses that do not go backward in the same function.

## Fix and its safety

There is no fix: look for what cut the loss from the model, and remove both.

## References

- [torch.Tensor.requires_grad_]
- [torch.Tensor.backward]

[torch.Tensor.requires_grad_]: https://docs.pytorch.org/docs/stable/generated/torch.Tensor.requires_grad_.html
[torch.Tensor.backward]: https://docs.pytorch.org/docs/stable/generated/torch.Tensor.backward.html
"""

from collections.abc import Iterator

from flake8_nograd.model.module_model import ModuleModel
from flake8_nograd.rules.finding import Finding, Level, problem

LEVEL: Level = "error"


def check(model: ModuleModel) -> Iterator[Finding]:
    """Every loss that is made to require a gradient and then goes backward in the same unit."""
    for notice in model.notices("required gradient"):
        if not model.goes_backward(notice):
            continue
        text = f"`{notice.text}` is cut from the model: with `requires_grad` set, nothing trains"
        yield Finding(notice.place.ref, problem(text, "find what cut its graph"))
