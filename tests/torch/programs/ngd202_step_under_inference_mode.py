"""The first step makes the optimizer's state inference tensors, so the next one raises.

raised: RuntimeError -> nothing
forwards: TT
printed: other
weights: other
"""

import torch
from torch import nn


def first_step(model, optimizer, x):
    model(x).sum().backward()
    with torch.inference_mode():
        optimizer.step()  # error: NGD202


def second_step(model, optimizer, x):
    model(x).sum().backward()
    optimizer.step()


torch.manual_seed(24)
model = nn.Linear(2, 2)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
first_step(model, optimizer, torch.ones(1, 2))
second_step(model, optimizer, torch.ones(1, 2))
print("trained")
