"""`model.train` without parentheses leaves batch norm frozen.

fix: unsafe
same: nothing
records: ?
prints: batches seen: 0 -> batches seen: 3
"""

import torch
from torch import nn

torch.manual_seed(0)
x = torch.randn(12, 4)
model = nn.Sequential(nn.Linear(4, 4), nn.BatchNorm1d(4), nn.Linear(4, 4))
model.eval()
with torch.no_grad():
    print(model(x).sum().item())


def train(model, optimizer, batches):
    model.train  # error: NGD405
    for batch in batches:
        loss = (model(batch) - batch).pow(2).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()


train(model, torch.optim.SGD(model.parameters(), lr=0.1), x.split(4))
print("batches seen:", model[1].num_batches_tracked.item())
