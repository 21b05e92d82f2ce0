"""``backward()`` under a guard, on a loss that was computed under it: raises.

## What it does

Finds `backward()`, a relative of it (`scaler.scale(loss).backward()`,
`accelerator.backward(loss)`, `manual_backward`) and `autograd.grad` under a guard, where the
loss, or the last operation on it, was computed under the guard too.

## Why it matters

It raises `RuntimeError: element 0 of tensors does not require grad and does not have a grad_fn`.
A plain `loss.backward()` of a loss from outside works, but `(loss / n).backward()` and
`scaler.scale(loss).backward()` do not: the division and the scaling are operations of their own,
and nobody records them.

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

- Losses computed under `enable_grad` inside the guard.
- `torch.func` transforms, which work under a guard.
- `autograd.grad` of a graph built outside the guard, as second-order methods take it.
- Losses of unknown origin.

## Fix and its safety

Unsafe: takes the guard away, the `with` or the decorator. The loss has to be computed outside as
well, so it is not enough to move the call. The code raised, but what else stands under the guard
records from then on: a teacher or a metric in it may want a guard of its own. No fix where
something under the guard is changed in place, as parameters are by hand.

## References

- [Locally disabling gradient computation]
- [torch.Tensor.backward]

[Locally disabling gradient computation]: https://docs.pytorch.org/docs/stable/notes/autograd.html#locally-disabling-gradient-computation
[torch.Tensor.backward]: https://docs.pytorch.org/docs/stable/generated/torch.Tensor.backward.html
"""

from collections.abc import Iterator

from flake8_nograd.model.module_model import ModuleModel
from flake8_nograd.rules.finding import Finding, Level, Unguard, problem

LEVEL: Level = "error"


def check(model: ModuleModel) -> Iterator[Finding]:
    """Every gradient that is certainly taken of what was computed without recording."""
    for use in model.gradients():
        if use.kind not in ("backward", "gradient") or not model.grad_of(use).is_off:
            continue
        if not (model.made(use).is_off or use.scales):
            continue
        unit = model.unit(use.place.unit)
        text = f"`{use.text}()` raises: its loss was computed with gradients off"
        yield Finding(
            use.place.ref,
            problem(text, "move both out of the guard"),
            Unguard(unit.ref if use.entered is None else use.entered, records=True),
            is_safe=False,
        )
