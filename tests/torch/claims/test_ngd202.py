"""NGD202: what a guard does to the step of an optimizer."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any

import pytest
import torch

from tests.torch.claims import NO_GRADIENT, data, says

OPTIMIZERS = [
    each
    for each in vars(torch.optim).values()
    if isinstance(each, type) and issubclass(each, torch.optim.Optimizer)
    if each is not torch.optim.Optimizer
]
OUTSIDE_ONCE_STEPPED = "Inplace update to inference tensor outside InferenceMode is not allowed"

every_optimizer = pytest.mark.parametrize("kind", OPTIMIZERS)


def trained(
    kind: type[torch.optim.Optimizer], guards: list[Callable[[], Any]]
) -> list[torch.Tensor]:
    """The parameters after a step under each guard, of a table that gives sparse gradients too."""
    torch.manual_seed(0)
    sparse = kind is torch.optim.SparseAdam
    table = torch.nn.Embedding(8, 4, sparse=sparse)
    momentum = {"momentum": 0.9} if kind is torch.optim.SGD else {}
    optimizer = kind(table.parameters(), lr=0.1, **momentum)
    rows = torch.tensor([1, 3, 3, 5])

    def closure() -> torch.Tensor:
        optimizer.zero_grad()
        loss = (table(rows) - data()[0][:4]).pow(2).sum()
        loss.backward()
        return loss

    for guard in guards:
        if kind is torch.optim.LBFGS:
            with guard():
                optimizer.step(closure)
        else:
            closure()
            with guard():
                optimizer.step()
    return [each.detach().clone() for each in table.parameters()]


@says("15 of 15 optimizers of `torch.optim`")
def test_there_are_15() -> None:
    assert len(OPTIMIZERS) == 15


@says("gave bit-identical parameters over three steps")
@every_optimizer
def test_no_grad_changes_no_bit(kind: type[torch.optim.Optimizer]) -> None:
    plain = trained(kind, [contextlib.nullcontext] * 3)
    guarded = trained(kind, [torch.no_grad] * 3)
    assert all(map(torch.equal, plain, guarded))
    assert not torch.equal(plain[0], trained(kind, [])[0])


@says("Under `inference_mode` the optimizer's state becomes inference tensors")
def test_the_state_becomes_inference_tensors() -> None:
    model = torch.nn.Linear(2, 2)
    optimizer = torch.optim.Adam(model.parameters())
    model(torch.ones(1, 2)).sum().backward()
    with torch.inference_mode():
        optimizer.step()
    assert optimizer.state[model.weight]["exp_avg"].is_inference()


@says("a later step outside raises for all of them but Adagrad")
@every_optimizer
def test_a_later_step_outside(kind: type[torch.optim.Optimizer]) -> None:
    guards = [torch.inference_mode, contextlib.nullcontext]
    if kind is torch.optim.Adagrad:
        plain = trained(kind, [contextlib.nullcontext] * 2)
        assert torch.equal(trained(kind, guards)[0], plain[0])
    else:
        with pytest.raises(RuntimeError):
            trained(kind, guards)


@says("SGD without momentum, which has no state")
def test_without_a_state_a_later_step_works() -> None:
    parameter = torch.nn.Parameter(torch.ones(2))
    optimizer = torch.optim.SGD([parameter], lr=0.25)
    for guard in (torch.inference_mode, contextlib.nullcontext):
        parameter.grad = torch.ones(2)
        with guard():
            optimizer.step()
    assert parameter.tolist() == [0.5, 0.5]


@says("a closure raises at once")
@every_optimizer
def test_a_closure_in_inference_mode(kind: type[torch.optim.Optimizer]) -> None:
    parameter = torch.nn.Parameter(torch.ones(2, 2))
    optimizer = kind([parameter], lr=0.1)

    def closure() -> torch.Tensor:
        loss = parameter.sum()
        loss.backward()
        return loss

    with torch.inference_mode(), pytest.raises(RuntimeError, match=NO_GRADIENT):
        optimizer.step(closure)


@says("Parameter updates by hand, which need `no_grad`.")
def test_an_update_by_hand_needs_the_guard() -> None:
    parameter = torch.nn.Parameter(torch.ones(2))
    with pytest.raises(RuntimeError, match="a leaf Variable that requires grad"):
        parameter.sub_(0.1)
    with torch.no_grad():
        parameter.sub_(0.1)
