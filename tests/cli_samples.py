"""Code that the tests of ``nograd-fix`` mend, with one finding of each kind."""

MENDABLE = b"""\
import torch


def predict(model: torch.nn.Module, x):
    model.eval
    with torch.no_grad():
        return model(x)
"""
"""One finding, NGD405 on line 5, with a safe fix."""

MENDED = MENDABLE.replace(b"model.eval\n", b"model.eval()\n")

LEFT = b"""\
import torch


async def predict(model: torch.nn.Module, x, send):
    model.eval()
    with torch.no_grad():
        await send(model(x))
"""
"""One finding, NGD408 on line 7, that cannot be mended."""

UNGUARDED = b"""\
import torch


def evaluate(model, loader):
    model.eval()
    return sum((model(x).argmax(1) == y).sum().item() for x, y in loader)
"""
"""One finding, NGD101, with a safe fix that inserts a guard."""

UNSAFE = b"""\
import torch


def batches(model: torch.nn.Module, loader):
    model.eval()
    with torch.no_grad():
        for x in loader:
            yield model(x)
"""
"""One finding, NGD403, with an unsafe fix."""

CLEAN = b"import torch\n\nprint(torch.ones(1))\n"
BROKEN = b"import torch\n\ndef broken(:\n"

BOTH = MENDABLE + b"\n\n" + LEFT.partition(b"\n\n\n")[2]
"""NGD405 on line 5, and NGD408 on line 13."""
