"""NGD402: the class of a guard, entered."""

from __future__ import annotations

import sys
from typing import Any

import pytest
import torch

from tests.torch.claims import loss_of, network, says

GUARDS = [torch.no_grad, torch.inference_mode, torch.enable_grad, torch.set_grad_enabled]


@says(
    "It raises `TypeError: 'type' object does not support the context manager protocol`, or "
    "`AttributeError: __enter__` on Python 3.10.",
)
@pytest.mark.parametrize("guard", GUARDS)
def test_the_class_cannot_be_entered(guard: Any) -> None:
    error, text = (
        (TypeError, "'type' object does not support the context manager protocol")
        if sys.version_info >= (3, 11)
        else (AttributeError, "__enter__")
    )
    with pytest.raises(error, match=text), guard:
        pass


@says("The decorator `@torch.no_grad` without parentheses works")
@pytest.mark.parametrize("guard", [torch.no_grad, torch.inference_mode])
def test_the_decorator_needs_no_parentheses(guard: Any) -> None:
    assert not guard(loss_of)(network()).requires_grad


@says("`set_grad_enabled` has no fix: it needs to be told which mode.")
def test_set_grad_enabled_needs_a_mode() -> None:
    with pytest.raises(TypeError):
        torch.set_grad_enabled()
