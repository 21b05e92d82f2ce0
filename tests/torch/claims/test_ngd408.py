"""NGD408: what other tasks see while one waits inside a guard."""

from __future__ import annotations

import asyncio

import torch

from tests.torch.claims import alone, says


async def guarded(seconds: float, seen: list[bool]) -> None:
    with torch.no_grad():
        await asyncio.sleep(seconds)
        seen.append(torch.is_grad_enabled())


@says(
    "The gradient mode belongs to the thread, not to the task. While the coroutine waits, all "
    "other tasks of the event loop run with gradients off"
)
def test_other_tasks_run_with_gradients_off() -> None:
    async def other() -> bool:
        return torch.is_grad_enabled()

    async def run() -> bool:
        _, mode = await asyncio.gather(guarded(0.01, []), other())
        return mode

    assert not alone(lambda: asyncio.run(run()))


@says(
    "when two such tasks overlap, one runs its guarded code with gradients on, and the loop is "
    "left with gradients off"
)
def test_two_tasks_that_overlap() -> None:
    async def run() -> list[bool]:
        seen: list[bool] = []
        await asyncio.gather(guarded(0.01, seen), guarded(0.1, seen))
        return [*seen, torch.is_grad_enabled()]

    assert alone(lambda: asyncio.run(run())) == [False, True, False]
