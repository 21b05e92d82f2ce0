"""A script without functions: training and evaluation one after the other.

forwards: TTTEE -> TTTee
attached: loss
"""

import torch
from torch import nn

torch.manual_seed(11)
model = nn.Sequential(nn.Linear(2, 6), nn.Tanh(), nn.Linear(6, 1))
optimizer = torch.optim.LBFGS(model.parameters(), max_iter=1)

for x in torch.randn(3, 10, 2):
    loss = (model(x) - x.prod(1, keepdim=True)).square().mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step(lambda: loss)

model.eval()
errors = []
for x in torch.randn(2, 10, 2):  # error: NGD101
    errors.append((model(x) - x.prod(1, keepdim=True)).abs().mean().item())
print(errors)
