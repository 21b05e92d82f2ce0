"""`model.train` without parentheses leaves the model in eval mode after the first epoch.

fix: unsafe
changes: output, weights, buffers
records: 6
prints: batches seen: 3 -> batches seen: 6
"""

import torch
from torch import nn

torch.manual_seed(0)
x = torch.randn(12, 4)
model = nn.Sequential(nn.Linear(4, 4), nn.BatchNorm1d(4), nn.Linear(4, 4))
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)


def train(batches):
    for _ in range(2):
        model.train  # error: NGD405
        for batch in batches:
            loss = (model(batch) - batch).pow(2).mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        model.eval()
        with torch.no_grad():
            print((model(x) - x).pow(2).mean().item())


train(x.split(4))
print("batches seen:", model[1].num_batches_tracked.item())
