"""`enable_grad` in inference mode records nothing, though `is_grad_enabled()` says True.

fix: none
records: 0
prints: True False
"""

import torch
from torch import nn

torch.manual_seed(0)
model = nn.Linear(4, 1)


def energy(x):
    with torch.inference_mode():
        with torch.enable_grad():  # error: NGD406
            out = model(x).sum()
            print(torch.is_grad_enabled(), out.requires_grad)


energy(torch.randn(4))
