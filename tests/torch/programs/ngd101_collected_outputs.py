"""Embeddings of all batches are kept in a list, with their graphs.

fix: safe
records: 4 -> 0
keeps: 25 -> 0
"""

import torch
from torch import nn

torch.manual_seed(0)
encoder = nn.Sequential(nn.Linear(5, 8), nn.Tanh(), nn.Linear(8, 2))
data = torch.randn(24, 5).split(6)


def extract_embeddings(encoder, loader):
    encoder.eval()
    embeddings = []
    for x in loader:  # error: NGD101
        embeddings.append(encoder(x))
    return torch.cat(embeddings)


embeddings = extract_embeddings(encoder, data)
print(embeddings.tolist())
