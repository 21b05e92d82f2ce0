"""The processor time of an evaluation with and without a guard.

All variants of a model run in one process and one thread, by turns, so that whatever else the
machine does falls on all of them alike; of each, the fastest round counts. On a GPU the clock is
the wall's, and stops when the device is done.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial

import torch
from torch import nn

from tests.costs.evaluations import GUARDS, MODELS, Batch, names_output_and_loss

ROUNDS = 15
ONE_BY_ONE = 300


def measured(model: str, device: str) -> dict[str, float]:
    """Seconds for each guard, over all batches."""
    evaluated = MODELS[model]
    torch.manual_seed(0)
    return fastest(evaluated.build(), evaluated.batches(device), device)


def measured_one_by_one(device: str) -> dict[str, float]:
    """Seconds for each guard where a tiny model is given one input at a time."""
    torch.manual_seed(0)
    tiny = nn.Sequential(nn.Linear(16, 16), nn.ReLU(), nn.Linear(16, 16), nn.ReLU())
    batches = [
        (torch.randn(1, 16, device=device), torch.zeros(1, dtype=torch.long, device=device))
        for _ in range(ONE_BY_ONE)
    ]
    return fastest(tiny, batches, device)


def fastest(model: nn.Module, batches: list[Batch], device: str) -> dict[str, float]:
    """Seconds of the fastest round for each guard; the first round of all is for warming up."""
    model = model.to(device).eval()
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        rounds = [
            {name: seconds(partial(run, model, batches, name), device) for name in GUARDS}
            for _ in range(ROUNDS + 1)
        ][1:]
    finally:
        torch.set_num_threads(threads)
    return {name: min(each[name] for each in rounds) for name in GUARDS}


def run(model: nn.Module, batches: list[Batch], guard: str) -> None:
    """One evaluation."""
    with GUARDS[guard]():
        names_output_and_loss(model, batches)


def seconds(work: Callable[[], None], device: str) -> float:
    """How long it takes."""
    if device == "cpu":
        begin = time.process_time()
        work()
        return time.process_time() - begin
    torch.cuda.synchronize()
    begin = time.perf_counter()
    work()
    torch.cuda.synchronize()
    return time.perf_counter() - begin
