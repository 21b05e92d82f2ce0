"""The forward is guarded and the backward is not. Which of them is meant, the author knows.

fix: none
raised: RuntimeError
forwards: t
"""

import torch
from torch import nn


def train_step(model, x, y, optimizer):
    with torch.no_grad():
        loss = nn.functional.mse_loss(model(x), y)
    loss.backward()  # error: NGD203
    optimizer.step()


torch.manual_seed(25)
model = nn.Linear(3, 1)
train_step(model, torch.ones(2, 3), torch.ones(2, 1), torch.optim.SGD(model.parameters(), lr=0.1))
