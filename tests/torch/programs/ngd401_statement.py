"""A guard is made and thrown away before the evaluation.

fix: safe
records: 4 -> 0
"""

import torch
from torch import nn

torch.manual_seed(0)
model = nn.Sequential(nn.Linear(4, 8), nn.Dropout(), nn.Linear(8, 2))
data = torch.randn(20, 4).split(5)


def evaluate(model, loader):
    model.eval()
    torch.no_grad()  # error: NGD401
    hits = 0
    for x in loader:
        hits += (model(x).argmax(1) == 0).sum().item()
    return hits


print(evaluate(model, data))
