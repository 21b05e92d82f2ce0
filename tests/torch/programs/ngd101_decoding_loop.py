"""A character model writes a text, one step after the other.

fix: safe
records: 11 -> 5
"""

import torch
import torch.nn.functional as F
from torch import nn

torch.manual_seed(0)
text = torch.tensor([0, 1, 2, 3] * 8)


class CharModel(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(4, 8)
        self.rnn = nn.GRU(8, 8, batch_first=True)
        self.head = nn.Linear(8, 4)

    def forward(self, tokens, hidden=None):
        out, hidden = self.rnn(self.embedding(tokens), hidden)
        return self.head(out), hidden


def train(model, optimizer):
    for _ in range(5):
        logits, _hidden = model(text[None, :-1])
        loss = F.cross_entropy(logits[0], text[1:])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()


def generate(model, start, length):
    model.eval()
    token, hidden, written = torch.tensor([[start]]), None, []
    for _ in range(length):  # error: NGD101
        logits, hidden = model(token, hidden)
        token = logits[:, -1].argmax(1, keepdim=True)
        written.append(token.item())
    return written


model = CharModel()
train(model, torch.optim.Adam(model.parameters(), lr=0.1))
print(generate(model, 0, 6))
