"""All outputs are kept in a list, and their graphs with them: until the guard.

forwards: EEEE -> eeee
attached: outputs -> nothing
"""

import torch
from torch import nn


def predict(model, test_loader):
    model.eval()
    outputs = []
    for x in test_loader:  # error: NGD101
        outputs.append(model(x))
    return outputs


torch.manual_seed(3)
model = nn.Sequential(nn.Conv1d(2, 4, 3), nn.BatchNorm1d(4), nn.ReLU(), nn.Flatten(), nn.Linear(24, 2))
outputs = predict(model, torch.randn(4, 5, 2, 8))
for output in outputs:
    print(output.tolist())
