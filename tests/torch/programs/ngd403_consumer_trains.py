"""A generator guards its features, and switches off the gradients of the training around it.

fix: unsafe
changes: output, weights
records: 0 -> 3
raises: RuntimeError: element 0 of tensors does not require grad -> nothing
"""

import torch
from torch import nn

torch.manual_seed(0)
x = torch.randn(12, 4)
backbone, head = nn.Linear(4, 3), nn.Linear(3, 4)
optimizer = torch.optim.SGD(head.parameters(), lr=0.1)


def features(batches):
    for batch in batches:
        with torch.no_grad():
            yield batch, backbone(batch)  # error: NGD403


def train():
    for batch, feature in features(x.split(4)):
        loss = (head(feature) - batch).pow(2).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        print(loss.item())


train()
