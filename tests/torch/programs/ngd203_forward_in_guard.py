"""The forward is guarded, the backward is not: nothing is there to go back through.

fix: none
records: 0
raises: RuntimeError: element 0 of tensors does not require grad
"""

import torch
import torch.nn.functional as F
from torch import nn

torch.manual_seed(0)
x = torch.randn(8, 3)
model = nn.Linear(3, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)


def train_step(x, y):
    with torch.no_grad():
        loss = F.mse_loss(model(x).squeeze(1), y)
    loss.backward()  # error: NGD203
    optimizer.step()


train_step(x, x.sum(1))
