"""A training function validates after each epoch.

fix: safe
records: 12 -> 8
"""

import torch
import torch.nn.functional as F
from torch import nn

torch.manual_seed(0)


class Regressor(nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden = nn.Linear(4, 8)
        self.norm = nn.BatchNorm1d(8)
        self.out = nn.Linear(8, 1)

    def forward(self, x):
        return self.out(torch.tanh(self.norm(self.hidden(x)))).squeeze(1)


def train(model, optimizer, train_loader, val_loader):
    for epoch in range(2):
        model.train()
        for x, y in train_loader:
            loss = F.mse_loss(model(x), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()

        model.eval()
        total = 0.0
        for x, y in val_loader:  # error: NGD101
            total += F.mse_loss(model(x), y).item()
        print(epoch, total / len(val_loader))


x = torch.randn(48, 4)
batches = list(zip(x.split(8), x.prod(1).split(8)))
model = Regressor()
train(model, torch.optim.Adam(model.parameters()), batches[:4], batches[4:])
