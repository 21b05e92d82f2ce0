"""The guard stands around the generator's loop: as a decorator it lets go at each `yield`.

fix: unsafe
records: 3
"""

import torch
from torch import nn

torch.manual_seed(0)
teacher, student = nn.Linear(4, 2).eval(), nn.Linear(4, 2)
optimizer = torch.optim.Adam(student.parameters())


def targets(batches):
    with torch.no_grad():
        for batch in batches:
            yield batch, teacher(batch)  # error: NGD403


def distill(batches):
    for batch, target in list(targets(batches)):
        loss = (student(batch) - target).pow(2).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        print(loss.item())


distill(torch.randn(12, 4).split(4))
