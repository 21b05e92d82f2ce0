"""NGD305: what the attribute `training` does."""

from __future__ import annotations

import torch

from tests.torch.claims import data, network, says


@says(
    "It sets the attribute of the outermost module only. The dropout and batch-norm layers inside "
    "keep their mode, and they are the ones that read it.",
)
def test_the_children_keep_their_mode() -> None:
    model, x = network(), data()[0]
    model.training = False
    assert [each.training for each in model.modules()] == [False, True, True, True, True]
    assert not torch.equal(model(x), model(x))
    model[2].training = False
    assert torch.equal(model(x), model(x))


@says("Writes `model.eval()`, or `model.train()` for True. The layers change their mode then")
def test_the_methods_reach_the_children() -> None:
    model = network()
    model.eval()
    assert not any(each.training for each in model.modules())
    model.train()
    assert all(each.training for each in model.modules())
