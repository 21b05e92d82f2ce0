"""NGD203: what a loss without a graph does."""

from __future__ import annotations

import pytest
import torch

from tests.torch.claims import NO_GRADIENT, loss_of, network, says


@says("The loss has no graph: `RuntimeError: element 0 of tensors does not require grad")
def test_the_backward_raises() -> None:
    with torch.no_grad():
        loss = loss_of(network())
    with pytest.raises(RuntimeError, match=NO_GRADIENT):
        loss.backward()


@says("also in a helper that guards itself")
def test_a_helper_that_guards_itself_gives_no_graph() -> None:
    guarded = torch.no_grad()(loss_of)
    with pytest.raises(RuntimeError, match=NO_GRADIENT):
        guarded(network()).backward()


@says("Losses of which a part was recorded")
def test_a_part_that_was_recorded_is_enough() -> None:
    model, teacher = network(), network()
    with torch.no_grad():
        unrecorded = loss_of(teacher)
    (loss_of(model) + unrecorded).backward()
    assert all(each.grad is not None for each in model.parameters())
    assert all(each.grad is None for each in teacher.parameters())
