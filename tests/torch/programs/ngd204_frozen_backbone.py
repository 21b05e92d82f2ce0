"""A frozen backbone runs in inference mode below a head that is trained.

fix: none
records: 0
raises: RuntimeError: Inference tensors cannot be saved for backward
"""

import torch
import torch.nn.functional as F
from torch import nn

torch.manual_seed(0)
x = torch.randn(16, 6)
backbone, head = nn.Linear(6, 4), nn.Linear(4, 2)
optimizer = torch.optim.SGD(head.parameters(), lr=0.1)


def train(loader):
    for x, y in loader:
        with torch.inference_mode():
            features = backbone(x)
        loss = F.cross_entropy(head(features), y)  # error: NGD204
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()


train(list(zip(x.split(8), (x[:, 0] > 0).long().split(8))))
