"""A model that came in eval mode is trained, and nothing puts it in train mode.

## What it does

Finds the first training forward of a model that came in eval mode (`from_pretrained`, or
`.eval()` after loading), is trained by hand, and is never put in train mode.

## Why it matters

It trains without dropout and with frozen batch norm. The loss falls all the same, so nothing
shows.

## Example

```python
import torch
from transformers import AutoModelForSequenceClassification


def main(loader):
    model = AutoModelForSequenceClassification.from_pretrained("bert-base-uncased")
    optimizer = torch.optim.AdamW(model.parameters())
    for batch in loader:
        loss = model(**batch).loss
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
```

## Use instead

```python
import torch
from transformers import AutoModelForSequenceClassification


def main(loader):
    model = AutoModelForSequenceClassification.from_pretrained("bert-base-uncased")
    model.train()
    optimizer = torch.optim.AdamW(model.parameters())
    for batch in loader:
        loss = model(**batch).loss
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
```

## Not reported

- Eval mode on purpose: frozen batch norm, or a comment that says so.
- Training by a framework's trainer, which sets the mode.
- Models whose parameters reach no optimizer in the file.

## Fix and its safety

Unsafe: calls `.train()` before the loop. Training gives other numbers from then on, and eval mode
may have been meant.

## References

- [torch.nn.Module.train]
- [Evaluation mode]

[torch.nn.Module.train]: https://docs.pytorch.org/docs/stable/generated/torch.nn.Module.html#torch.nn.Module.train
[Evaluation mode]: https://docs.pytorch.org/docs/stable/notes/autograd.html#evaluation-mode-nn-module-eval
"""

from collections.abc import Iterator

from flake8_nograd.model.events import Forward
from flake8_nograd.model.module_model import ModuleModel
from flake8_nograd.model.training import trained_in_eval_mode
from flake8_nograd.rules.finding import Finding, InsertCall, Level, problem

LEVEL: Level = "warning"


def check(model: ModuleModel) -> Iterator[Finding]:
    """The first training forward of each such model."""
    for forward in trained_in_eval_mode(model):
        name = forward.model_text
        text = f"`{name}` is trained in eval mode: no dropout, batch norm frozen"
        yield Finding(
            forward.place.ref,
            problem(text, f"call `{name}.train()` first"),
            InsertCall(name, forward.place.ref, _loop(forward), before="train"),
            is_safe=False,
        )


def _loop(forward: Forward) -> int:
    """The outermost loop around the forward."""
    return forward.place.loops[0] if forward.place.loops else forward.place.ref
