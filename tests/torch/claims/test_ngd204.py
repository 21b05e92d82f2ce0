"""NGD204: tensors of inference mode where autograd needs them."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
import torch

from tests.torch.claims import says


def gradient(guard: Callable[[], torch.no_grad], *, clone: bool = False) -> torch.Tensor | None:
    """The gradient of a head above a backbone that is guarded."""
    torch.manual_seed(0)
    backbone, head = torch.nn.Linear(4, 3), torch.nn.Linear(3, 2)
    with guard():
        features = backbone(torch.randn(5, 4))
    head(features.clone() if clone else features).pow(2).sum().backward()
    return head.weight.grad


@says("It raises `RuntimeError: Inference tensors cannot be saved for backward`.")
def test_a_head_above_inference_mode_raises() -> None:
    with pytest.raises(RuntimeError, match="Inference tensors cannot be saved for backward"):
        gradient(torch.inference_mode)


@says(
    "`no_grad` in its place works",
    "the numbers stay the same",
    "`features.clone()` outside the guard works as well",
)
def test_no_grad_and_a_clone_give_the_same_numbers() -> None:
    guarded = gradient(torch.no_grad)
    assert guarded is not None
    assert torch.equal(guarded, gradient(torch.inference_mode, clone=True))


@says("Results of `inference_mode` that are cloned, printed, saved, or used without a gradient.")
def test_other_uses_work() -> None:
    with torch.inference_mode():
        features = torch.ones(2)
    assert features.is_inference()
    assert not features.clone().is_inference()
    assert str(features) == "tensor([1., 1.])"
    torch.save(features, io.BytesIO())
    assert (features * 2).tolist() == [2, 2]
