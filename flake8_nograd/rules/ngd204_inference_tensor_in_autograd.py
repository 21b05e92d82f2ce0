"""A tensor made under ``inference_mode`` is used where autograd needs it: raises.

## What it does

Finds a trained forward of a tensor that was computed under `inference_mode`, such as a frozen
backbone in inference mode below a trainable head.

## Why it matters

It raises `RuntimeError: Inference tensors cannot be saved for backward`. `no_grad` in its place
works, and costs the same: the time of the two differs by 0 to 4 %, which is within the noise.

## Example

```python
import torch


def train(loader, criterion):
    backbone, head = torch.nn.Linear(784, 64), torch.nn.Linear(64, 10)
    optimizer = torch.optim.SGD(head.parameters(), lr=0.1)
    for x, y in loader:
        with torch.inference_mode():
            features = backbone(x)
        loss = criterion(head(features), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
```

## Use instead

```python
import torch


def train(loader, criterion):
    backbone, head = torch.nn.Linear(784, 64), torch.nn.Linear(64, 10)
    optimizer = torch.optim.SGD(head.parameters(), lr=0.1)
    for x, y in loader:
        with torch.no_grad():
            features = backbone(x)
        loss = criterion(head(features), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
```

## Not reported

- Results of `inference_mode` that are cloned, printed, saved, or used without a gradient.
- Whatever was computed under `no_grad`.

## Fix and its safety

There is no automatic fix: the guard may stand in a helper that others use too. Replace
`inference_mode` by `no_grad`: the numbers stay the same. `features.clone()` outside the guard works
as well, and copies.

## References

- [torch.inference_mode]
- [Inference mode]

[torch.inference_mode]: https://docs.pytorch.org/docs/stable/generated/torch.autograd.grad_mode.inference_mode.html
[Inference mode]: https://docs.pytorch.org/docs/stable/notes/autograd.html#inference-mode
"""

from collections.abc import Iterator

from flake8_nograd.model.module_model import ModuleModel
from flake8_nograd.model.values import Grad, Use
from flake8_nograd.rules.finding import Finding, Level, problem

LEVEL: Level = "error"


def check(model: ModuleModel) -> Iterator[Finding]:
    """Every trained forward of what was computed under ``inference_mode``."""
    for forward in model.forwards():
        if forward.inputs_made != Grad.INFERENCE or forward.grad != Grad.INHERITED:
            continue
        if not model.fate(forward) & Use.GRADIENT or model.is_frozen(forward):
            continue
        text = f"`{forward.text}(...)` trains on a tensor made under `inference_mode`, which raises"
        yield Finding(forward.place.ref, problem(text, "use `no_grad` there"))
