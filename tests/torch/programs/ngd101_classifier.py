"""A classifier is evaluated after training, in eval mode but without a guard.

fix: safe
records: 16 -> 8
"""

import torch
import torch.nn.functional as F
from torch import nn

torch.manual_seed(0)
x = torch.randn(64, 8)
y = (x.sum(1) > 0).long()
batches = list(zip(x.split(16), y.split(16)))
model = nn.Sequential(nn.Linear(8, 16), nn.ReLU(), nn.Dropout(), nn.Linear(16, 2))
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)


def train(model, batches):
    model.train()
    for x, y in batches:
        optimizer.zero_grad()
        F.cross_entropy(model(x), y).backward()
        optimizer.step()


def evaluate(model, batches):
    model.eval()
    correct = 0
    for x, y in batches:  # error: NGD101
        correct += (model(x).argmax(1) == y).sum().item()
    return correct / 64


for _ in range(2):
    train(model, batches)
    print(evaluate(model, batches))
