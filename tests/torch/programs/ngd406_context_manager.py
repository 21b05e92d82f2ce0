"""Beside `@contextmanager` the guard ends before the `with` of the user begins.

fix: unsafe
records: 1 -> 0
"""

from contextlib import contextmanager

import torch
from torch import nn

torch.manual_seed(0)
model = nn.Sequential(nn.Linear(4, 8), nn.Dropout(), nn.Linear(8, 2))


@torch.no_grad()  # error: NGD406
@contextmanager
def evaluating(model):
    model.eval()
    yield model
    model.train()


with evaluating(model):
    print(model(torch.ones(1, 4)).tolist())
