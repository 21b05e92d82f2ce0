"""NGD303: `.train()` after `.eval()`."""

from __future__ import annotations

import torch

from tests.torch.claims import data, network, normalized, says


@says("The evaluation runs in train mode after all: what NGD301 says of dropout and batch norm")
def test_the_last_switch_counts() -> None:
    x, _ = data()
    model = network()
    model.eval()
    model.train()
    assert not torch.equal(model(x), model(x))
    model = normalized()
    model.eval()
    model.train()
    model(x)
    assert model[1].num_batches_tracked == 1
