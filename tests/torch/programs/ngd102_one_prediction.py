"""A model is asked once.

forwards: E -> e
"""

import torch
from torch import nn


def predict(model, image):
    model.eval()
    scores = model(image).softmax(1)
    return scores.max(1).indices.tolist()


def classify(model, image):
    model.eval()
    return model(image).argmax(1).tolist()  # error: NGD102


torch.manual_seed(12)
model = nn.Sequential(nn.Conv2d(1, 3, 3), nn.ReLU(), nn.Flatten(), nn.Linear(48, 5))
print(classify(model, torch.randn(2, 1, 6, 6)))
