"""Evaluation inside a training run leaves the model in eval mode.

## What it does

Finds the call inside a training loop that leaves a model in eval mode for the next training step.

## Why it matters

From there on dropout is off and batch norm is frozen. How much that costs depends: in a toy run a
CNN with batch norm ended at 98.05 % where the restored one had 98.5 %, and a small network with
dropout even gained. Nobody chose it, and nothing says so.

## Example

```python
import torch


def evaluate(model, loader):
    model.eval()
    with torch.no_grad():
        return sum(model(x).sum().item() for x in loader)


def train(model, criterion, optimizer, loader, held_out):
    model.train()
    for epoch in range(10):
        for x, y in loader:
            loss = criterion(model(x), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        print(evaluate(model, held_out))
```

## Use instead

```python
import torch


def evaluate(model, loader):
    model.eval()
    with torch.no_grad():
        return sum(model(x).sum().item() for x in loader)


def train(model, criterion, optimizer, loader, held_out):
    for epoch in range(10):
        model.train()
        for x, y in loader:
            loss = criterion(model(x), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        print(evaluate(model, held_out))
```

## Not reported

- Evaluation functions that restore the mode themselves.
- Training in eval mode from the start, which is meant: a frozen batch norm.
- Evaluation after the last training step.
- Models whose mode before the loop is unknown.

## Fix and its safety

Unsafe: calls `.train()` at the head of the loop over epochs, after the call that evaluates, or at
the end of the block that evaluates now and then. Training gives other numbers from then on: that
is the point. Children that were put in eval mode on purpose go back to train mode with it.

## References

- [torch.nn.Module.train]
- [Evaluation mode]

[torch.nn.Module.train]: https://docs.pytorch.org/docs/stable/generated/torch.nn.Module.html#torch.nn.Module.train
[Evaluation mode]: https://docs.pytorch.org/docs/stable/notes/autograd.html#evaluation-mode-nn-module-eval
"""

from collections.abc import Iterator

from flake8_nograd.model.events import Place
from flake8_nograd.model.module_model import ModuleModel
from flake8_nograd.model.training import unrestored
from flake8_nograd.rules.finding import Finding, InsertCall, Level, problem

LEVEL: Level = "warning"


def check(model: ModuleModel) -> Iterator[Finding]:
    """One finding for each call that leaves a model in eval mode for the next training step."""
    for place, name in unrestored(model):
        text = f"`{name}` stays in eval mode: training goes on without dropout"
        yield Finding(
            place.ref,
            problem(text, f"call `{name}.train()` again", f"`{name}` stays in eval mode"),
            _remedy(model, place, name),
            is_safe=False,
        )


def _remedy(model: ModuleModel, place: Place, name: str) -> InsertCall:
    """At the end of the block that evaluates now and then; else at the head of the loop."""
    if not model.is_switch(place):
        return InsertCall(name, place.ref, place.ref, after="train")
    if place.conditional:
        return InsertCall(name, place.ref, place.ref, after="train", at_end=True)
    return InsertCall(name, place.ref, place.ref, before="train", head_of=place.loops[0])
