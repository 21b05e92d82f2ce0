"""One loop trains and validates by a flag: a guard is for the author to write.

fix: none
records: 4
"""

import torch
import torch.nn.functional as F
from torch import nn

torch.manual_seed(0)
x = torch.randn(32, 4)
loaders = {"train": x[:24].split(8), "val": x[24:].split(8)}
model = nn.Linear(4, 4)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)


def main():
    for phase in ["train", "val"]:
        model.train(phase == "train")
        for batch in loaders[phase]:  # error: NGD101
            loss = F.mse_loss(model(batch), batch)
            if phase == "train":
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
            print(phase, loss.item())


main()
