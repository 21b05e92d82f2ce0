"""Of two functions that share a helper, one guards.

fix: safe
records: 4 -> 0
"""

import torch
from torch import nn

torch.manual_seed(0)
model = nn.Sequential(nn.Linear(3, 6), nn.Sigmoid(), nn.Linear(6, 1))
data = torch.randn(20, 3).split(5)


def _errors(model, batches):
    total = 0.0
    for x in batches:  # error: NGD101
        total += (model(x).squeeze(1) - x.sum(1)).abs().sum().item()
    return total


@torch.no_grad()
def validate(model, batches):
    model.eval()
    return _errors(model, batches)


def test(model, batches):
    model.eval()
    return _errors(model, batches)


print(validate(model, data))
print(test(model, data))
