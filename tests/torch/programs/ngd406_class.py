"""On a class the decorator guards `__init__` alone.

fix: none
records: ?
"""

import torch
from torch import nn


@torch.no_grad()  # error: NGD406
class Classifier:
    def __init__(self, model):
        self.scores = model.eval()

    def classify(self, x):
        return self.scores(x).argmax().item()


torch.manual_seed(0)
classifier = Classifier(nn.Linear(4, 2))
print([classifier.classify(x) for x in torch.randn(3, 4)])
