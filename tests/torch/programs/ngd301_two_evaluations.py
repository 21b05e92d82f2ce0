"""Two evaluations between the epochs: train mode comes back after both.

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
            first = [model(batch).sum().item() for batch in x[16:].split(4)]  # error: NGD301
            second = [model(batch).sum().item() for batch in x[16:].split(4)]
        repeats.append(first == second)
    print(model.training, repeats)
    return model


model = main()
