"""A ``train`` method of a module without the ``mode`` parameter: ``.eval()`` raises.

## What it does

Finds a method `train` of an `nn.Module` subclass that cannot be called with a mode alone.

## Why it matters

`model.eval()` is `model.train(False)`: it raises `TypeError`. So does `.train()` or `.eval()` of
any module that holds this one as a child.

## Example

```python
from torch import nn


class Net(nn.Module):
    def train(self):
        super().train()
        self.backbone.eval()
```

## Use instead

```python
from torch import nn


class Net(nn.Module):
    def train(self, mode=True):
        super().train(mode)
        self.backbone.eval()
        return self
```

## Not reported

- Classes that are no modules: trainers and agents may have any `train`.
- Overrides whose other parameters have defaults.

## Fix and its safety

Safe: takes `mode=True`, passes it on to `super().train()`, and returns `self`. The code raised in
`.eval()`, and `.train()` does what it did. No fix for a method that takes other parameters or
calls no `super().train()`: it may be a training procedure, which wants another name.

## References

- [torch.nn.Module.train]

[torch.nn.Module.train]: https://docs.pytorch.org/docs/stable/generated/torch.nn.Module.html#torch.nn.Module.train
"""

from collections.abc import Iterator

from flake8_nograd.model.module_model import ModuleModel
from flake8_nograd.rules.finding import Finding, Level, TakeMode, problem

LEVEL: Level = "error"


def check(model: ModuleModel) -> Iterator[Finding]:
    """Every override of ``nn.Module.train`` that cannot be called with a mode alone."""
    for unit in model.units:
        if unit.name != "train" or unit.is_overload or model.has_own_eval(unit):
            continue
        if not model.takes_mode(unit):
            text = "this `train` hides `Module.train(mode)`, so `eval()` raises"
            message = problem(text, "take `mode=True`, or rename it")
            yield Finding(unit.ref, message, TakeMode(unit.ref))
