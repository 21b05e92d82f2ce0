"""A fresh model with dropout is evaluated in train mode.

fix: safe
changes: output
records: 0
prints: same twice: False -> same twice: True
"""

import torch
from torch import nn

torch.manual_seed(0)
model = nn.Sequential(nn.Linear(4, 16), nn.ReLU(), nn.Dropout(), nn.Linear(16, 2))
x = torch.randn(20, 4)


@torch.no_grad()
def evaluate(batches):
    return [model(batch).sum().item() for batch in batches]  # error: NGD301


first = evaluate(x.split(5))
print(first)
print("same twice:", first == evaluate(x.split(5)))
