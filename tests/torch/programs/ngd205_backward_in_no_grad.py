"""The graph was built outside of the guard: the way back through it needs no recording.

fix: safe
records: 3
"""

import torch
import torch.nn.functional as F
from torch import nn

torch.manual_seed(0)
x = torch.randn(24, 4)
model = nn.Sequential(nn.Linear(4, 8), nn.GELU(), nn.Linear(8, 2))
optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)


def train_step(x, y):
    loss = F.cross_entropy(model(x), y)
    optimizer.zero_grad()
    with torch.no_grad():
        loss.backward()  # error: NGD205
    optimizer.step()
    return loss.item()


for batch in x.split(8):
    print(train_step(batch, (batch.mean(1) > 0).long()))
