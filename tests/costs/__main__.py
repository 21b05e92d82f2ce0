"""Measures what a missing guard and a missing ``.eval()`` cost, and writes ``docs/costs.md``.

Takes about ten minutes. What is measured stands in ``tests/costs/measured.json``;
``python docs/plots.py`` draws it.
"""

from __future__ import annotations

import json
import platform
import sys
from collections.abc import Iterator

import torch

from tests.costs import memory, modes, page, seconds
from tests.costs.evaluations import GUARDS, LOOPS, MODELS
from tests.costs.page import FIGURES, PAGE, Costs, OfDevice, Size


def main() -> int:
    """Measure everything, on all devices that there are, and write it down."""
    costs: Costs = {
        "versions": {"Python": platform.python_version(), "PyTorch": torch.__version__},
        "models": {name: size(name) for name in MODELS},
        "devices": {device: of_device(device) for device in devices()},
        "modes": {name: modes.measured(name) for name in modes.CLASSIFIERS},
    }
    FIGURES.write_text(json.dumps(costs, indent=1) + "\n", encoding="utf-8", newline="\n")
    PAGE.write_text(page.written(costs), encoding="utf-8", newline="\n")
    return 0


def devices() -> Iterator[str]:
    """Where models run here."""
    yield "cpu"
    if torch.cuda.is_available():
        yield "cuda"


def size(name: str) -> Size:
    """What a model and its data take anyway, in bytes."""
    model, batches = MODELS[name].build(), MODELS[name].batches("cpu")
    return {
        "describes": MODELS[name].describes,
        "weights": sum(each.nbytes for each in model.state_dict().values()),
        "data": sum(x.nbytes + y.nbytes for x, y in batches),
    }


def of_device(device: str) -> OfDevice:
    """All that is measured on a device."""
    found: OfDevice = {"name": name_of(device), "memory": {}, "seconds": {}}
    for model in MODELS:
        print(f"{device}: {model}", file=sys.stderr)
        found["memory"][model] = {
            loop: {guard: memory.measured(model, loop, guard, device) for guard in GUARDS}
            for loop in LOOPS
        }
        found["seconds"][model] = seconds.measured(model, device)
    found["seconds"]["tiny MLP, one input at a time"] = seconds.measured_one_by_one(device)
    return found


def name_of(device: str) -> str:
    """What the device is called in the tables."""
    return torch.cuda.get_device_name() if device == "cuda" else "CPU"


if __name__ == "__main__":
    sys.exit(main())
