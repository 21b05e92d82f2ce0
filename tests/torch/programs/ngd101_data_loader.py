"""Data loaders of PyTorch, shuffled for training: the guard draws no random number.

forwards: TTTTEE -> TTTTee
"""

import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden = nn.Linear(6, 12)
        self.dropout = nn.Dropout(0.3)
        self.out = nn.Linear(12, 2)

    def forward(self, x):
        return self.out(self.dropout(F.relu(self.hidden(x))))


def train_one_epoch(model, loader, optimizer):
    model.train()
    for x, y in loader:
        optimizer.zero_grad(set_to_none=True)
        F.cross_entropy(model(x), y).backward()
        optimizer.step()


def test(model, test_loader):
    model.eval()
    test_loss, correct = 0.0, 0
    for x, y in test_loader:  # error: NGD101
        output = model(x)
        test_loss += F.cross_entropy(output, y, reduction="sum").item()
        correct += output.argmax(1).eq(y).sum().item()
    print(test_loss / len(test_loader.dataset), correct)


def main():
    torch.manual_seed(4)
    train_set = TensorDataset(torch.randn(32, 6), torch.randint(2, (32,)))
    test_set = TensorDataset(torch.randn(16, 6), torch.randint(2, (16,)))
    model = Net()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    train_loader = DataLoader(train_set, batch_size=8, shuffle=True)
    train_one_epoch(model, train_loader, optimizer)
    test(model, DataLoader(test_set, batch_size=8))
    return model


if __name__ == "__main__":
    model = main()
