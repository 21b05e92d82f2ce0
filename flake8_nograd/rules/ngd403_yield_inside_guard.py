"""A generator yields inside a guard and switches gradients off in its consumer.

## What it does

Finds `yield` inside a `with` guard of a plain generator.

## Why it matters

While the generator waits, its guard holds: the body of the consumer's loop runs with gradients
off. If it trains, it raises or trains nothing. A generator that is left before its end, and still
has a name, leaves gradients off for good.

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

There is no automatic fix. Compute inside, yield outside; or decorate the generator. The consumer
then records gradients, as it does with any other iterable.

## References

- [torch.no_grad]

[torch.no_grad]: https://docs.pytorch.org/docs/stable/generated/torch.no_grad.html
"""

from collections.abc import Iterator

from flake8_nograd.model.module_model import ModuleModel
from flake8_nograd.rules.finding import Finding, Level, problem

LEVEL: Level = "warning"


def check(model: ModuleModel) -> Iterator[Finding]:
    """Every ``yield`` inside a ``with`` guard of a plain generator."""
    for notice in model.notices("yield in guard"):
        if model.yields_on_purpose(model.unit(notice.place.unit)):
            continue
        text = "`yield` inside a guard switches gradients off for whoever iterates"
        yield Finding(notice.place.ref, problem(text, "yield outside, or decorate"))
