"""A `no_grad` guard where `inference_mode` would be as right, and cheaper.

## What it does

Opt-in. Finds `torch.no_grad()`, as `with` or as decorator, over code that runs a model and lets no
tensor out: only Python numbers, lists and arrays are returned, stored or given away.

## Why it matters

`torch.inference_mode()` also leaves out version counters and view tracking. PyTorch's own advice
is to use it where no tensor made in it meets autograd again, and `no_grad` everywhere else: an
inference tensor that autograd must save raises.

## Example

```python
import torch


def evaluate(model, loader):
    model.eval()
    correct = 0
    with torch.no_grad():
        for x, y in loader:
            correct += (model(x).argmax(1) == y).sum().item()
    return correct
```

## Use instead

```python
import torch


def evaluate(model, loader):
    model.eval()
    correct = 0
    with torch.inference_mode():
        for x, y in loader:
            correct += (model(x).argmax(1) == y).sum().item()
    return correct
```

## Not reported

- Guards from which a tensor is returned, yielded, stored, or given to a call of another file.
- Guards in a unit that takes a gradient, or in a method of an `nn.Module`.
- Guards under which a model is built, copied, moved or converted.
- `set_grad_enabled`, own guards, guards that are decided at run time.

## Fix and its safety

Unsafe: replaces the name, where it is reached by a dot. A model that builds a cache of tensors on
its first run, in a file that cannot be seen, keeps inference tensors, and training it afterwards
raises.

## References

- [torch.inference_mode]

[torch.inference_mode]: https://docs.pytorch.org/docs/stable/generated/torch.autograd.grad_mode.inference_mode.html
"""

from collections.abc import Iterator

from flake8_nograd.model.inference import replaceable
from flake8_nograd.model.module_model import ModuleModel
from flake8_nograd.rules.finding import Finding, Level, Respell, problem

LEVEL: Level = "warning"


def check(model: ModuleModel) -> Iterator[Finding]:
    """Every ``no_grad`` under which nothing is made that autograd could meet again."""
    for notice in replaceable(model):
        text = f"`{notice.text}` lets no tensor out"
        is_decorator = model.unit_or_none(notice.about) is not None
        yield Finding(
            notice.place.ref,
            problem(text, "`torch.inference_mode()` is cheaper"),
            Respell(notice.place.ref if is_decorator else notice.about, "inference_mode"),
            is_safe=False,
        )
