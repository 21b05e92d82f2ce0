"""Gradients from inference mode cannot be added up.

fix: safe
changes: output, weights
records: 2
raises: RuntimeError: Inplace update to inference tensor outside InferenceMode -> nothing
"""

import torch
import torch.nn.functional as F
from torch import nn

torch.manual_seed(0)
x = torch.randn(8, 2)
model = nn.Linear(2, 2)


def gradient(first, second):
    loss = F.mse_loss(model(first), first)
    with torch.inference_mode():
        loss.backward()  # error: NGD205
    F.mse_loss(model(second), second).backward()
    return model.weight.grad.tolist()


print(gradient(*x.split(4)))
