"""The way back through a graph needs no recording: the gradients are the same.

forwards: TTT
"""

import torch
from torch import nn


def train(model, optimizer, batches):
    for x in batches:
        loss = (model(x) - x).square().mean()
        with torch.no_grad():
            optimizer.zero_grad()
            loss.backward()  # error: NGD205
        optimizer.step()
        print(loss.item(), [each.grad.sum().item() for each in model.parameters()])


torch.manual_seed(27)
model = nn.Sequential(nn.Linear(4, 2), nn.Tanh(), nn.Linear(2, 4))
train(model, torch.optim.SGD(model.parameters(), lr=0.1), torch.randn(3, 5, 4))
