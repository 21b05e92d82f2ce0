"""A generator yields inside a guard and switches gradients off in its consumer.

## What it does

Finds `yield` inside a `with` guard of a plain generator.

## Why it matters

While the generator waits, its guard holds: the body of the consumer's loop runs with gradients
off. If it trains, it raises. A generator that is left before its end, and still has a name, leaves
gradients off for good.

## Example

```python
import torch


def features(batches, scale):
    for batch in batches:
        with torch.no_grad():
            yield batch * scale
```

## Use instead

```python
import torch


def features(batches, scale):
    for batch in batches:
        with torch.no_grad():
            scaled = batch * scale
        yield scaled
```

## Not reported

- `@torch.no_grad()` on a generator function: it lets go at every `yield`.
- `@contextmanager`s and pytest fixtures, for which the consumer is meant.

## Fix and its safety

Unsafe: computes inside and yields outside; where the `yield` stands deeper in the `with`, the
generator is decorated instead, which lets go at every `yield`. What is yielded stays the same, but
the consumer records gradients from then on, as it does with any other iterable: it takes more
memory, and trains where it did not.

## References

- [torch.no_grad]

[torch.no_grad]: https://docs.pytorch.org/docs/stable/generated/torch.no_grad.html
"""

from collections.abc import Iterator

from flake8_nograd.model.module_model import ModuleModel
from flake8_nograd.rules.finding import Finding, Level, YieldOutside, problem

LEVEL: Level = "warning"


def check(model: ModuleModel) -> Iterator[Finding]:
    """Every ``yield`` inside a ``with`` guard of a plain generator."""
    for notice in model.notices("yield in guard"):
        if model.yields_on_purpose(model.unit(notice.place.unit)):
            continue
        text = "`yield` inside a guard switches gradients off for whoever iterates"
        message = problem(text, "yield outside, or decorate")
        remedy = YieldOutside(notice.place.ref)
        yield Finding(notice.place.ref, message, remedy, is_safe=False)
