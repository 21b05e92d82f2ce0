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

Safe: the statement becomes a `with` over what follows it in its block, a decorator where it is the
first line of a function; `and` becomes a comma. The numbers stay the same, and what the author
wanted guarded is. No fix where a gradient is taken in what follows, where functions or classes are
defined there, where the guard ends its block, and for `or`, which may mean a choice.

## References

- [torch.no_grad]
- [torch.set_grad_enabled]

[torch.no_grad]: https://docs.pytorch.org/docs/stable/generated/torch.no_grad.html
[torch.set_grad_enabled]: https://docs.pytorch.org/docs/stable/generated/torch.set_grad_enabled.html
"""

from collections.abc import Iterator

from flake8_nograd.model.module_model import ModuleModel
from flake8_nograd.rules.finding import Enter, Finding, Level, Separate, problem

LEVEL: Level = "warning"


def check(model: ModuleModel) -> Iterator[Finding]:
    """Guards as statements, and guards joined by ``and`` or ``or``."""
    for notice in model.notices("guard not entered"):
        text = f"`{notice.text}` as a statement does nothing"
        apart = model.gradient_refs(model.unit(notice.place.unit))
        message = problem(text, "use `with`")
        yield Finding(notice.place.ref, message, Enter(notice.place.ref, apart))
    for notice in model.notices("guard in and"):
        text = f"`{notice.text}` between context managers enters only one of them"
        remedy = Separate(notice.about) if notice.text == "and" else None
        yield Finding(notice.place.ref, problem(text, "use a comma"), remedy)
