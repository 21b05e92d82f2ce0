"""The guard also holds `zero_grad()`, and a metric that needs it stays inside.

fix: safe
records: 4
"""

import torch
import torch.nn.functional as F
from torch import nn

torch.manual_seed(0)
x = torch.randn(32, 4)
model = nn.Linear(4, 2)
optimizer = torch.optim.RMSprop(model.parameters(), momentum=0.5)


def train_step(x, y):
    out = model(x)
    loss = F.cross_entropy(out, y)
    loss.backward()
    with torch.no_grad():
        accuracy = (out.argmax(1) == y).float().mean()
        optimizer.step()  # error: NGD202
        optimizer.zero_grad()
    return loss.item(), accuracy.item()


for batch in x.split(8):
    print(train_step(batch, (batch.sum(1) > 0).long()))
