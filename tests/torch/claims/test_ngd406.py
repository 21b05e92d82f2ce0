"""NGD406: guards that are over when the work begins."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager

import pytest
import torch

from tests.torch.claims import loss_of, network, says


def records() -> bool:
    """Whether a forward is recorded here."""
    return loss_of(network()).requires_grad


@says("None of them raises. The guard is over when the work begins, so gradients are recorded")
@says("on an `async def`")
def test_on_a_coroutine() -> None:
    @torch.no_grad()
    async def work() -> bool:
        return records()

    @torch.no_grad()
    async def generate() -> AsyncIterator[bool]:
        yield records()

    async def consume() -> list[bool]:
        return [await work(), *[each async for each in generate()]]

    assert asyncio.run(consume()) == [True, True]


@says("on a function that returns a generator expression, `map`, `filter` or a lambda")
@says("List comprehensions, which are done before the guard ends.")
@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (lambda: (records() for _ in range(2)), [True, True]),
        (lambda: map(lambda _: records(), range(2)), [True, True]),  # noqa: C417
        (lambda: filter(lambda _: records(), "ab"), ["a", "b"]),
        (lambda: iter(lambda: not records(), True), [False]),
        (lambda: [records() for _ in range(2)], [False, False]),
    ],
    ids=["generator expression", "map", "filter", "lambda", "list comprehension"],
)
def test_on_a_function_that_returns_work_to_do(
    make: Callable[[], Iterator[object]], expected: list[object]
) -> None:
    made = iter(torch.no_grad()(make)())
    assert [next(made) for _ in expected] == expected


@says("beside `@contextmanager`")
def test_beside_a_context_manager() -> None:
    def switch() -> Iterator[None]:
        yield

    for above in (torch.no_grad()(contextmanager(switch)), contextmanager(torch.no_grad()(switch))):
        with above():
            assert records()


@says("on a class, where only `__init__` is guarded")
@pytest.mark.filterwarnings("ignore:Decorating classes is deprecated:FutureWarning")
def test_on_a_class() -> None:
    @torch.no_grad()
    class Model:
        def __init__(self) -> None:
            self.made = records()

        def run(self) -> bool:
            return records()

    assert (Model().made, Model().run()) == (False, True)


@says(
    "`enable_grad` in `inference_mode` records nothing, although `torch.is_grad_enabled()` says "
    "True."
)
def test_enable_grad_inside_inference_mode() -> None:
    with torch.inference_mode(), torch.enable_grad():
        assert torch.is_grad_enabled()
        assert not records()


@says("Guards on generator functions, which work.")
def test_on_a_generator_function() -> None:
    @torch.no_grad()
    def generate() -> Iterator[bool]:
        yield records()

    assert list(generate()) == [False]
