"""The evaluation after the first epoch takes dropout out of all that follow.

fix: unsafe
changes: output, weights
records: 3
prints: [True, False, False] -> [True, True, True]
"""

import torch
import torch.nn.functional as F
from torch import nn

torch.manual_seed(0)
x = torch.randn(16, 4)
y = (x.sum(1) > 0).long()
model = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Dropout(), nn.Linear(8, 2))


def evaluate(model):
    model.eval()
    with torch.no_grad():
        return F.cross_entropy(model(x), y).item()


def train(model, optimizer, epochs):
    modes = []
    model.train()
    for _ in range(epochs):
        modes.append(model.training)
        loss = F.cross_entropy(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        print(evaluate(model))  # error: NGD302
    print(modes)


train(model, torch.optim.SGD(model.parameters(), lr=0.1), 3)
