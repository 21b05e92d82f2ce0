"""The class of the guard is entered, not a guard.

fix: safe
changes: output
records: 0
raises: TypeError -> nothing
"""

import torch
from torch import nn

torch.manual_seed(0)
model = nn.Linear(4, 2)
data = torch.randn(8, 4).split(4)


def evaluate(model, loader):
    model.eval()
    with torch.no_grad:  # error: NGD402
        return sum(model(x).sum().item() for x in loader)


print(evaluate(model, data))
