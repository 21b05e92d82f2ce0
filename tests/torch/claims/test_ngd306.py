"""NGD306: a `train` method that takes no mode."""

from __future__ import annotations

import pytest
from torch import nn

from tests.torch.claims import says


class Net(nn.Module):
    """Its ``train`` cannot be called with a mode."""

    def train(self) -> None:
        super().train()


@says("`model.eval()` is `model.train(False)`: it raises `TypeError`.")
def test_eval_raises() -> None:
    net = Net()
    net.train()
    with pytest.raises(TypeError, match="takes 1 positional argument but 2 were given"):
        net.eval()


@says("So does `.train()` or `.eval()` of any module that holds this one as a child.")
def test_the_parent_raises() -> None:
    parent = nn.Sequential(Net())
    for switch in (parent.train, parent.eval):
        with pytest.raises(TypeError, match="takes 1 positional argument but 2 were given"):
            switch()


@says("Overrides whose other parameters have defaults.")
def test_more_parameters_with_defaults_are_no_harm() -> None:
    class Other(nn.Module):
        def train(self, mode: bool = True, note: str = "") -> nn.Module:
            return super().train(mode)

    assert not Other().eval().training
