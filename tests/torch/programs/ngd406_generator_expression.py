"""The function returns a generator expression: its work is done when the guard is gone.

fix: none
records: 2
"""

import torch
from torch import nn

torch.manual_seed(0)
model = nn.Linear(4, 2).eval()


@torch.no_grad()  # error: NGD406
def predictions(batches):
    return (model(x).argmax(1).tolist() for x in batches)


print(list(predictions(torch.randn(6, 4).split(3))))
