"""A scaler multiplies the loss under the guard: an operation that nobody records.

fix: unsafe
changes: output, weights
records: 1 -> 3
raises: RuntimeError: element 0 of tensors does not require grad -> nothing
"""

import torch
import torch.nn.functional as F
from torch import nn

torch.manual_seed(0)
x = torch.randn(12, 4)
model = nn.Sequential(nn.Linear(4, 4), nn.ReLU(), nn.Linear(4, 2))
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
scaler = torch.amp.GradScaler("cpu")


def train_step(x, y):
    loss = F.cross_entropy(model(x), y)
    optimizer.zero_grad()
    with torch.no_grad():
        scaler.scale(loss).backward()  # error: NGD201
    scaler.step(optimizer)
    scaler.update()
    return loss.item()


print([train_step(x, (x[:, 0] > 0).long()) for _ in range(3)])
