"""An evaluation sums up its loss: with the guard that is missing, the sum keeps nothing.

fix: safe
records: 4 -> 0
keeps: 33 -> 0
"""

import torch
import torch.nn.functional as F
from torch import nn

torch.manual_seed(0)
x = torch.randn(24, 4)
model = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 4))


def evaluate(model, loader):
    model.eval()
    loss = 0.0
    for batch in loader:  # error: NGD101
        loss += F.mse_loss(model(batch), batch)
    return loss / len(loader)


mean = evaluate(model, x.split(6))
print(float(mean))
