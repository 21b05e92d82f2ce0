"""The error of NGD203 is silenced, and nothing trains.

fix: none
records: 0
prints: trained: False
"""

import torch
import torch.nn.functional as F
from torch import nn

torch.manual_seed(0)
x = torch.randn(8, 3)
model = nn.Linear(3, 1)
before = model.weight.detach().clone()


def train(model, x, y):
    optimizer = torch.optim.Adam(model.parameters())
    for _ in range(3):
        with torch.no_grad():
            loss = F.mse_loss(model(x).squeeze(1), y)
        loss.requires_grad_(True)  # error: NGD206
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()


train(model, x, x.sum(1))
print("trained:", not torch.equal(before, model.weight))
