"""A sample is drawn now and then while an autoencoder trains.

forwards: TETETE -> TeTeTe
"""

import torch
from torch import nn


def show(decoder, code):
    decoder.eval()
    print(decoder(code).flatten().tolist())  # error: NGD102
    decoder.train()


def train(decoder, images):
    codes = nn.Parameter(torch.zeros(len(images), 2))
    optimizer = torch.optim.Adagrad([codes, *decoder.parameters()], lr=0.1)
    for _ in range(3):
        loss = nn.functional.mse_loss(decoder(codes), images)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        show(decoder, codes[:1])


torch.manual_seed(14)
decoder = nn.Sequential(nn.Linear(2, 6), nn.BatchNorm1d(6), nn.ReLU(), nn.Linear(6, 4))
train(decoder, torch.rand(5, 4))
