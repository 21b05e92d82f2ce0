"""A loop runs a model for evaluation or inference while autograd records.

## What it does

Finds the outermost loop, or the comprehension, that runs a model forward for evaluation or
inference while autograd records, and takes no gradient. Guards are followed through decorators,
`with` blocks, own context managers and all callers in the file. If some callers guard and others
do not, the message names the line of an unguarded one. A loop that trains or evaluates by a flag
(`if phase == "train":`, `if optimizer is not None:`) is judged once for each value of the flag.

## Why it matters

Every batch builds a graph that nobody uses, and `.eval()` does not change that. Measured on a CPU
with four small models, beyond weights and data: a loop that names its output and loss peaks at 5.5
to 11 times the memory of the guarded one, because two graphs are alive at a time; 3.0 to 5.6 times
where it names neither; 20 to 44 times after eight batches where outputs or losses are kept. It
costs less in time: 0.96 to 1.32 times.

## Example

```python
import torch


def evaluate(model, loader):
    model.eval()
    correct = 0
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
    with torch.no_grad():
        for x, y in loader:
            correct += (model(x).argmax(1) == y).sum().item()
    return correct
```

## Not reported

- Loops whose result reaches a gradient: attacks, saliency, forces, latent optimisation,
  meta-learning, policies whose `log_prob` feeds a later loss.
- Epochs in which nothing that the file shows is trained: what runs there trains itself.
- Methods of an `nn.Module`, whose caller decides; helpers that every caller guards.
- Hooks that a framework calls without gradients, such as Lightning's `validation_step`.
- Models of which all parameters are frozen; unit tests and smoke tests.
- Results that go into NumPy as they are, which raises if they have a graph: so somebody guards.
- Results that escape, where nothing says that the code evaluates.

## Fix and its safety

Puts the loop under `with torch.no_grad():`, or `@torch.no_grad()` on the function where all of it
is an evaluation; a guard that stands beside it is widened. Safe where no result leaves the
function, where the model is in eval mode, and where the function's or the data's name says that it
evaluates: the numbers stay the same. Layers that PyTorch fuses where nothing is recorded, a stacked
`nn.LSTM` or the attention and transformers of `torch.nn` with `batch_first=True` in eval mode, may
round otherwise in the last digits, and an `nn.TransformerEncoder` fills padded positions with
zeros; so it is under every guard. Unsafe where results leave and less says so, and where the
function reads `requires_grad` or the like. No fix where a flag decides whether the loop trains,
and in a generator whose `yield` is the forward. `torch.inference_mode()` is no drop-in: its
tensors cannot be used in training.

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
    """One finding per loop, at the outermost that takes no gradient."""
    loops: dict[int, list[Unguarded]] = {}
    for found in unguarded(model):
        if found.loop is not None:
            loops.setdefault(found.loop, []).append(found)
    for loop, inside in loops.items():
        first = inside[0]
        caller = _unguarded_caller(first)
        shorter = f"`{first.unit.name}` runs `{first.forward.text}(...)` with gradients"
        text, how = f"{shorter} recorded", "wrap the loop in"
        if caller is not None:
            text, shorter, how = f"{shorter}, called from line {{line}}", text, "use"
        if any(each.also_trains for each in inside):
            message = problem(text, "guard with `torch.set_grad_enabled(...)`", shorter)
            yield Finding(loop, message, related=caller)
            continue
        yield Finding(
            loop,
            problem(text, remedy(model, first, how), shorter),
            Guard(
                (loop,),
                within=tuple(each.forward.place.ref for each in inside),
                apart=model.gradient_refs(first.unit),
                unit=first.unit.ref if infers_as_a_whole(model, first.unit) else None,
            ),
            related=caller,
            is_safe=all(is_safe_to_guard(model, each) for each in inside),
        )


def _unguarded_caller(found: Unguarded) -> int | None:
    """The unguarded call, where other calls of the unit are guarded."""
    if found.entry.grad.bit_count() == 1 or not found.entry.unguarded:
        return None
    return found.entry.unguarded[0].place.ref
