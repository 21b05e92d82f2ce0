"""A generative network trains two models in turn; at the end its images are scored.

forwards: TTTTTTTTTTEEE -> TTTTTTTTTTeee
"""

import torch
from torch import nn


def play(generator, discriminator, images):
    criterion = nn.BCEWithLogitsLoss()
    optimizer_g = torch.optim.Adam(generator.parameters(), lr=1e-3)
    optimizer_d = torch.optim.Adam(discriminator.parameters(), lr=1e-3)
    real, fake = torch.ones(5, 1), torch.zeros(5, 1)
    for image in images:
        made = generator(torch.randn(5, 3))
        loss_d = criterion(discriminator(image), real)
        loss_d = loss_d + criterion(discriminator(made.detach()), fake)
        optimizer_d.zero_grad()
        loss_d.backward()
        optimizer_d.step()
        loss_g = criterion(discriminator(generator(torch.randn(5, 3))), real)
        optimizer_g.zero_grad()
        loss_g.backward()
        optimizer_g.step()


def evaluate_generator(generator, noises):
    generator.eval()
    means = []
    for noise in noises:  # error: NGD101
        means.append(generator(noise).mean().item())
    return means


torch.manual_seed(9)
generator = nn.Sequential(nn.Linear(3, 8), nn.BatchNorm1d(8), nn.ReLU(), nn.Linear(8, 6), nn.Tanh())
discriminator = nn.Sequential(nn.Linear(6, 8), nn.LeakyReLU(), nn.Dropout(0.2), nn.Linear(8, 1))
play(generator, discriminator, torch.randn(2, 5, 6))
print(evaluate_generator(generator, torch.randn(3, 4, 3)))
