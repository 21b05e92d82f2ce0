"""A loss of labels, which have no gradient, is wrapped in a `Variable`.

fix: none
records: 1
prints: trained: False
"""

import torch
from torch import nn
from torch.autograd import Variable

torch.manual_seed(0)
x = torch.randn(8, 3)
y = (x.sum(1) > 0).long()
model = nn.Linear(3, 2)
before = model.weight.detach().clone()


def train(model):
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    loss = (model(x).argmax(1) != y).float().mean()
    loss = Variable(loss, requires_grad=True)  # error: NGD206
    loss.backward()
    optimizer.step()


train(model)
print("trained:", not torch.equal(before, model.weight))
