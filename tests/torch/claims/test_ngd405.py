"""NGD405: a method that is looked up and not called."""

from __future__ import annotations

import torch

from tests.torch.claims import data, network, says


@says("The method is looked up and not called: the model keeps its mode.")
def test_the_model_keeps_its_mode() -> None:
    model, x = network(), data()[0]
    model.eval  # noqa: B018
    assert model.training
    assert not torch.equal(model(x), model(x))
    model.eval()
    model.train  # noqa: B018
    assert not model.training
