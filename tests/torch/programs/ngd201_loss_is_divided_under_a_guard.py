"""The graph is built outside, but its last operation is not recorded.

fix: unsafe
raised: RuntimeError -> nothing
forwards: T -> TT
weights: other
"""

import torch
from torch import nn


def accumulate(model, batches):
    for x in batches:
        loss = model(x).square().mean()
        with torch.no_grad():
            (loss / len(batches)).backward()  # error: NGD201


torch.manual_seed(21)
model = nn.Linear(3, 2)
accumulate(model, torch.randn(2, 4, 3))
with torch.no_grad():
    for parameter in model.parameters():
        parameter -= 0.1 * parameter.grad
