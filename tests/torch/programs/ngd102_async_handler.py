"""A coroutine answers requests: the guard stands around the forward, not around `await`.

fix: safe
records: 3 -> 0
"""

import asyncio

import torch
from torch import nn

torch.manual_seed(0)
model = nn.Linear(3, 2)
model.eval()


async def handle(request):
    await asyncio.sleep(0)
    label = model(torch.tensor(request)).argmax().item()  # error: NGD102
    await asyncio.sleep(0)
    return label


async def main():
    requests = [[1.0, 2.0, 3.0], [3.0, 2.0, 1.0], [0.0, -1.0, 0.0]]
    print(await asyncio.gather(*(handle(each) for each in requests)))


asyncio.run(main())
