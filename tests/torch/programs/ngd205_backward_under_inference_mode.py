"""The first backward leaves gradients that are inference tensors: clipping them raises.

raised: RuntimeError -> nothing
forwards: T -> TT
weights: other
"""

import torch
from torch import nn


def train(model, optimizer, batches):
    for x in batches:
        loss = model(x).square().sum()
        optimizer.zero_grad()
        with torch.inference_mode():
            loss.backward()  # error: NGD205
        nn.utils.clip_grad_norm_(model.parameters(), 0.1)
        optimizer.step()


torch.manual_seed(28)
model = nn.Linear(4, 2)
train(model, torch.optim.SGD(model.parameters(), lr=0.1), torch.randn(2, 5, 4))
