"""NGD302: what a model does that is left in eval mode."""

from __future__ import annotations

import torch
from torch import nn

from tests.torch.claims import data, network, normalized, says, train


@says("From there on dropout is off and batch norm is frozen.")
def test_training_goes_on_without_dropout_and_with_frozen_batch_norm() -> None:
    x, _ = data()
    dropping = network().eval()
    train(dropping, steps=2)
    assert torch.equal(dropping(x), dropping(x))
    frozen = normalized().eval()
    statistics = frozen[1].running_mean.clone()
    train(frozen, steps=2)
    assert torch.equal(frozen[1].running_mean, statistics)


@says("Children that were put in eval mode on purpose go back to train mode with it.")
def test_train_reaches_the_children() -> None:
    model = normalized()
    model[1].eval()
    model.train()
    assert model[1].training


@says("Training in eval mode from the start, which is meant: a frozen batch norm.")
def test_parameters_train_in_eval_mode() -> None:
    model = nn.Sequential(nn.BatchNorm1d(4), nn.Linear(4, 2)).eval()
    losses = train(model)
    assert losses[-1] < losses[0]
