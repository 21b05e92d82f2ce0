"""A classifier is trained, then its correct answers on a held-out set are counted.

forwards: TTTTTTEE -> TTTTTTee
"""

import torch
from torch import nn


def train(model, batches, epochs):
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    model.train()
    for _ in range(epochs):
        for x, y in batches:
            loss = nn.functional.cross_entropy(model(x), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()


def evaluate(model, batches):
    model.eval()
    correct = 0
    for x, y in batches:  # error: NGD101
        correct += (model(x).argmax(1) == y).sum().item()
    return correct


torch.manual_seed(0)
inputs, labels = torch.randn(40, 4), torch.randint(3, (40,))
batches = list(zip(inputs.split(8), labels.split(8), strict=True))
model = nn.Sequential(nn.Linear(4, 16), nn.ReLU(), nn.Dropout(0.2), nn.Linear(16, 3))
train(model, batches[:3], epochs=2)
print(evaluate(model, batches[3:]))
