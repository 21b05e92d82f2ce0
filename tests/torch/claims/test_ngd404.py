"""NGD404: gradients that are switched off, and stay off."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
import torch

from tests.torch.claims import NO_GRADIENT, alone, loss_of, network, says


def switch_off() -> None:
    torch.set_grad_enabled(False)


@says("It switches the whole thread, until somebody switches it back.")
def test_the_thread_is_switched_and_no_other() -> None:
    with ThreadPoolExecutor(1) as thread:
        thread.submit(switch_off).result()
        assert not thread.submit(torch.is_grad_enabled).result()
        assert torch.is_grad_enabled()
        thread.submit(torch.set_grad_enabled, True).result()
        assert thread.submit(torch.is_grad_enabled).result()


@says("Training that follows raises *element 0 of tensors does not require grad*")
def test_training_that_follows_raises() -> None:
    def train_afterwards() -> None:
        switch_off()
        with pytest.raises(RuntimeError, match=NO_GRADIENT):
            loss_of(network()).backward()

    alone(train_afterwards)


@says(
    "Kept in a name, `ctx = torch.set_grad_enabled(False)` acts at once as well, not only inside "
    "`with ctx:`."
)
def test_a_guard_with_a_name_acts_at_once() -> None:
    def modes() -> list[bool]:
        guard = torch.set_grad_enabled(False)
        before = torch.is_grad_enabled()
        with guard:
            inside = torch.is_grad_enabled()
        return [before, inside, torch.is_grad_enabled()]

    assert alone(modes) == [False, False, True]


@says("`with torch.set_grad_enabled(...)` and the decorator")
def test_the_with_and_the_decorator_switch_back() -> None:
    with torch.set_grad_enabled(False):
        assert not torch.is_grad_enabled()
    assert torch.is_grad_enabled()
    assert not torch.set_grad_enabled(False)(torch.is_grad_enabled)()
    assert torch.is_grad_enabled()
