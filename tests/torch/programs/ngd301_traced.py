"""Dropout goes into the exported graph for good.

fix: safe
changes: output
records: 3
prints: same twice: False -> same twice: True
"""

import torch
from torch import nn

torch.manual_seed(0)
model = nn.Sequential(nn.Linear(4, 16), nn.Dropout(), nn.Linear(16, 2))
example = torch.randn(1, 4)


def export(example):
    return torch.jit.trace(model, example, check_trace=False)  # error: NGD301


traced = export(example)
traced.eval()
print("same twice:", torch.equal(traced(example), traced(example)))
