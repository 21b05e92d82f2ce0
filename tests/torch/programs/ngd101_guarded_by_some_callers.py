"""A helper that one caller guards and another does not.

forwards: eeEE -> eeee
"""

import torch
from torch import nn


def count_hits(model, batches):
    hits = 0
    for x, y in batches:  # error: NGD101
        hits += (model(x).argmax(1) == y).sum().item()
    return hits


@torch.no_grad()
def validate(model, batches):
    model.eval()
    return count_hits(model, batches)


def test(model, batches):
    model.eval()
    return count_hits(model, batches)


torch.manual_seed(10)
batches = [(torch.randn(8, 4), torch.randint(2, (8,))) for _ in range(2)]
model = nn.Sequential(nn.Linear(4, 4), nn.ReLU(), nn.Linear(4, 2))
print(validate(model, batches), test(model, batches))
