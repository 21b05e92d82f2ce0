"""A decorator is the guard.

fix: unsafe
raised: RuntimeError -> nothing
forwards: t -> TTT
weights: other
"""

import torch
from torch import nn


@torch.no_grad()
def fit(model, optimizer, batches):
    for x in batches:
        loss = (model(x) - 1).abs().sum()
        optimizer.zero_grad()
        loss.backward()  # error: NGD201
        optimizer.step()  # error: NGD202


torch.manual_seed(22)
model = nn.Linear(4, 1)
fit(model, torch.optim.AdamW(model.parameters()), torch.randn(3, 2, 4))
