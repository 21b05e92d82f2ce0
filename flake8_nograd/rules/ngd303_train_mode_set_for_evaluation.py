"""``.train()`` is called between ``.eval()`` and the evaluation.

## What it does

Finds `.train()` between `.eval()` and the forward of an evaluation.

## Why it matters

The evaluation runs in train mode after all: what NGD301 says of dropout and batch norm holds here
too, and the `.eval()` above makes it hard to see.

## Example

```python
import torch


@torch.no_grad()
def evaluate(model, loader):
    model.eval()
    model.train()
    for x, y in loader:
        print((model(x).argmax(1) == y).float().mean().item())
```

## Use instead

```python
import torch


@torch.no_grad()
def evaluate(model, loader):
    model.eval()
    for x, y in loader:
        print((model(x).argmax(1) == y).float().mean().item())
```

## Not reported

- Monte-Carlo dropout and batch-norm recalibration.
- A comment that says that train mode is meant.
- `.train()` after the evaluation, which restores the mode.

## Fix and its safety

There is no automatic fix: whether the `.train()` belongs elsewhere is for the author to say.

## References

- [torch.nn.Module.train]
- [torch.nn.Module.eval]

[torch.nn.Module.train]: https://docs.pytorch.org/docs/stable/generated/torch.nn.Module.html#torch.nn.Module.train
[torch.nn.Module.eval]: https://docs.pytorch.org/docs/stable/generated/torch.nn.Module.html#torch.nn.Module.eval
"""

from collections.abc import Iterator

from flake8_nograd.model.module_model import ModuleModel
from flake8_nograd.model.training import switched_back
from flake8_nograd.rules.finding import Finding, Level, problem

LEVEL: Level = "warning"


def check(model: ModuleModel) -> Iterator[Finding]:
    """One finding for each switch to train mode that an evaluation runs into."""
    for place, name in switched_back(model):
        text = f"`{name}` is put in train mode before it is evaluated"
        yield Finding(place.ref, problem(text, f"call `{name}.eval()` after it"))
