"""Every loss is kept for a plot at the end.

fix: safe
records: 6
keeps: 52 -> 0
"""

import torch
from torch import nn

torch.manual_seed(0)
x = torch.randn(24, 4)
model = nn.Sequential(nn.Linear(4, 2), nn.Tanh(), nn.Linear(2, 4))
optimizer = torch.optim.Adam(model.parameters())
history = []
for batch in x.split(4):
    optimizer.zero_grad()
    loss = (model(batch) - batch).pow(2).mean()
    loss.backward()
    optimizer.step()
    history.append(loss)  # error: NGD501
del loss
print([each.item() for each in history])
