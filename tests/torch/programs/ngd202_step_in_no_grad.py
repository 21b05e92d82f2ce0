"""The optimizer steps under a guard, which does nothing but mislead.

fix: safe
records: 4
"""

import torch
import torch.nn.functional as F
from torch import nn

torch.manual_seed(0)
x = torch.randn(32, 4)
y = (x[:, 0] > x[:, 1]).long()
model = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 2))
optimizer = torch.optim.AdamW(model.parameters(), lr=0.01, amsgrad=True)


def train(model, batches):
    for x, y in batches:
        loss = F.cross_entropy(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        with torch.no_grad():
            optimizer.step()  # error: NGD202
        print(loss.item())


train(model, list(zip(x.split(8), y.split(8))))
