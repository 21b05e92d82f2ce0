"""NGD501: what sums and lists of losses keep alive."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch

from tests.torch.claims import data, loss_of, network, saved_tensors, says


def saved_by_batch(add: Callable[[torch.Tensor], None]) -> list[int]:
    """How many tensors graphs keep after each of five evaluations of a batch."""
    model, counts = network().eval(), []
    with saved_tensors() as alive:
        for x in data()[0][:50].split(10):
            loss = model(x).sum()
            add(loss)
            del loss
            counts.append(len(alive))
    return counts


@says("The sum holds the graphs of all iterations.", "it grows by one graph a batch")
def test_a_sum_grows_by_one_graph_a_batch() -> None:
    total = torch.zeros(())

    def add(loss: torch.Tensor) -> None:
        nonlocal total
        total = total + loss

    one, *later = saved_by_batch(add)
    assert one > 0
    assert later == [2 * one, 3 * one, 4 * one, 5 * one]


@says("a list")
def test_a_list_grows_by_one_graph_a_batch() -> None:
    losses: list[torch.Tensor] = []
    one, *later = saved_by_batch(losses.append)
    assert one > 0
    assert later == [2 * one, 3 * one, 4 * one, 5 * one]


@pytest.mark.parametrize("cut", [torch.Tensor.detach, torch.Tensor.item, float])
@says("`.item()`, `.detach()`, `float()`")
def test_what_is_cut_off_keeps_nothing(cut: Callable[[torch.Tensor], object]) -> None:
    kept: list[object] = []

    def add(loss: torch.Tensor) -> None:
        with torch.no_grad():  # PyTorch warns of `float(loss)`
            kept.append(cut(loss))

    assert saved_by_batch(add) == [0] * 5


@says("After a `backward()` the saved tensors are freed, and the nodes remain.")
def test_a_backward_frees_what_is_saved() -> None:
    with saved_tensors() as alive:
        loss = loss_of(network())
        assert len(alive) > 0
        loss.backward()
        assert len(alive) == 0
    assert loss.grad_fn.next_functions[0][0] is not None


@says(
    "adds `.detach()`, which leaves the value as it is",
    "it gives a float, on which `.cpu()` and the like fail",
)
def test_detach_leaves_a_tensor_and_item_does_not() -> None:
    loss = loss_of(network())
    assert torch.equal(loss.detach(), loss)
    assert torch.equal(loss.detach().cpu(), loss)
    with pytest.raises(AttributeError):
        loss.item().cpu()
