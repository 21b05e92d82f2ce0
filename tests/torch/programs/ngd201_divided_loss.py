"""The loss has a graph, but the division happens under the guard.

fix: unsafe
changes: output, weights
records: 1 -> 4
raises: RuntimeError: element 0 of tensors does not require grad -> nothing
"""

import torch
from torch import nn

torch.manual_seed(0)
x = torch.randn(16, 4)
model = nn.Linear(4, 4)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)


def train(batches):
    for batch in batches:
        loss = (model(batch) - batch).abs().mean()
        with torch.no_grad():
            (loss / len(batches)).backward()  # error: NGD201
    optimizer.step()


train(x.split(4))
print(model.weight.tolist())
