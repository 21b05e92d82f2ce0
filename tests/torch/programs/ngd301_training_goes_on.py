"""The model is evaluated between epochs: it goes back to train mode afterwards.

fix: safe
changes: output
records: 4
prints: True [False, False] -> True [True, True]
"""

import torch
import torch.nn.functional as F
from torch import nn

torch.manual_seed(0)
x = torch.randn(24, 4)
y = (x[:, 0] > 0).long()


def main():
    model = nn.Sequential(nn.Linear(4, 16), nn.ReLU(), nn.Dropout(0.3), nn.Linear(16, 2))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    repeats = []
    for _ in range(2):
        for batch, labels in zip(x[:16].split(8), y[:16].split(8)):
            optimizer.zero_grad()
            F.cross_entropy(model(batch), labels).backward()
            optimizer.step()
        with torch.random.fork_rng(), torch.no_grad():
            first, second = [model(x[16:]).sum().item() for _ in range(2)]  # error: NGD301
        repeats.append(first == second)
    print(model.training, repeats)
    return model


model = main()
