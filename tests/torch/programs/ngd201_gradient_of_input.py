"""A saliency map is computed under a guard.

fix: unsafe
changes: output
records: 0 -> 1
raises: RuntimeError: element 0 of tensors does not require grad -> nothing
"""

import torch
from torch import nn

torch.manual_seed(0)
model = nn.Sequential(nn.Linear(6, 4), nn.ReLU(), nn.Linear(4, 2)).eval()


def saliency(image):
    image = image.clone().requires_grad_()
    with torch.no_grad():
        score = model(image)[0]
        (gradient,) = torch.autograd.grad(score, image)  # error: NGD201
    return gradient.abs()


print(saliency(torch.randn(6)).tolist())
