"""NGD206: what happens to a loss that is made to require a gradient."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch.autograd import Variable

from tests.torch.claims import NO_GRADIENT, data, loss_of, network, says


def by_method(loss: torch.Tensor) -> torch.Tensor:
    return loss.requires_grad_(True)


def by_attribute(loss: torch.Tensor) -> torch.Tensor:
    loss.requires_grad = True
    return loss


def by_variable(loss: torch.Tensor) -> torch.Tensor:
    return Variable(loss, requires_grad=True)


@says(
    "The error *element 0 of tensors does not require grad* goes away, and nothing trains: the "
    "loss is a leaf now, its gradient is 1, and no parameter gets one."
)
@pytest.mark.parametrize("silence", [by_method, by_attribute, by_variable])
def test_nothing_trains(silence: Callable[[torch.Tensor], torch.Tensor]) -> None:
    model = network()
    with torch.no_grad():
        loss = loss_of(model)
    with pytest.raises(RuntimeError, match=NO_GRADIENT):
        loss.backward()
    loss = silence(loss)
    loss.backward()
    assert loss.is_leaf
    assert loss.grad == 1
    assert all(each.grad is None for each in model.parameters())


@says("a guard (NGD203), `.detach()`, `.item()`, a trip through NumPy, or `argmax`")
@pytest.mark.parametrize(
    "cut",
    [
        lambda out: out.detach().sum(),
        lambda out: torch.tensor(out.sum().item()),
        lambda out: torch.from_numpy(out.detach().numpy()).sum(),
        lambda out: out.argmax(1).float().mean(),
    ],
    ids=["detach", "item", "NumPy", "argmax"],
)
def test_what_cuts_a_loss_from_its_model(cut: Callable[[torch.Tensor], torch.Tensor]) -> None:
    out = network()(data()[0])
    assert out.requires_grad
    with pytest.raises(RuntimeError, match=NO_GRADIENT):
        cut(out).backward()


@says("Inputs of attacks, saliency and latent optimisation, for which `requires_grad_()` is right.")
def test_an_input_gets_its_gradient() -> None:
    x = data()[0].requires_grad_()
    network()(x).sum().backward()
    assert x.grad is not None
    assert x.grad.abs().sum() > 0
