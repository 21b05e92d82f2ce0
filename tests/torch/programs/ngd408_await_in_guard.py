"""While a handler waits inside its guard, the training beside it records nothing.

fix: none
records: 0
raises: RuntimeError: element 0 of tensors does not require grad
"""

import asyncio

import torch
from torch import nn

torch.manual_seed(0)
x = torch.randn(8, 4)
served, trained = nn.Linear(4, 2).eval(), nn.Linear(4, 4)
optimizer = torch.optim.SGD(trained.parameters(), lr=0.1)


async def handle(queue):
    with torch.no_grad():
        request = await queue.get()  # error: NGD408
        return served(request).argmax().item()


async def train(queue):
    loss = (trained(x) - x).pow(2).mean()
    loss.backward()
    optimizer.step()
    await queue.put(x[0])


async def main():
    queue = asyncio.Queue()
    await asyncio.gather(handle(queue), train(queue))


asyncio.run(main())
