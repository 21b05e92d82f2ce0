"""NGD307: training of a model that came in eval mode."""

from __future__ import annotations

import torch

from tests.torch.claims import data, network, normalized, says, train


@says("It trains without dropout and with frozen batch norm. The loss falls all the same")
def test_it_trains_without_dropout_and_with_frozen_batch_norm() -> None:
    dropping, frozen = network().eval(), normalized().eval()
    for model in (dropping, frozen):
        losses = train(model)
        assert losses[-1] < losses[0] / 2
        assert torch.equal(model(data()[0]), model(data()[0]))
    assert frozen[1].num_batches_tracked == 0
