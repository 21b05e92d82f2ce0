"""A model is run for inference, outside a loop, while autograd records.

## What it does

Finds a forward for inference outside a loop (a request handler, a demo, samples drawn in a
training loop) that runs while autograd records. One finding for each function and block, at the
first forward.

## Why it matters

The graph of the forward is built and kept as long as the result lives. Measured on a CPU, beyond
weights and data, an evaluation without a guard peaks at 3.0 to 11 times the memory of the guarded
one; for a tiny network and one input at a time, where overhead counts most, it takes 1.33 times as
long.

## Example

```python
import torch


def predict(model, image):
    model.eval()
    return model(image).argmax(1).item()
```

## Use instead

```python
import torch


@torch.no_grad()
def predict(model, image):
    model.eval()
    return model(image).argmax(1).item()
```

## Not reported

- What NGD101 leaves alone, for the same reasons.
- Forwards inside a training step: teachers, targets, policies.
- `generate()` and pipelines of libraries, which guard themselves.
- Tracing, export, profilers and summaries; `print(net(torch.randn(...)).shape)` as a smoke test.

## Fix and its safety

Puts the forward under `with torch.no_grad():`, or `@torch.no_grad()` on the function where all of
it is an evaluation; a guard that stands beside it is widened. Safe and unsafe as for NGD101. On an
`async def` it is always the `with`, without any `await` in it. A lambda has no fix.

## References

- [Locally disabling gradient computation]
- [torch.no_grad]

[Locally disabling gradient computation]: https://docs.pytorch.org/docs/stable/notes/autograd.html#locally-disabling-gradient-computation
[torch.no_grad]: https://docs.pytorch.org/docs/stable/generated/torch.no_grad.html
"""

from collections.abc import Iterator

from flake8_nograd.model.evaluations import (
    Unguarded,
    infers_as_a_whole,
    is_safe_to_guard,
    remedy,
    unguarded,
)
from flake8_nograd.model.module_model import ModuleModel
from flake8_nograd.rules.finding import Finding, Guard, Level, problem

LEVEL: Level = "warning"


def check(model: ModuleModel) -> Iterator[Finding]:
    """One finding per function and block, at the first forward."""
    blocks: dict[tuple[int, int], list[Unguarded]] = {}
    for found in unguarded(model):
        if found.loop is None:
            place = found.forward.place
            blocks.setdefault((place.unit, place.block), []).append(found)
    for inside in blocks.values():
        first = inside[0]
        text = f"`{first.forward.text}(...)` runs for inference with gradients recorded"
        shorter = f"`{first.forward.text}(...)` infers with gradients recorded"
        if any(each.also_trains for each in inside):
            message = problem(text, "guard with `torch.set_grad_enabled(...)`", shorter)
            yield Finding(first.forward.place.ref, message)
            continue
        yield Finding(
            first.forward.place.ref,
            problem(text, remedy(model, first, "guard it with"), shorter),
            Guard(
                tuple(each.forward.place.ref for each in inside),
                apart=model.gradient_refs(first.unit),
                unit=first.unit.ref if infers_as_a_whole(model, first.unit) else None,
            ),
            is_safe=all(is_safe_to_guard(model, each) for each in inside),
        )
