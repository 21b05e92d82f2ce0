"""A guard is made but never entered: it does nothing.

## What it does

Finds a guard as a bare statement, and guards joined to other context managers by `and` or `or`.

## Why it matters

`torch.no_grad()` makes a guard and throws it away: gradients are recorded on the next line.
`no_grad() and autocast()` gives the last operand, so the guard is never entered. Neither raises,
and what NGD101 says of the memory holds. Only `torch.set_grad_enabled(False)` acts as a
statement.

## Example

```python
import torch


def embed(x):
    torch.no_grad()
    return x.mean(0)
```

## Use instead

```python
import torch


def embed(x):
    with torch.no_grad():
        return x.mean(0)
```

## Not reported

- `torch.set_grad_enabled(...)`, which acts at once.
- Guards that are assigned, returned or passed on.

## Fix and its safety

There is no automatic fix. Use `with` over what is to be guarded; write a comma for `and`. What
follows is then guarded for the first time: check that it takes no gradient.

## References

- [torch.no_grad]
- [torch.set_grad_enabled]

[torch.no_grad]: https://docs.pytorch.org/docs/stable/generated/torch.no_grad.html
[torch.set_grad_enabled]: https://docs.pytorch.org/docs/stable/generated/torch.set_grad_enabled.html
"""

from collections.abc import Iterator

from flake8_nograd.model.module_model import ModuleModel
from flake8_nograd.rules.finding import Finding, Level, problem

LEVEL: Level = "warning"


def check(model: ModuleModel) -> Iterator[Finding]:
    """Guards as statements, and guards joined by ``and`` or ``or``."""
    for notice in model.notices("guard not entered"):
        text = f"`{notice.text}` as a statement does nothing"
        yield Finding(notice.place.ref, problem(text, "use `with`"))
    for notice in model.notices("guard in and"):
        text = f"`{notice.text}` between context managers enters only one of them"
        yield Finding(notice.place.ref, problem(text, "use a comma"))
