"""The losses of an epoch are added up with all their graphs.

fix: safe
records: 4
keeps: 23 -> 0
"""

import torch
import torch.nn.functional as F
from torch import nn

torch.manual_seed(0)
x = torch.randn(32, 4)
model = nn.Linear(4, 2)


def train_epoch(model, optimizer, batches):
    total = 0
    for batch in batches:
        loss = F.cross_entropy(model(batch), (batch.sum(1) > 0).long())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss  # error: NGD501
    return total / len(batches)


mean = train_epoch(model, torch.optim.SGD(model.parameters(), lr=0.1), x.split(8))
print(float(mean))
