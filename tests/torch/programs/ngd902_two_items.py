"""One `with` guards twice.

fix: safe
records: 0
"""

import torch
from torch import nn

torch.manual_seed(0)
model = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 2)).eval()


def predict(batches):
    labels = []
    with torch.inference_mode():
        for x in batches:
            with torch.no_grad(), torch.autocast("cpu"):  # error: NGD902
                labels.append(model(x).argmax(1).tolist())
    return labels


print(predict(torch.randn(6, 4).split(2)))
