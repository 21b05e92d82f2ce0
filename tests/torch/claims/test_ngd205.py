"""NGD205: a backward under a guard, of a graph from outside."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch

from tests.torch.claims import loss_of, network, says


@says(
    "Under `no_grad` it works, with bit-identical gradients: a guard stops the recording of a "
    "graph, not the way back through one."
)
def test_the_gradients_are_the_same_to_the_last_bit() -> None:
    plain, guarded = network(0.0), network(0.0)
    loss_of(plain).backward()
    loss = loss_of(guarded)
    with torch.no_grad():
        loss.backward()
    for one, other in zip(plain.parameters(), guarded.parameters(), strict=True):
        assert one.grad is not None
        assert torch.equal(one.grad, other.grad)


def accumulate(model: torch.nn.Module) -> None:
    loss_of(model).backward()


def fill_with_zeros(model: torch.nn.Module) -> None:
    model.zero_grad(set_to_none=False)


def clip(model: torch.nn.Module) -> None:
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1e-3)


@says(
    "Under `inference_mode` the `.grad` tensors become inference tensors, and the next "
    "accumulation, `zero_grad(set_to_none=False)` or gradient clipping raises `Inplace update to "
    "inference tensor outside InferenceMode is not allowed`."
)
@pytest.mark.parametrize("use", [accumulate, fill_with_zeros, clip])
def test_gradients_of_inference_mode_cannot_be_changed(
    use: Callable[[torch.nn.Module], None],
) -> None:
    model = network()
    loss = loss_of(model)
    with torch.inference_mode():
        loss.backward()
    assert all(each.grad.is_inference() for each in model.parameters())
    with pytest.raises(RuntimeError, match="Inplace update to inference tensor outside Inference"):
        use(model)
