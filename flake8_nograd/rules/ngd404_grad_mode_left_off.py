"""A function switches gradients off and leaves them off.

## What it does

Finds `torch.set_grad_enabled(False)` in a function that returns with gradients off, where other
code of the file trains: after a call of it, or, where nothing here calls it, in a unit beside it.

## Why it matters

It switches the whole thread, until somebody switches it back. Training that follows raises
*element 0 of tensors does not require grad*, far from the cause. Kept in a name,
`ctx = torch.set_grad_enabled(False)` acts at once as well, not only inside `with ctx:`.

## Example

```python
import torch


def evaluate(model, x, y):
    model.eval()
    torch.set_grad_enabled(False)
    return (model(x).argmax(1) == y).sum().item()


def train_step(model, optimizer, x, y):
    loss = torch.nn.functional.cross_entropy(model(x), y)
    loss.backward()
    optimizer.step()
```

## Use instead

```python
import torch


def evaluate(model, x, y):
    model.eval()
    with torch.no_grad():
        return (model(x).argmax(1) == y).sum().item()


def train_step(model, optimizer, x, y):
    loss = torch.nn.functional.cross_entropy(model(x), y)
    loss.backward()
    optimizer.step()
```

## Not reported

- Scripts and workers that only infer.
- Functions that switch gradients on again before they return, or whose callers do.
- Training that switches gradients on for itself; files with a function that switches them on.
- `with torch.set_grad_enabled(...)` and the decorator; modes that are decided at run time.

## Fix and its safety

Unsafe: the statement becomes a `with` over what follows it in its block, a decorator where it is
the first line of a function. Code that relied on the leak records from then on. No fix where a
gradient is taken in what follows, and for `guard = torch.set_grad_enabled(False)`.

## References

- [torch.set_grad_enabled]

[torch.set_grad_enabled]: https://docs.pytorch.org/docs/stable/generated/torch.set_grad_enabled.html
"""

from collections.abc import Iterator

from flake8_nograd.model.module_model import ModuleModel
from flake8_nograd.model.training import left_off
from flake8_nograd.rules.finding import Enter, Finding, Level, problem

LEVEL: Level = "warning"


def check(model: ModuleModel) -> Iterator[Finding]:
    """Every statement that leaves gradients off for code that trains."""
    for notice in left_off(model):
        unit = model.unit(notice.place.unit)
        text = f"`{unit.name}` returns with gradients off, and other code trains"
        yield Finding(
            notice.place.ref,
            problem(text, "use `with torch.no_grad():`"),
            Enter(notice.place.ref, model.gradient_refs(unit), switches=True),
            is_safe=False,
        )
