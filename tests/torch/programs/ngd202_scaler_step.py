"""A scaler steps the optimizer under a guard.

fix: safe
records: 4
"""

import torch
from torch import nn

torch.manual_seed(0)
x = torch.randn(20, 4)
model = nn.Sequential(nn.Linear(4, 2), nn.Linear(2, 4))
optimizer = torch.optim.Adam(model.parameters(), lr=0.05)
scaler = torch.amp.GradScaler("cpu")

for batch in x.split(5):
    loss = (model(batch) - batch).pow(2).mean()
    optimizer.zero_grad()
    scaler.scale(loss).backward()
    with torch.no_grad():
        scaler.step(optimizer)  # error: NGD202
    scaler.update()
    print(loss.item())
del loss
