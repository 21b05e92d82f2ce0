"""A regression is validated after each epoch, and the next epoch trains on in train mode.

forwards: TTETTETTE -> TTeTTeTTe
"""

import torch as th
from torch import nn


def validate(net, criterion, val_batches):
    net.eval()
    total = 0.0
    for x, y in val_batches:  # error: NGD101
        total += criterion(net(x), y).item()
    return total / len(val_batches)


def fit(net, train_batches, val_batches):
    criterion = nn.MSELoss()
    optimizer = th.optim.Adam(net.parameters(), lr=0.01)
    for epoch in range(3):
        net.train()
        for x, y in train_batches:
            optimizer.zero_grad()
            criterion(net(x), y).backward()
            optimizer.step()
        print(epoch, validate(net, criterion, val_batches))


th.manual_seed(1)
inputs = th.randn(30, 3)
targets = inputs.sum(1, keepdim=True) + 0.1 * th.randn(30, 1)
batches = list(zip(inputs.split(10), targets.split(10), strict=True))
net = nn.Sequential(nn.Linear(3, 8), nn.BatchNorm1d(8), nn.Tanh(), nn.Dropout(0.1), nn.Linear(8, 1))
fit(net, batches[:2], batches[2:])
