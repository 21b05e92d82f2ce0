"""A model is evaluated, used for inference or exported in train mode.

## What it does

Finds evaluation, inference and export of a model that can be in train mode, where nothing in the
function, the constructor, the loader or the callers puts it in eval mode. Fresh models, and those
of torchvision and timm, come in train mode; `from_pretrained` gives eval mode.

## Why it matters

Dropout stays on: with p = 0.3 and 0.5 the accuracy of a digits classifier fell from 96.8 to 94.4
% and from 96.7 to 89.2 %, and two passes disagreed on 6.6 and 15.9 % of the inputs. Batch norm
hides better: on shuffled inputs the accuracy hardly moved, but sorted by class it fell from 98.9 to
65.6 %. And a single pass over shifted inputs overwrote the running statistics, and the accuracy of
the model in eval mode fell from 98.9 to 92.5 %. A guard does not prevent
that. An export in train mode has dropout in it for good.

## Example

```python
import torch
from torch import nn


@torch.no_grad()
def main(loader):
    model = nn.Sequential(nn.Linear(784, 64), nn.Dropout(), nn.Linear(64, 10))
    model.load_state_dict(torch.load("model.pt"))
    for x in loader:
        print(model(x).argmax(1))
```

## Use instead

```python
import torch
from torch import nn


@torch.no_grad()
def main(loader):
    model = nn.Sequential(nn.Linear(784, 64), nn.Dropout(), nn.Linear(64, 10))
    model.load_state_dict(torch.load("model.pt"))
    model.eval()
    for x in loader:
        print(model(x).argmax(1))
```

## Not reported

- Bare parameters, where no caller in the file shows the mode and the function is not plainly an
  evaluation by its name; single steps of an evaluation; what a base class in another file runs.
- What a class or factory of another file makes, if it is told that nobody trains: `train=False`,
  `mode="eval"`; what an object of another file holds, once its own `eval(...)` has been called.
- Monte-Carlo dropout, batch-norm recalibration, and a comment that says that train mode is meant.
- Samples from a generator during training; targets and teachers in a training step.
- Hooks that a framework calls in eval mode; unit tests and smoke tests.

## Fix and its safety

Calls `.eval()` before the forward, outside of its loop. Where training goes on and nothing else
calls `.train()`, it is called after the last of the evaluations; in a function that a training loop
calls, the model gets back the mode that it had, for other callers may have put it in eval mode. The
evaluation gives other numbers from then on, the same at each run: that is the point. Dropout draws
no random numbers in it any more, so those drawn after it, in training too, are others. Safe where
the file shows all of that; unsafe where the model comes from callers that are in other files, which
may train with it afterwards. No fix for a model that has no name, such as `build()(x)`, where a
flag decides whether the same line trains, and where evaluations lie on both sides of training.

## References

- [torch.nn.Module.eval]
- [Evaluation mode]

[torch.nn.Module.eval]: https://docs.pytorch.org/docs/stable/generated/torch.nn.Module.html#torch.nn.Module.eval
[Evaluation mode]: https://docs.pytorch.org/docs/stable/notes/autograd.html#evaluation-mode-nn-module-eval
"""

from collections.abc import Iterator

from flake8_nograd.model.evaluations import (
    evaluates_in_train_mode,
    goes_on_training,
    is_put_back_in_train_mode,
)
from flake8_nograd.model.events import Forward
from flake8_nograd.model.module_model import ModuleModel
from flake8_nograd.rules.finding import Finding, InsertCall, Level, problem

LEVEL: Level = "warning"


def check(model: ModuleModel) -> Iterator[Finding]:
    """One finding per unit and model, at the first forward."""
    reported: set[tuple[int, str]] = set()
    for forward in model.forwards():
        key = (forward.place.unit, forward.model_text)
        if key in reported or not evaluates_in_train_mode(model, forward):
            continue
        reported.add(key)
        name = forward.model_text
        if forward.kind == "export":
            text = f"`{name}` is exported in train mode"
        else:
            text = f"`{forward.text}(...)` evaluates a model in train mode"
        yield Finding(
            forward.place.ref,
            problem(text, f"call `{name}.eval()` first", f"`{name}` is in train mode"),
            None if model.trains_elsewhere(forward) else _remedy(model, forward),
            is_safe=not model.is_seen_from_outside(forward),
        )


def _remedy(model: ModuleModel, forward: Forward) -> InsertCall | None:
    goes_on = goes_on_training(model, forward) and not is_put_back_in_train_mode(model, forward)
    trains_here = not model.gradient_loops.isdisjoint(forward.place.loops)
    last = _last_evaluation(model, forward)
    if goes_on and last is None:
        return None
    return InsertCall(
        forward.model_text,
        forward.place.ref,
        around=model.outermost_evaluation(forward),
        until=None if last is None else model.outermost_evaluation(last),
        before="eval",
        after="train" if goes_on and trains_here else None,
        restores=goes_on and not trains_here,
    )


def _last_evaluation(model: ModuleModel, forward: Forward) -> Forward | None:
    """The last evaluation of the same model in the unit; None where it is trained in between."""
    last, is_trained = forward, False
    for each in sorted(model.forwards(), key=lambda each: each.place.ref):
        if each.place.unit != forward.place.unit or each.place.ref <= forward.place.ref:
            continue
        if each.model_text != forward.model_text:
            continue
        if not evaluates_in_train_mode(model, each):
            is_trained = True
        elif is_trained:
            return None
        else:
            last = each
    return last
