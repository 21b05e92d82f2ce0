"""A variational autoencoder draws samples after each epoch.

fix: safe
records: 6 -> 3
"""

import torch
import torch.nn.functional as F
from torch import nn

torch.manual_seed(0)
data = torch.rand(16, 6)


class VAE(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = nn.Linear(6, 4)
        self.decoder = nn.Linear(2, 6)

    def decode(self, z):
        return self.decoder(z).sigmoid()

    def forward(self, x):
        mean, log_variance = self.encoder(x).chunk(2, 1)
        z = mean + torch.randn_like(mean) * (log_variance / 2).exp()
        return self.decode(z), mean, log_variance


model = VAE()
optimizer = torch.optim.Adam(model.parameters(), lr=0.01)


def train():
    for epoch in range(3):
        out, mean, log_variance = model(data)
        divergence = -0.5 * (1 + log_variance - mean.pow(2) - log_variance.exp()).mean()
        loss = F.binary_cross_entropy(out, data) + divergence
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        sample = model.decode(torch.randn(2, 2))  # error: NGD102
        print(epoch, loss.item(), sample.tolist())


train()
