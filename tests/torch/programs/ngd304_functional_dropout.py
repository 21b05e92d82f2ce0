"""Functional dropout does not hear of `.eval()`.

fix: safe
changes: output
records: 4
prints: same twice: False -> same twice: True
"""

import torch
import torch.nn.functional as F
from torch import nn

torch.manual_seed(0)
x = torch.randn(16, 4)
y = (x.sum(1) > 0).long()


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden = nn.Linear(4, 16)
        self.out = nn.Linear(16, 2)

    def forward(self, x):
        return self.out(F.dropout(F.relu(self.hidden(x)), 0.5))  # error: NGD304


def train(model, optimizer):
    model.train()
    for batch, labels in zip(x.split(4), y.split(4)):
        optimizer.zero_grad()
        F.cross_entropy(model(batch), labels).backward()
        optimizer.step()


@torch.no_grad()
def evaluate(model):
    model.eval()
    return model(x).sum().item()


model = Net()
train(model, torch.optim.SGD(model.parameters(), lr=0.1))
print("same twice:", evaluate(model) == evaluate(model))
