"""A layer that is built in `forward` is new, and in train mode, at every call.

fix: none
records: 0
prints: same twice: False
"""

import torch
from torch import nn

torch.manual_seed(0)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.out = nn.Linear(16, 2)

    def forward(self, x):
        return self.out(nn.Dropout(0.5)(x))  # error: NGD304


x = torch.randn(3, 16)
model = Net()
model.eval()
with torch.no_grad():
    print("same twice:", torch.equal(model(x), model(x)))
