"""A whole training step stands under a guard.

fix: unsafe
changes: output, weights
records: 0 -> 3
raises: RuntimeError: element 0 of tensors does not require grad -> nothing
"""

import torch
import torch.nn.functional as F
from torch import nn

torch.manual_seed(0)
x = torch.randn(16, 3)
model = nn.Linear(3, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)


def train_step(x, y):
    with torch.no_grad():
        loss = F.mse_loss(model(x).squeeze(1), y)
        optimizer.zero_grad()
        loss.backward()  # error: NGD201
    optimizer.step()
    return loss.item()


print([train_step(x, x.sum(1)) for _ in range(3)])
