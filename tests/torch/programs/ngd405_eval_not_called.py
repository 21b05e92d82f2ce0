"""`model.eval` without parentheses leaves dropout on.

fix: safe
changes: output
records: 0
prints: same twice: False -> same twice: True
"""

import torch
from torch import nn

torch.manual_seed(0)
x = torch.randn(5, 4)
model = nn.Sequential(nn.Linear(4, 16), nn.Dropout(), nn.Linear(16, 2))
model.eval  # error: NGD405
with torch.no_grad():
    print("same twice:", torch.equal(model(x), model(x)))
