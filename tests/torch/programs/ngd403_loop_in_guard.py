"""The guard stands around the generator's loop: as a decorator it lets go at each `yield`.

fix: unsafe
same: output, weights
records: ?
"""

import torch
from torch import nn

torch.manual_seed(0)
teacher, student = nn.Linear(4, 2).eval(), nn.Linear(4, 2)


def targets(batches):
    with torch.no_grad():
        for batch in batches:
            yield batch, teacher(batch)  # error: NGD403


def distances(batches):
    for batch, target in targets(batches):
        print((student(batch) - target).pow(2).mean().item())


distances(torch.randn(12, 4).split(4))
