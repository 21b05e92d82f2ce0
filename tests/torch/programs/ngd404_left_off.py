"""An evaluation switches gradients off, and the next training step finds them so.

fix: unsafe
changes: output, weights
records: 1 -> 2
raises: RuntimeError: element 0 of tensors does not require grad -> nothing
"""

import torch
import torch.nn.functional as F
from torch import nn

torch.manual_seed(0)
x = torch.randn(16, 4)
y = (x[:, 0] > 0).long()
model = nn.Linear(4, 2)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)


def evaluate(model, x, y):
    model.eval()
    torch.set_grad_enabled(False)  # error: NGD404
    return (model(x).argmax(1) == y).sum().item()


def train_step(model, x, y):
    model.train()
    loss = F.cross_entropy(model(x), y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()


for _ in range(2):
    print(train_step(model, x, y))
    print(evaluate(model, x, y))
