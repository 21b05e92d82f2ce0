"""A function predicts one label.

fix: safe
records: 5 -> 0
"""

import torch
from torch import nn

torch.manual_seed(0)
model = nn.Sequential(nn.Flatten(0), nn.Linear(16, 8), nn.ReLU(), nn.Linear(8, 3))


def predict(model, image):
    model.eval()
    return model(image).softmax(0).argmax().item()  # error: NGD102


print([predict(model, torch.randn(4, 4)) for _ in range(5)])
