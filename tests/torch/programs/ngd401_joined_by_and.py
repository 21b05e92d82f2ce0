"""`and` gives its last operand: only autocast is entered.

fix: safe
records: 3 -> 0
"""

import torch
from torch import nn

torch.manual_seed(0)
model = nn.Sequential(nn.Linear(6, 12), nn.ReLU(), nn.Linear(12, 3))
data = torch.randn(12, 6).split(4)


def predict(model, loader):
    model.eval()
    labels = []
    with torch.no_grad() and torch.autocast("cpu", dtype=torch.bfloat16):  # error: NGD401
        for x in loader:
            labels += model(x).argmax(1).tolist()
    return labels


print(predict(model, data))
