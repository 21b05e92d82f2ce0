"""No error, and no training: the weights stay where they were, and have no gradient.

fix: none
forwards: tt
printed: True, None
"""

import torch
from torch import nn


def train(model, optimizer, batches):
    for x in batches:
        with torch.no_grad():
            loss = model(x).square().sum()
        loss.requires_grad_(True)  # error: NGD206
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()


torch.manual_seed(29)
model = nn.Linear(4, 2)
before = model.weight.clone().detach()
train(model, torch.optim.SGD(model.parameters(), lr=0.1), torch.randn(2, 5, 4))
print(before.equal(model.weight))
print(model.weight.grad)
