"""NGD902: a guard inside a guard."""

from __future__ import annotations

import torch

from tests.torch.claims import data, network, says


@says("Nothing changes")
def test_a_second_guard_changes_nothing() -> None:
    model, x = network().eval(), data()[0]
    with torch.no_grad():
        out = model(x)
        with torch.no_grad():
            again = model(x)
        assert torch.equal(out, again)
        assert not torch.is_grad_enabled()
    assert torch.is_grad_enabled()


@says("`enable_grad` and `inference_mode(False)`, which switch gradients on.")
def test_what_switches_on() -> None:
    with torch.no_grad():
        with torch.enable_grad():
            assert network()(data()[0]).requires_grad
        with torch.inference_mode(False):
            assert network()(data()[0]).requires_grad
