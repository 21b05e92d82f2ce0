"""The guard is the first line of a function that infers as a whole.

fix: safe
records: 3 -> 0
"""

import torch
from torch import nn

torch.manual_seed(0)
model = nn.Sequential(nn.Linear(4, 8), nn.SiLU(), nn.Linear(8, 4)).eval()


def denoise(x, steps):
    torch.inference_mode()  # error: NGD401
    for _ in range(steps):
        x = x - 0.1 * model(x)
    return x.tolist()


print(denoise(torch.randn(2, 4), 3))
