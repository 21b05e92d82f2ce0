"""One step in inference mode spoils the optimizer's state for the next one.

fix: safe
changes: output, weights
records: 2
raises: RuntimeError: Inplace update to inference tensor outside InferenceMode -> nothing
"""

import torch
import torch.nn.functional as F
from torch import nn

torch.manual_seed(0)
x = torch.randn(16, 3)
model = nn.Linear(3, 3)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)


def train(batches):
    first = F.mse_loss(model(batches[0]), batches[0])
    first.backward()
    with torch.inference_mode():
        optimizer.step()  # error: NGD202
    optimizer.zero_grad()
    second = F.mse_loss(model(batches[1]), batches[1])
    second.backward()
    optimizer.step()
    print(first.item(), second.item())


train(x.split(8))
