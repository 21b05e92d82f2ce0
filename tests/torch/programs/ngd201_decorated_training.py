"""The decorator of an evaluation was copied to the training.

fix: unsafe
changes: output, weights
records: 0 -> 3
raises: RuntimeError: element 0 of tensors does not require grad -> nothing
"""

import torch
from torch import nn

torch.manual_seed(0)
x = torch.randn(24, 5)
model = nn.Sequential(nn.Linear(5, 5), nn.Tanh(), nn.Linear(5, 5))
optimizer = torch.optim.Adam(model.parameters())


@torch.inference_mode()
def train(model, optimizer, batches):
    model.train()
    for batch in batches:
        loss = (model(batch) - batch).pow(2).mean()
        optimizer.zero_grad()
        loss.backward()  # error: NGD201
        optimizer.step()  # error: NGD202
        print(loss.item())


train(model, optimizer, x.split(8))
