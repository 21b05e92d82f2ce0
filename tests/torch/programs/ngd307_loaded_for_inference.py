"""A loader puts the model in eval mode, and it is trained as it comes.

fix: unsafe
changes: output, weights, buffers
records: 3
prints: batches seen: 0 -> batches seen: 3
"""

import torch
from torch import nn

torch.manual_seed(0)
x = torch.randn(12, 4)


def load():
    model = nn.Sequential(nn.Linear(4, 4), nn.BatchNorm1d(4), nn.Linear(4, 4))
    model.eval()
    return model


def fine_tune(batches):
    model = load()
    optimizer = torch.optim.Adam(model.parameters())
    for batch in batches:
        loss = (model(batch) - batch).pow(2).mean()  # error: NGD307
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return model


model = fine_tune(x.split(4))
print("batches seen:", model[1].num_batches_tracked.item())
