"""Autocast does not turn gradients off.

fix: safe
records: 3 -> 0
"""

import torch
from torch import nn

torch.manual_seed(0)
model = nn.Sequential(nn.Linear(6, 12), nn.ReLU(), nn.Linear(12, 3))
data = torch.randn(30, 6).split(10)


def predict(model, loader):
    model.eval()
    labels = []
    with torch.autocast("cpu", dtype=torch.bfloat16):
        for x in loader:  # error: NGD101
            labels += model(x).argmax(1).tolist()
    return labels


print(predict(model, data))
