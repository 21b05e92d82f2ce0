"""`.eval()` hands a mode to `train`, which takes none.

fix: safe
changes: output
records: 1
raises: TypeError: Net.train() takes 1 positional argument but 2 were given -> nothing
"""

import torch
import torch.nn.functional as F
from torch import nn

torch.manual_seed(0)
x = torch.randn(8, 4)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.backbone = nn.Sequential(nn.Linear(4, 4), nn.BatchNorm1d(4))
        self.head = nn.Linear(4, 4)

    def forward(self, x):
        return self.head(self.backbone(x))

    def train(self):  # error: NGD306
        super().train()
        self.backbone.eval()


def train_step(model, optimizer):
    model.train()
    optimizer.zero_grad()
    F.mse_loss(model(x), x).backward()
    optimizer.step()


@torch.no_grad()
def evaluate(model):
    model.eval()
    return F.mse_loss(model(x), x).item()


model = Net()
train_step(model, torch.optim.SGD(model.parameters(), lr=0.1))
print(evaluate(model))
