"""A number for the log is computed beside the backward; it stays under the guard.

fix: safe
records: 3
"""

import torch
from torch import nn

torch.manual_seed(0)
x = torch.randn(12, 3)
model = nn.Linear(3, 3)
optimizer = torch.optim.Adam(model.parameters(), lr=0.05)


def train_step(batch):
    optimizer.zero_grad()
    out = model(batch)
    loss = (out - batch).pow(2).mean()
    with torch.no_grad():
        loss.backward()  # error: NGD205
        largest = (out - batch).abs().max()
    optimizer.step()
    return loss.item(), largest.item()


for batch in x.split(4):
    print(train_step(batch))
