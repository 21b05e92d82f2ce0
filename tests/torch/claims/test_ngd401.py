"""NGD401: a guard that nobody enters."""

from __future__ import annotations

import pytest
import torch

from tests.torch.claims import alone, loss_of, network, says


@says("`torch.no_grad()` makes a guard and throws it away: gradients are recorded on the next line")
@says("Neither raises")
@pytest.mark.parametrize("guard", [torch.no_grad, torch.inference_mode])
def test_a_statement_does_nothing(guard: type[torch.no_grad]) -> None:
    guard()
    assert loss_of(network()).requires_grad


@says("`no_grad() and autocast()` gives the last operand, so the guard is never entered.")
def test_and_gives_the_last_operand() -> None:
    with torch.no_grad() and torch.autocast("cpu"):
        assert torch.is_autocast_enabled("cpu")
        assert loss_of(network()).requires_grad
    with torch.no_grad(), torch.autocast("cpu"):
        assert torch.is_autocast_enabled("cpu")
        assert not loss_of(network()).requires_grad


@says("Only `torch.set_grad_enabled(False)` acts as a statement.")
def test_set_grad_enabled_acts_as_a_statement() -> None:
    def switch_off() -> bool:
        torch.set_grad_enabled(False)
        return loss_of(network()).requires_grad

    assert not alone(switch_off)


@says("for `or`, which may mean a choice")
def test_or_gives_the_first_operand() -> None:
    with torch.no_grad() or torch.autocast("cpu"):
        assert not torch.is_autocast_enabled("cpu")
        assert not loss_of(network()).requires_grad
