"""Every other step an evaluation freezes batch norm for the rest.

fix: unsafe
changes: output, weights, buffers
records: 6
prints: batches seen: 2 -> batches seen: 6
"""

import torch
from torch import nn

torch.manual_seed(0)
x = torch.randn(24, 4)
model = nn.Sequential(nn.Linear(4, 4), nn.BatchNorm1d(4), nn.Linear(4, 4))


@torch.no_grad()
def validate(model):
    model.eval()
    return (model(x) - x).pow(2).mean().item()


def train(model, optimizer, batches):
    model.train()
    for step, batch in enumerate(batches):
        loss = (model(batch) - batch).pow(2).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if step % 2 == 1:
            print(step, validate(model))  # error: NGD302


train(model, torch.optim.Adam(model.parameters(), lr=0.01), x.split(4))
print("batches seen:", model[1].num_batches_tracked.item())
