"""A guard does not keep batch norm from changing its statistics.

fix: safe
changes: output, buffers
records: 0
prints: statistics stay: False -> statistics stay: True
"""

import torch
from torch import nn

torch.manual_seed(0)
net = nn.Sequential(nn.Linear(4, 8), nn.BatchNorm1d(8), nn.Linear(8, 2))
statistics = net[1].running_mean.clone()
shifted = torch.randn(20, 4) + 3


@torch.no_grad()
def predict(loader):
    labels = []
    for x in loader:
        labels += net(x).argmax(1).tolist()  # error: NGD301
    return labels


print(predict(shifted.split(10)))
print("statistics stay:", torch.equal(statistics, net[1].running_mean))
