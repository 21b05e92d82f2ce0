"""An evaluation that lets only numbers out may as well run in inference mode.

fix: unsafe
records: 0
"""

import torch
from torch import nn

torch.manual_seed(0)
model = nn.Sequential(nn.Linear(4, 8), nn.BatchNorm1d(8), nn.Linear(8, 2))
data = torch.randn(20, 4).split(5)


def evaluate(model, loader):
    model.eval()
    hits = 0
    with torch.no_grad():  # error: NGD901
        for x in loader:
            hits += (model(x).argmax(1) == 0).sum().item()
    return hits


print(evaluate(model, data))
