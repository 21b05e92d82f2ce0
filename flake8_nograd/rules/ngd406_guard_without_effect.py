"""A guard stands where it guards nothing.

## What it does

Finds guards that are known to guard nothing: on an `async def`; on a function that returns a
generator expression, `map`, `filter` or a lambda; beside `@contextmanager`; on a class, where
only `__init__` is guarded; and `enable_grad` inside `inference_mode`.

## Why it matters

None of them raises. The guard is over when the work begins, so gradients are recorded, with the
memory of NGD101. `enable_grad` in `inference_mode` records nothing, although
`torch.is_grad_enabled()` says True.

## Example

```python
import torch


@torch.no_grad()
async def scale(x, factor):
    return x * factor
```

## Use instead

```python
import torch


async def scale(x, factor):
    with torch.no_grad():
        return x * factor
```

## Not reported

- Guards on generator functions, which work.
- List comprehensions, which are done before the guard ends.

## Fix and its safety

On an `async def` without `await`, safe: the guard goes inside, around the body. Beside
`@contextmanager`, unsafe: the same, and the code in the `with` of its users is guarded for the
first time. The others have no fix: a list in place of a generator, guards on methods, and a
`no_grad` in place of `inference_mode` change more than the guard.

## References

- [Locally disabling gradient computation]

[Locally disabling gradient computation]: https://docs.pytorch.org/docs/stable/notes/autograd.html#locally-disabling-gradient-computation
"""

from collections.abc import Iterator

from flake8_nograd.model.events import NoticeKind
from flake8_nograd.model.module_model import ModuleModel
from flake8_nograd.rules.finding import Finding, Level, Unguard, problem

LEVEL: Level = "warning"

_SAYS: dict[NoticeKind, tuple[str, str]] = {
    "guard on async": ("guards only the making of the coroutine", "use `with` inside"),
    "guard on lazy result": ("ends before the returned work is done", "return a list"),
    "guard on context manager": (
        "is over before the `with` body runs",
        "use `with` around `yield`",
    ),
    "work for a thread": ("works in a thread that the guard does not reach", "guard it there"),
    "guard on class": ("guards only the construction", "decorate the methods"),
    "enable in inference": ("cannot record inside `inference_mode`", "use `no_grad` outside"),
}


_INSIDE: tuple[NoticeKind, ...] = ("guard on async", "guard on context manager")


def check(model: ModuleModel) -> Iterator[Finding]:
    """Every spelling of a guard that was seen to guard nothing."""
    for kind, (what, remedy) in _SAYS.items():
        for notice in model.notices(kind):
            is_lazy = kind == "guard on lazy result"
            if is_lazy and not model.runs_models_later(notice.about):
                continue
            unit = model.unit_or_none(notice.about)
            is_work = kind == "work for a thread" and unit is not None
            if is_work and not model.runs_models_as_called(notice.about):
                continue
            message = problem(f"`{notice.text}` {what}", remedy)
            if kind not in _INSIDE or unit is None:
                yield Finding(notice.place.ref, message)
                continue
            yield Finding(
                notice.place.ref,
                message,
                Unguard(notice.place.ref, inside=True),
                is_safe=kind == "guard on async" and not model.gradient_refs(unit),
            )
