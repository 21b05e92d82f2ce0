"""In a file that trains, the change reaches the training too.

fix: unsafe
changes: output, weights
records: 2
prints: [True, True] -> [False, True]
"""

import torch
from torch import nn

torch.manual_seed(0)
x = torch.randn(6, 4)
model = nn.Sequential(nn.Linear(4, 8), nn.Dropout(), nn.Linear(8, 4))


def train(model, optimizer):
    modes = []
    for _ in range(2):
        loss = (model(x) - x).pow(2).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()

        model.training = False  # error: NGD305
        modes.append(model[1].training)
        with torch.no_grad():
            print(model(x).sum().item())
        model.training = True  # error: NGD305
        modes.append(model[1].training)
    print(modes[:2])


train(model, torch.optim.SGD(model.parameters(), lr=0.1))
