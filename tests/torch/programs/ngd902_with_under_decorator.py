"""The decorator guards already.

fix: safe
records: 0
"""

import torch
from torch import nn

torch.manual_seed(0)
model = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 2)).eval()


@torch.no_grad()
def predict(x):
    with torch.no_grad():  # error: NGD902
        out = model(x)
    return out.argmax(1).tolist()


print(predict(torch.randn(5, 4)))
