"""On an `async def` the decorator guards the making of the coroutine, not its run.

fix: safe
records: 4 -> 0
"""

import asyncio

import torch
from torch import nn

torch.manual_seed(0)
model = nn.Linear(4, 3).eval()


@torch.no_grad()  # error: NGD406
async def classify(x):
    return model(x).argmax().item()


print([asyncio.run(classify(x)) for x in torch.randn(4, 4)])
