"""A helper evaluates for a training loop: the model gets back the mode that it had.

fix: safe
changes: output
records: 2
prints: [True, True]
"""

import torch
import torch.nn.functional as F
from torch import nn

torch.manual_seed(0)
x = torch.randn(16, 4)
y = (x[:, 0] > 0).long()


def validate(model):
    with torch.random.fork_rng(), torch.no_grad():
        hits = 0
        for batch, labels in zip(x.split(4), y.split(4)):
            hits += (model(batch).argmax(1) == labels).sum().item()  # error: NGD301
    print(hits)


def main():
    model = nn.Sequential(nn.Linear(4, 16), nn.ReLU(), nn.Dropout(0.6), nn.Linear(16, 2))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    modes = []
    for _ in range(2):
        optimizer.zero_grad()
        F.cross_entropy(model(x), y).backward()
        optimizer.step()
        validate(model)
        modes.append(model.training)
    print(modes)
    return model


model = main()
