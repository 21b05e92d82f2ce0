"""`volatile` was the guard of this evaluation, long ago.

fix: safe
records: 4 -> 0
"""

import torch
from torch import nn
from torch.autograd import Variable

torch.manual_seed(0)
model = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 2))
data = torch.randn(20, 4).split(5)


def test(model, loader):
    model.eval()
    hits = 0
    for x in loader:  # error: NGD101
        x = Variable(x, volatile=True)  # error: NGD407
        hits += (model(x).argmax(1) == 0).sum().item()
    return hits


print(test(model, data))
