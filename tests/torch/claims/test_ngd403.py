"""NGD403: what a generator does that waits inside a guard."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import contextmanager

import pytest
import torch

from tests.torch.claims import NO_GRADIENT, alone, loss_of, network, says


def guarding() -> Generator[int]:
    with torch.no_grad():
        yield 1
        yield 2


@says(
    "While the generator waits, its guard holds: the body of the consumer's loop runs with "
    "gradients off. If it trains, it raises."
)
def test_the_consumer_runs_with_gradients_off() -> None:
    def consume() -> None:
        for _ in guarding():
            assert not torch.is_grad_enabled()
            with pytest.raises(RuntimeError, match=NO_GRADIENT):
                loss_of(network()).backward()
        assert torch.is_grad_enabled()

    alone(consume)


@says("A generator that is left before its end, and still has a name, leaves gradients off")
def test_a_generator_that_is_left_early() -> None:
    def leave() -> list[bool]:
        named = guarding()
        for _ in named:
            break
        modes = [torch.is_grad_enabled()]
        named.close()
        return [*modes, torch.is_grad_enabled()]

    assert alone(leave) == [False, True]


@says("`@torch.no_grad()` on a generator function: it lets go at every `yield`.")
def test_a_decorated_generator_lets_go() -> None:
    @torch.no_grad()
    def decorated() -> Iterator[bool]:
        yield torch.is_grad_enabled()
        yield torch.is_grad_enabled()

    assert [(inside, torch.is_grad_enabled()) for inside in decorated()] == [(False, True)] * 2


@says("`@contextmanager`s and pytest fixtures, for which the consumer is meant.")
def test_a_context_manager_guards_its_user() -> None:
    @contextmanager
    def evaluating() -> Iterator[None]:
        with torch.no_grad():
            yield

    with evaluating():
        assert not torch.is_grad_enabled()
    assert torch.is_grad_enabled()
