"""The whole training step stands under a guard: it raises, and trains when the guard is gone.

fix: unsafe
raised: RuntimeError -> nothing
forwards: t -> TT
printed: other
weights: other
"""

import torch
from torch import nn

torch.manual_seed(20)


def train_step(model, x, y, optimizer):
    with torch.no_grad():
        loss = nn.functional.mse_loss(model(x), y)
        loss.backward()  # error: NGD201
    optimizer.step()
    return loss.item()


model = nn.Linear(3, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
for _ in range(2):
    optimizer.zero_grad()
    print(train_step(model, torch.ones(2, 3), torch.ones(2, 1), optimizer))
