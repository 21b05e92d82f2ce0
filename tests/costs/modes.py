"""How wrong an evaluation is without ``.eval()``: small classifiers of real digits.

The digits are those that scikit-learn carries: 1797 images of 8 by 8, no download. Each classifier
is trained from several seeds and evaluated on what it was not trained on; figures are means.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from statistics import mean
from typing import NamedTuple, TypedDict

import torch
from sklearn.datasets import load_digits
from torch import Tensor, nn
from torch.nn import functional

from tests.costs.evaluations import CLASSES, Residual

SEEDS = range(5)
EPOCHS = 25
TRAINED_ON = 1300
BATCH = 64
NOISE = 0.5
"""Its standard deviation; the images go from 0 to 1."""


class Classifier(NamedTuple):
    """A model that is trained, and what in it depends on the mode."""

    describes: str
    build: Callable[[], nn.Module]


class Mistake(TypedDict):
    """The means over all seeds, as shares."""

    describes: str
    accuracy: float
    """In eval mode, as it should be."""
    accuracy_in_train_mode: float
    disagreement: float
    """The share of inputs on which two passes in train mode disagree."""
    loss_ratio: float
    """The loss in train mode over that in eval mode."""
    accuracy_sorted: float
    """In train mode, with the inputs sorted by class, as folders of images are."""
    accuracy_afterwards: float
    """In eval mode again, after a pass in train mode over the same inputs with noise."""


def rows(images: Tensor) -> Tensor:
    """An image as a sequence of its rows."""
    return images.flatten(1, 2)


class RowTransformer(nn.Module):
    """A transformer over the rows of an image."""

    def __init__(self, dropout: float) -> None:
        super().__init__()
        self.embedding = nn.Linear(8, 32)
        self.position = nn.Parameter(torch.randn(8, 32) * 0.1)
        layer = nn.TransformerEncoderLayer(32, 4, 64, dropout, batch_first=True)
        self.encoder = nn.TransformerEncoder(layer, 2)
        self.head = nn.Linear(32, CLASSES)

    def forward(self, x: Tensor) -> Tensor:
        return self.head(self.encoder(self.embedding(rows(x)) + self.position).mean(1))


class RowLstm(nn.Module):
    """An LSTM over the rows of an image."""

    def __init__(self, dropout: float) -> None:
        super().__init__()
        self.lstm = nn.LSTM(8, 32, 2, batch_first=True, dropout=dropout)
        self.dropout = nn.Dropout(dropout)
        self.head = nn.Linear(32, CLASSES)

    def forward(self, x: Tensor) -> Tensor:
        return self.head(self.dropout(self.lstm(rows(x))[0][:, -1]))


def mlp(dropout: float) -> nn.Module:
    """A multilayer perceptron with dropout."""
    return nn.Sequential(
        nn.Flatten(),
        nn.Linear(64, 64),
        nn.ReLU(),
        nn.Dropout(dropout),
        nn.Linear(64, 64),
        nn.ReLU(),
        nn.Dropout(dropout),
        nn.Linear(64, CLASSES),
    )


def resnet() -> nn.Module:
    """A small convolutional network with residual blocks and batch norm."""
    return nn.Sequential(
        nn.Conv2d(1, 16, 3, padding=1),
        Residual(16, 16, 1),
        Residual(16, 32, 2),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Linear(32, CLASSES),
    )


CLASSIFIERS: Mapping[str, Classifier] = {
    "MLP, dropout 0.1": Classifier("dropout", lambda: mlp(0.1)),
    "MLP, dropout 0.3": Classifier("dropout", lambda: mlp(0.3)),
    "MLP, dropout 0.5": Classifier("dropout", lambda: mlp(0.5)),
    "Transformer, dropout 0.1": Classifier("dropout", lambda: RowTransformer(0.1)),
    "LSTM, dropout 0.5": Classifier("dropout", lambda: RowLstm(0.5)),
    "ResNet, batch norm": Classifier("batch norm", resnet),
}


def measured(name: str) -> Mistake:
    """What the missing call costs this classifier."""
    torch.set_num_threads(1)  # models this small are slower with more
    each = [of_seed(CLASSIFIERS[name], seed) for seed in SEEDS]
    means = {key: mean(one[key] for one in each) for key in each[0]}
    return {"describes": CLASSIFIERS[name].describes, **means}  # type: ignore[typeddict-item]


def of_seed(classifier: Classifier, seed: int) -> dict[str, float]:
    """The figures of one training."""
    torch.manual_seed(seed)
    digits = load_digits()
    order = torch.randperm(len(digits.target))
    images = torch.tensor(digits.images, dtype=torch.float32)[order].unsqueeze(1) / 16
    classes = torch.tensor(digits.target)[order]
    model = trained(classifier.build(), images[:TRAINED_ON], classes[:TRAINED_ON])
    disturbed = copy.deepcopy(model)
    x, y = images[TRAINED_ON:], classes[TRAINED_ON:]

    right = outputs(model.eval(), x)
    wrong = outputs(model.train(), x)
    again = outputs(model, x)
    by_class = y.argsort()
    in_order = outputs(model, x[by_class])
    outputs(disturbed.train(), x + NOISE * torch.randn_like(x))
    return {
        "accuracy": accuracy(right, y),
        "accuracy_in_train_mode": accuracy(wrong, y),
        "disagreement": (wrong.argmax(1) != again.argmax(1)).float().mean().item(),
        "loss_ratio": (
            functional.cross_entropy(wrong, y) / functional.cross_entropy(right, y)
        ).item(),
        "accuracy_sorted": accuracy(in_order, y[by_class]),
        "accuracy_afterwards": accuracy(outputs(disturbed.eval(), x), y),
    }


def trained(model: nn.Module, images: Tensor, classes: Tensor) -> nn.Module:
    """A model after its training."""
    optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)
    for _ in range(EPOCHS):
        for indices in torch.randperm(len(images)).split(BATCH):
            optimizer.zero_grad()
            functional.cross_entropy(model(images[indices]), classes[indices]).backward()
            optimizer.step()
    return model


@torch.no_grad()
def outputs(model: nn.Module, images: Tensor) -> Tensor:
    """What the model says, batch by batch, in the mode that it is in."""
    return torch.cat([model(batch) for batch in images.split(BATCH)])


def accuracy(outputs: Tensor, classes: Tensor) -> float:
    """The share that is right."""
    return (outputs.argmax(1) == classes).float().mean().item()
