"""`.train()` undoes the `.eval()` above it: two runs disagree.

fix: none
records: 0
prints: same twice: False
"""

import torch
from torch import nn

torch.manual_seed(0)
x = torch.randn(12, 4)
model = nn.Sequential(nn.Linear(4, 16), nn.Dropout(), nn.Linear(16, 2))


@torch.no_grad()
def evaluate(model, loader):
    model.eval()
    model.train()  # error: NGD303
    return [model(batch).sum().item() for batch in loader]


print("same twice:", evaluate(model, x.split(4)) == evaluate(model, x.split(4)))
