"""Two models run one after the other: one guard around both.

fix: safe
records: 2 -> 0
"""

import torch
from torch import nn

torch.manual_seed(0)
encoder = nn.Sequential(nn.Linear(8, 4), nn.ReLU()).eval()
decoder = nn.Sequential(nn.Linear(4, 8), nn.Sigmoid()).eval()


def reconstruction_error(x):
    code = encoder(x)  # error: NGD102
    out = decoder(code)
    return (out - x).pow(2).mean().item()


print(reconstruction_error(torch.rand(5, 8)))
