"""The function that steps is decorated; it computes nothing else.

fix: unsafe
records: 4
"""

import torch
from torch import nn

torch.manual_seed(0)
x = torch.randn(20, 4)
model = nn.Linear(4, 4)
optimizer = torch.optim.Adagrad(model.parameters())


@torch.no_grad()
def update(optimizer):
    optimizer.step()  # error: NGD202
    optimizer.zero_grad()


def train(batches):
    for batch in batches:
        loss = (model(batch) - batch).pow(2).mean()
        loss.backward()
        update(optimizer)
        print(loss.item())


train(x.split(5))
