"""A trainer object trains, evaluates and trains again.

forwards: TTEETTEE -> TTeeTTee
"""

import torch
from torch import nn


class Trainer:
    def __init__(self, model, batches, held_out):
        self.model = model
        self.batches = batches
        self.held_out = held_out
        self.optimizer = torch.optim.RMSprop(model.parameters(), lr=0.01)

    def train(self):
        self.model.train()
        for x, y in self.batches:
            self.optimizer.zero_grad()
            loss = nn.functional.mse_loss(self.model(x), y)
            loss.backward()
            self.optimizer.step()

    def evaluate(self):
        self.model.eval()
        worst = 0.0
        for x, y in self.held_out:  # error: NGD101
            error = (self.model(x) - y).abs().max().item()
            worst = max(worst, error)
        return worst


torch.manual_seed(6)
data = [(torch.randn(6, 4), torch.randn(6, 2)) for _ in range(4)]
model = nn.Sequential(nn.Linear(4, 8), nn.Dropout(0.5), nn.Linear(8, 2))
trainer = Trainer(model, data[:2], data[2:])
for _ in range(2):
    trainer.train()
    print(trainer.evaluate())
