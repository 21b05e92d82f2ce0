"""NGD201: which backward raises under a guard."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch

from tests.torch.claims import NO_GRADIENT, loss_of, network, says

GUARDS = [torch.no_grad, torch.inference_mode]

every_guard = pytest.mark.parametrize("guard", GUARDS)


@says(f"It raises `RuntimeError: {NO_GRADIENT}`.")
@every_guard
def test_a_loss_of_the_guard_has_no_way_back(guard: Callable[[], torch.no_grad]) -> None:
    with guard():
        loss = loss_of(network())
        with pytest.raises(RuntimeError, match=NO_GRADIENT):
            loss.backward()


@says("`autograd.grad` under a guard")
@every_guard
def test_autograd_grad_raises_too(guard: Callable[[], torch.no_grad]) -> None:
    model = network()
    with guard():
        loss = loss_of(model)
        with pytest.raises(RuntimeError, match=NO_GRADIENT):
            torch.autograd.grad(loss, list(model.parameters()))


@says("A plain `loss.backward()` of a loss from outside works")
@every_guard
def test_a_loss_from_outside_has_its_way_back(guard: Callable[[], torch.no_grad]) -> None:
    model = network()
    loss = loss_of(model)
    with guard():
        loss.backward()
    assert all(each.grad is not None for each in model.parameters())


@says("but `(loss / n).backward()` and `scaler.scale(loss).backward()` do not")
@pytest.mark.parametrize(
    "operation", [lambda loss: loss / 4, torch.amp.GradScaler("cpu").scale], ids=["/", "scale"]
)
@every_guard
def test_the_last_operation_is_not_recorded(
    guard: Callable[[], torch.no_grad], operation: Callable[[torch.Tensor], torch.Tensor]
) -> None:
    loss = loss_of(network())
    with guard(), pytest.raises(RuntimeError, match=NO_GRADIENT):
        operation(loss).backward()
    operation(loss).backward()


@says("Losses computed under `enable_grad` inside the guard.")
def test_enable_grad_records_inside_a_guard() -> None:
    with torch.no_grad():
        with torch.enable_grad():
            loss = loss_of(network())
        loss.backward()


@says("`torch.func` transforms, which work under a guard.")
@every_guard
def test_torch_func_works_under_a_guard(guard: Callable[[], torch.no_grad]) -> None:
    def square(x: torch.Tensor) -> torch.Tensor:
        return (x * x).sum()

    x = torch.arange(3.0)
    with guard():
        assert torch.equal(torch.func.grad(square)(x), 2 * x)


@says("`autograd.grad` of a graph built outside the guard, as second-order methods take it.")
def test_autograd_grad_takes_a_graph_from_outside() -> None:
    x = torch.arange(3.0, requires_grad=True)
    cube = (x**3).sum()
    with torch.no_grad():
        (first,) = torch.autograd.grad(cube, x, create_graph=True)
    (second,) = torch.autograd.grad(first.sum(), x)
    assert torch.equal(second, 6 * x)


@says("as parameters are by hand")
def test_parameters_cannot_be_changed_in_place_without_the_guard() -> None:
    weight = torch.nn.Linear(2, 2).weight
    with torch.no_grad():
        weight += 1
    with pytest.raises(RuntimeError, match="a leaf Variable that requires grad"):
        weight += 1
