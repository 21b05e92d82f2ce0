"""Somebody has added the guard, and left `volatile` where it was.

fix: unsafe
records: 0
"""

import torch
from torch import nn
from torch.autograd import Variable

torch.manual_seed(0)
model = nn.Linear(4, 2).eval()


@torch.no_grad()
def score(x):
    x = Variable(x, volatile=True)  # error: NGD407
    return model(x).max().item()


print(score(torch.randn(3, 4)))
