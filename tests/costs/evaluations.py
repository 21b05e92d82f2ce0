"""Small models, and the loops that evaluate them, as people write them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager, nullcontext
from itertools import pairwise
from typing import NamedTuple, TypeAlias

import torch
from torch import Tensor, nn
from torch.nn import functional

BATCHES = 8
CLASSES = 10

Batch: TypeAlias = "tuple[Tensor, Tensor]"
Loop: TypeAlias = "Callable[[nn.Module, Iterable[Batch]], object]"


class Residual(nn.Module):
    """The block of a ResNet."""

    def __init__(self, inputs: int, outputs: int, stride: int) -> None:
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(inputs, outputs, 3, stride, padding=1, bias=False),
            nn.BatchNorm2d(outputs),
            nn.ReLU(),
            nn.Conv2d(outputs, outputs, 3, padding=1, bias=False),
            nn.BatchNorm2d(outputs),
        )
        self.shortcut = nn.Conv2d(inputs, outputs, 1, stride, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        return functional.relu(self.body(x) + self.shortcut(x))


class Transformer(nn.Module):
    """Encoder blocks over tokens, and a class from their mean."""

    def __init__(self, tokens: int, width: int, layers: int, dropout: float = 0.1) -> None:
        super().__init__()
        self.embedding = nn.Embedding(tokens, width)
        layer = nn.TransformerEncoderLayer(width, width // 32, 4 * width, dropout, batch_first=True)
        self.encoder = nn.TransformerEncoder(layer, layers)
        self.head = nn.Linear(width, CLASSES)

    def forward(self, x: Tensor) -> Tensor:
        return self.head(self.encoder(self.embedding(x)).mean(1))


class Lstm(nn.Module):
    """A stacked LSTM over tokens, and a class from its last output."""

    def __init__(self, tokens: int, width: int, layers: int) -> None:
        super().__init__()
        self.embedding = nn.Embedding(tokens, width)
        self.lstm = nn.LSTM(width, width, layers, batch_first=True, dropout=0.1)
        self.head = nn.Linear(width, CLASSES)

    def forward(self, x: Tensor) -> Tensor:
        return self.head(self.lstm(self.embedding(x))[0][:, -1])


def mlp() -> nn.Module:
    """Six linear layers."""
    hidden = [layer for _ in range(5) for layer in (nn.Linear(1024, 1024), nn.ReLU())]
    return nn.Sequential(*hidden, nn.Linear(1024, CLASSES))


def resnet() -> nn.Module:
    """Nine residual blocks in three widths, as in the ResNet-20 for images of 32 by 32."""
    widths = [16, 16, 16, 16, 32, 32, 32, 64, 64, 64]
    blocks = [Residual(before, after, stride=after // before) for before, after in pairwise(widths)]
    stem = nn.Conv2d(3, widths[0], 3, padding=1)
    return nn.Sequential(
        stem, *blocks, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(widths[-1], CLASSES)
    )


class Evaluated(NamedTuple):
    """A model, and the input that it is evaluated on."""

    describes: str
    build: Callable[[], nn.Module]
    inputs: Callable[[], Tensor]

    def batches(self, device: str) -> list[Batch]:
        """The batches of an evaluation, all made beforehand."""
        made = []
        for _ in range(BATCHES):
            inputs = self.inputs()
            made.append((inputs.to(device), torch.randint(CLASSES, (len(inputs),), device=device)))
        return made


TOKENS = 1000

MODELS: Mapping[str, Evaluated] = {
    "MLP": Evaluated(
        "six linear layers of width 1024; batches of 1024",
        mlp,
        lambda: torch.randn(1024, 1024),
    ),
    "ResNet": Evaluated(
        "nine residual blocks with batch norm, 16 to 64 channels; batches of 64 images of 32x32",
        resnet,
        lambda: torch.randn(64, 3, 32, 32),
    ),
    "Transformer": Evaluated(
        "`nn.TransformerEncoder`, four layers of width 256; batches of 8 texts of 256 tokens",
        lambda: Transformer(TOKENS, 256, 4),
        lambda: torch.randint(TOKENS, (8, 256)),
    ),
    "LSTM": Evaluated(
        "`nn.LSTM`, two layers of width 256; batches of 32 texts of 128 tokens",
        lambda: Lstm(TOKENS, 256, 2),
        lambda: torch.randint(TOKENS, (32, 128)),
    ),
}


def names_nothing(model: nn.Module, batches: Iterable[Batch]) -> object:
    """The output is gone before the next batch."""
    correct = 0
    for x, y in batches:
        correct += (model(x).argmax(1) == y).sum().item()
    return correct


def names_output_and_loss(model: nn.Module, batches: Iterable[Batch]) -> object:
    """The names hold the last output and loss while the next batch runs."""
    total = 0.0
    correct = 0
    for x, y in batches:
        output = model(x)
        loss = functional.cross_entropy(output, y)
        total += loss.item()
        correct += (output.argmax(1) == y).sum().item()
    return total, correct


def keeps_outputs(model: nn.Module, batches: Iterable[Batch]) -> object:
    """The outputs are collected, and each brings its graph."""
    outputs = []
    for x, _ in batches:
        outputs.append(model(x))
    return torch.cat(outputs)


def adds_up_losses(model: nn.Module, batches: Iterable[Batch]) -> object:
    """The sum is a tensor, and holds the graphs of all batches: NGD501."""
    total = torch.zeros(())
    for x, y in batches:
        total = total + functional.cross_entropy(model(x), y).cpu()
    return total.item()


LOOPS: Mapping[str, Loop] = {
    "names nothing": names_nothing,
    "names output and loss": names_output_and_loss,
    "keeps outputs": keeps_outputs,
    "adds up losses": adds_up_losses,
}

GUARDS: Mapping[str, Callable[[], AbstractContextManager[object]]] = {
    "none": nullcontext,
    "no_grad": torch.no_grad,
    "inference_mode": torch.inference_mode,
}
