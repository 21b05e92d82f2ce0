"""``optimizer.step()`` under a guard.

## What it does

Finds `optimizer.step()` and `scaler.step(optimizer)` under a guard. There are two messages,
because the two guards differ.

## Why it matters

Under `no_grad` the step works: 15 of 15 optimizers of `torch.optim` gave bit-identical parameters
over three steps. But the guard does nothing, and misleads whoever reads it into thinking that it
did. Under `inference_mode` the optimizer's state becomes inference tensors, and a later step
outside raises for all of them but Adagrad, and SGD without momentum, which has no state; a closure
raises at once.

## Example

```python
import torch


def train_step(model, x, y, criterion, optimizer):
    loss = criterion(model(x), y)
    loss.backward()
    with torch.no_grad():
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

- Optimizers' own `step`, decorated or calling a base optimizer.
- Parameter updates by hand, which need `no_grad`.
- `scheduler.step()`, `prof.step()`, `env.step()`.
- Steps that run under a guard on some paths only.

## Fix and its safety

Safe: moves the call out of the `with`, with `zero_grad()` and the like beside it, and drops the
guard where nothing is left in it. This changes no number. Unsafe where a decorator is the guard:
it is taken away, and the rest of the function records. No fix where something else is changed in
place there, as parameters are by hand.

## References

- [torch.optim]
- [torch.inference_mode]

[torch.optim]: https://docs.pytorch.org/docs/stable/optim.html
[torch.inference_mode]: https://docs.pytorch.org/docs/stable/generated/torch.autograd.grad_mode.inference_mode.html
"""

from collections.abc import Iterator

from flake8_nograd.model.module_model import ModuleModel
from flake8_nograd.model.values import Grad
from flake8_nograd.rules.finding import Finding, Level, MoveOut, Unguard, problem

LEVEL: Level = "warning"


def check(model: ModuleModel) -> Iterator[Finding]:
    """Every step that certainly runs under a guard, outside optimizers' own code."""
    for use in model.gradients():
        if use.kind != "step" or not model.grad_of(use).is_off:
            continue
        unit = model.unit(use.place.unit)
        if model.is_optimizer_method(unit) or model.is_step_method(unit):
            continue
        if use.grad == Grad.INFERENCE:
            text = f"`{use.text}()` under `inference_mode` spoils the optimizer's state"
        else:
            text = f"`{use.text}()` runs under a guard that does nothing for it"
        yield Finding(
            use.place.ref,
            problem(text, "move it out of the guard"),
            Unguard(unit.ref) if use.entered is None else MoveOut(use.place.ref, use.entered),
            is_safe=use.entered is not None,
        )
