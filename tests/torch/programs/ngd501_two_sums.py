"""A GAN adds up the losses of both its models.

fix: safe
records: 16
keeps: 128 -> 0
"""

import torch
import torch.nn.functional as F
from torch import nn

torch.manual_seed(0)
real = torch.randn(24, 2) + 2
generator = nn.Sequential(nn.Linear(3, 8), nn.ReLU(), nn.Linear(8, 2))
discriminator = nn.Sequential(nn.Linear(2, 8), nn.ReLU(), nn.Linear(8, 1))


def train(batches):
    optimizer_g = torch.optim.Adam(generator.parameters())
    optimizer_d = torch.optim.Adam(discriminator.parameters())
    sum_g, sum_d = 0.0, 0.0
    for batch in batches:
        fake = generator(torch.randn(len(batch), 3))
        loss_d = F.softplus(discriminator(fake.detach())) + F.softplus(-discriminator(batch))
        optimizer_d.zero_grad()
        loss_d.mean().backward()
        optimizer_d.step()

        loss_g = F.softplus(-discriminator(fake)).mean()
        optimizer_g.zero_grad()
        loss_g.backward()
        optimizer_g.step()

        sum_d += loss_d.mean()  # error: NGD501
        sum_g = sum_g + loss_g  # error: NGD501
    return sum_g, sum_d


sums = train(real.split(6))
print([each.item() for each in sums])
