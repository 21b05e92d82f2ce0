"""A recurrent network writes a text, letter by letter, with a state that it carries along.

forwards: EEEEEE -> eeeeee
"""

import torch
from torch import nn


class Letters(nn.Module):
    def __init__(self, size):
        super().__init__()
        self.embedding = nn.Embedding(size, 8)
        self.lstm = nn.LSTM(8, 8, batch_first=True)
        self.out = nn.Linear(8, size)

    def forward(self, letter, state):
        hidden, state = self.lstm(self.embedding(letter), state)
        return self.out(hidden[:, -1]), state


def generate(model, length):
    model.eval()
    text, state = [0], None
    for _ in range(length):  # error: NGD101
        logits, state = model(torch.tensor([text[-1:]]), state)
        text.append(torch.multinomial(logits.softmax(1), 1).item())
    return text


torch.manual_seed(7)
model = Letters(11)
print(generate(model, length=6))
