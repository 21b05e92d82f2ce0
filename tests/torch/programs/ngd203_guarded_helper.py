"""The loss comes from a helper that guards itself.

fix: none
records: 0
raises: RuntimeError: element 0 of tensors does not require grad
"""

import torch
import torch.nn.functional as F
from torch import nn

torch.manual_seed(0)
x = torch.randn(8, 3)
model = nn.Linear(3, 3)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)


@torch.no_grad()
def reconstruction_loss(model, x):
    return F.mse_loss(model(x), x)


def train(batches):
    for batch in batches:
        loss = reconstruction_loss(model, batch)
        optimizer.zero_grad()
        loss.backward()  # error: NGD203
        optimizer.step()


train(x.split(4))
