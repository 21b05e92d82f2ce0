"""``backward()`` under a guard, of a graph that was built outside of it.

## What it does

Finds `loss.backward()` under a guard, of a graph that was recorded outside of it.

## Why it matters

Under `no_grad` it works, with bit-identical gradients: a guard stops the recording of a graph,
not the way back through one. It does nothing but mislead. Under `inference_mode` the `.grad`
tensors become inference tensors, and the next accumulation, `zero_grad(set_to_none=False)` or
gradient clipping raises `Inplace update to inference tensor outside InferenceMode is not
allowed`.

## Example

```python
import torch


def train_step(model, x, y, criterion, optimizer):
    loss = criterion(model(x), y)
    with torch.no_grad():
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

- Optimizers' own code.
- `autograd.grad` of second-order methods.
- Code under `enable_grad` inside the guard.
- Losses of unknown origin.

## Fix and its safety

Safe: moves the call out of the `with`, and drops the guard where nothing is left in it. The
gradients stay the same. Unsafe where a decorator is the guard: it is taken away, and the rest of
the function records.

## References

- [Locally disabling gradient computation]
- [torch.Tensor.backward]

[Locally disabling gradient computation]: https://docs.pytorch.org/docs/stable/notes/autograd.html#locally-disabling-gradient-computation
[torch.Tensor.backward]: https://docs.pytorch.org/docs/stable/generated/torch.Tensor.backward.html
"""

from collections.abc import Iterator

from flake8_nograd.model.module_model import ModuleModel
from flake8_nograd.model.values import Grad
from flake8_nograd.rules.finding import Finding, Level, MoveOut, Unguard, problem

LEVEL: Level = "warning"


def check(model: ModuleModel) -> Iterator[Finding]:
    """Every backward under a guard of a loss certainly computed before it."""
    for use in model.gradients():
        if use.kind != "backward" or not model.grad_of(use).is_off or use.scales:
            continue
        made = model.made(use)
        if made.is_off or made not in (Grad.INHERITED, use.outer):
            continue
        unit = model.unit(use.place.unit)
        if model.is_optimizer_method(unit):
            continue
        if use.grad == Grad.INFERENCE:
            text = f"`{use.text}()` under `inference_mode` makes gradients that cannot accumulate"
        else:
            text = f"`{use.text}()` needs no guard: its graph was recorded outside"
        yield Finding(
            use.place.ref,
            problem(text, "move it out of the guard"),
            Unguard(unit.ref) if use.entered is None else MoveOut(use.place.ref, use.entered),
            is_safe=use.entered is not None,
        )
