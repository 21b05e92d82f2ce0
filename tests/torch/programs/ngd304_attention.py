"""Scaled dot-product attention drops whenever its `dropout_p` is not 0.

fix: safe
changes: output
records: 1
prints: same twice: False -> same twice: True
"""

import torch
import torch.nn.functional as F
from torch import nn

torch.manual_seed(0)


class Attention(nn.Module):
    def __init__(self):
        super().__init__()
        self.projection = nn.Linear(8, 24)

    def forward(self, x):
        q, k, v = self.projection(x).chunk(3, -1)
        return F.scaled_dot_product_attention(q, k, v, dropout_p=0.4)  # error: NGD304


def train_step(model, x):
    loss = (model(x) - x).pow(2).mean()
    loss.backward()
    torch.optim.SGD(model.parameters(), lr=0.1).step()


x = torch.randn(2, 5, 8)
model = Attention()
train_step(model, x)
model.eval()
with torch.no_grad():
    print("same twice:", torch.equal(model(x), model(x)))
