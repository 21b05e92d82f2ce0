"""Each step is made under a guard, which does nothing: the weights are the same without it.

forwards: TTTT
"""

import torch
from torch import nn


def train(model, optimizer, batches):
    for x, y in batches:
        loss = nn.functional.cross_entropy(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        with torch.no_grad():
            optimizer.step()  # error: NGD202
        print(loss.item())


torch.manual_seed(23)
model = nn.Sequential(nn.Linear(4, 8), nn.Dropout(), nn.Linear(8, 3))
optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
train(model, optimizer, [(torch.randn(6, 4), torch.randint(3, (6,))) for _ in range(4)])
