"""What the pages of the rules claim of PyTorch: a file for each rule, a test for each claim."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

import torch

from tests.conftest import REPOSITORY

T = TypeVar("T")
Test = TypeVar("Test", bound=Callable[..., None])

NO_GRADIENT = "element 0 of tensors does not require grad and does not have a grad_fn"
"""What PyTorch says where there is no way back from a loss."""


def says(*quotes: str) -> Callable[[Test], Test]:
    """Ties a test to what it observes: words that stand on the page of the rule in its file's name.

    Raises ValueError for words that do not, so that no page changes without its test.
    """

    def check(test: Test) -> Test:
        code = test.__module__.rpartition("_")[2].upper()
        page = (REPOSITORY / "docs" / "rules" / f"{code}.md").read_text(encoding="utf-8")
        for quote in quotes:
            if quote not in " ".join(page.split()):
                raise ValueError(f"{code} does not say: {quote}")
        return test

    return check


def alone(work: Callable[[], T]) -> T:
    """Runs ``work`` in a thread of its own, with which a gradient mode that it leaves ends."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(work).result()


class Saved:
    """A tensor that a graph keeps for its backward."""

    def __init__(self, tensor: torch.Tensor) -> None:
        self.tensor = tensor.detach()  # else a graph that keeps its own result never dies


@contextmanager
def saved_tensors() -> Iterator[weakref.WeakSet[Saved]]:
    """The tensors that graphs keep alive, at any time."""
    alive = weakref.WeakSet[Saved]()

    def save(tensor: torch.Tensor) -> Saved:
        saved = Saved(tensor)
        alive.add(saved)
        return saved

    with torch.autograd.graph.saved_tensors_hooks(save, lambda saved: saved.tensor):
        yield alive


def network(dropout: float = 0.5) -> torch.nn.Sequential:
    """A fresh network from 4 to 2 numbers, with dropout; the same at each call."""
    torch.manual_seed(0)
    nn = torch.nn
    return nn.Sequential(nn.Linear(4, 32), nn.ReLU(), nn.Dropout(dropout), nn.Linear(32, 2))


def normalized() -> torch.nn.Sequential:
    """A fresh network from 4 to 2 numbers, with batch norm; the same at each call."""
    torch.manual_seed(0)
    nn = torch.nn
    return nn.Sequential(nn.Linear(4, 8), nn.BatchNorm1d(8), nn.ReLU(), nn.Linear(8, 2))


def data() -> tuple[torch.Tensor, torch.Tensor]:
    """128 inputs and their labels; the same at each call."""
    generator = torch.Generator().manual_seed(1)
    x = torch.randn(128, 4, generator=generator)
    return x, (x[:, 0] > x[:, 1]).long()


def loss_of(model: torch.nn.Module) -> torch.Tensor:
    """The cross entropy of a model over :func:`data`."""
    x, y = data()
    return torch.nn.functional.cross_entropy(model(x), y)


def accuracy(model: torch.nn.Module) -> float:
    """How many labels of :func:`data` a model gets right."""
    x, y = data()
    return (model(x).argmax(1) == y).float().mean().item()


def train(model: torch.nn.Module, steps: int = 50) -> list[float]:
    """Trains a model in the mode that it has; gives the losses."""
    optimizer = torch.optim.Adam(model.parameters(), lr=0.05)
    losses = []
    for _ in range(steps):
        loss = loss_of(model)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses
