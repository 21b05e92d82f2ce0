"""A script loads what it trained before, and evaluates at the top level.

fix: safe
records: 4 -> 0
"""

import io

import torch as th
from torch import nn


def build():
    return nn.Sequential(nn.Linear(4, 8), nn.BatchNorm1d(8), nn.ReLU(), nn.Linear(8, 2))


th.manual_seed(0)
checkpoint = io.BytesIO()
th.save(build().state_dict(), checkpoint)
checkpoint.seek(0)

model = build()
model.load_state_dict(th.load(checkpoint))
model.eval()
test_data = th.randn(20, 4)
hits = 0
for batch in test_data.split(5):  # error: NGD101
    hits += (model(batch).argmax(1) == (batch.sum(1) > 0)).sum().item()
print(hits)
