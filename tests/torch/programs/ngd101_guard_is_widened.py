"""Only the first of two models is run under the guard that stands there.

forwards: eEeE -> eeee
"""

import torch
from torch import nn


def evaluate(encoder, head, test_loader):
    encoder.eval()
    head.eval()
    hits = 0
    for x, y in test_loader:  # error: NGD101
        with torch.no_grad():
            features = encoder(x)
        hits += int((head(features).argmax(1) == y).sum())
    return hits


torch.manual_seed(5)
encoder = nn.Sequential(nn.Linear(4, 6), nn.ReLU())
head = nn.Linear(6, 3)
batches = [(torch.randn(5, 4), torch.randint(3, (5,))) for _ in range(2)]
print(evaluate(encoder, head, batches))
