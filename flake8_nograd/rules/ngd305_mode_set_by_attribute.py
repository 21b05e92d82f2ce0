"""``model.training`` is assigned: the children keep their mode.

## What it does

Finds an assignment to the `training` attribute of a model outside of its own class.

## Why it matters

It sets the attribute of the outermost module only. The dropout and batch-norm layers inside keep
their mode, and they are the ones that read it.

## Example

```python
import torch
from torch import nn


def load(path):
    model = nn.Sequential(nn.Linear(784, 64), nn.Dropout(), nn.Linear(64, 10))
    model.load_state_dict(torch.load(path))
    model.training = False
    return model
```

## Use instead

```python
import torch
from torch import nn


def load(path):
    model = nn.Sequential(nn.Linear(784, 64), nn.Dropout(), nn.Linear(64, 10))
    model.load_state_dict(torch.load(path))
    model.eval()
    return model
```

## Not reported

- A module's own `train` method, which may set it.
- `training` of what is no model.
- An assignment beside the `.eval()` or `.train()` that does the same: it is in vain, and harmless.
- One layer's flag between the `.eval()` and the `.train()` of the whole: that is on purpose.

## Fix and its safety

Writes `model.eval()`, or `model.train()` for True. The layers change their mode then, which the
assignment did not do. Safe where the file trains nothing: the evaluation gives other numbers, the
same at each run. Unsafe where it trains, because a `.train()` may be missing after it. No fix for
an assignment to several targets, or of something else than True or False.

## References

- [torch.nn.Module.eval]
- [torch.nn.Module.train]

[torch.nn.Module.eval]: https://docs.pytorch.org/docs/stable/generated/torch.nn.Module.html#torch.nn.Module.eval
[torch.nn.Module.train]: https://docs.pytorch.org/docs/stable/generated/torch.nn.Module.html#torch.nn.Module.train
"""

from collections.abc import Iterator

from flake8_nograd.model.module_model import ModuleModel
from flake8_nograd.rules.finding import Finding, Level, SetMode, problem

LEVEL: Level = "warning"


def check(model: ModuleModel) -> Iterator[Finding]:
    """Every statement that assigns to the ``training`` of a model, outside its own class."""
    reported: set[int] = set()
    for notice in model.modes_as_attributes():
        unit = model.unit(notice.place.unit)
        if notice.place.ref in reported or model.switches_both_ways(unit) or model.is_test(unit):
            continue
        if model.is_switched_too(notice):
            continue
        reported.add(notice.place.ref)
        text = f"`{notice.text}.training = ...` does not reach the model's children"
        remedy = f"call `{notice.text}.eval()` or `.train()`"
        yield Finding(
            notice.place.ref,
            problem(text, remedy),
            SetMode(notice.place.ref),
            is_safe=not model.trains_anything,
        )
