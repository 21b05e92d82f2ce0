"""A penalty on the weights is computed between two evaluations, and goes backward: no guard on it.

fix: safe
records: 8 -> 0
"""

import torch
from torch import nn

torch.manual_seed(0)
model = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 2))
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
data = torch.randn(20, 4).split(5)


def evaluate(model, loader):
    model.eval()
    hits = 0
    for x in loader:  # error: NGD101
        hits += (model(x).argmax(1) == 0).sum().item()
    penalty = sum(each.pow(2).sum() for each in model.parameters())
    for x in loader:  # error: NGD101
        hits += (model(-x).argmax(1) == 0).sum().item()
    return hits, penalty


def decay():
    hits, penalty = evaluate(model, data)
    penalty.backward()
    optimizer.step()
    print(hits, penalty.item())


decay()
