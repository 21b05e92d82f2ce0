"""``model.eval`` without parentheses does nothing.

## What it does

Finds `model.eval` and `model.train` as bare statements.

## Why it matters

The method is looked up and not called: the model keeps its mode. What NGD301 says of dropout and
batch norm holds.

## Example

```python
import torch
from torch import nn


def load(path):
    model = nn.Sequential(nn.Linear(784, 64), nn.Dropout(), nn.Linear(64, 10))
    model.load_state_dict(torch.load(path))
    model.eval
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

- Methods that are passed on or assigned.
- `eval` and `train` of what is no model.

## Fix and its safety

Adds the parentheses. Safe for `.eval` in a file that trains nothing: the evaluation gives other
numbers, the same at each run, as the author wanted. Unsafe elsewhere: training may go on in the
other mode.

## References

- [torch.nn.Module.eval]
- [torch.nn.Module.train]

[torch.nn.Module.eval]: https://docs.pytorch.org/docs/stable/generated/torch.nn.Module.html#torch.nn.Module.eval
[torch.nn.Module.train]: https://docs.pytorch.org/docs/stable/generated/torch.nn.Module.html#torch.nn.Module.train
"""

from collections.abc import Iterator

from flake8_nograd.model.module_model import ModuleModel
from flake8_nograd.rules.finding import Finding, Level, Rewrite, problem

LEVEL: Level = "warning"


def check(model: ModuleModel) -> Iterator[Finding]:
    """Every ``eval`` or ``train`` of a model as a bare statement."""
    for notice in model.notices("mode not called"):
        text = f"`{notice.text}` without parentheses does nothing"
        message = problem(text, f"write `{notice.text}()`")
        yield Finding(
            notice.place.ref,
            message,
            Rewrite(notice.place.ref, "{}()"),
            is_safe=notice.text.endswith(".eval") and not model.trains_anything,
        )
