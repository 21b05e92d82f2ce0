"""NGD304: what `.eval()` does not reach."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
import torch.nn.functional as F  # noqa: N812
from torch import nn

from tests.torch.claims import says

DROPOUTS = [F.dropout, F.dropout1d, F.dropout2d, F.dropout3d]
IDLE = [F.alpha_dropout, F.feature_alpha_dropout]
SHAPES = {F.dropout1d: (4, 8, 2), F.dropout2d: (4, 8, 2, 2), F.dropout3d: (4, 8, 2, 2, 2)}


class Calling(nn.Module):
    """A module whose forward is a function, which is told the mode or is not."""

    def __init__(self, function: Callable[..., torch.Tensor], *, tell: bool) -> None:
        super().__init__()
        self.function = function
        self.tell = tell

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if self.tell:
            return self.function(x, 0.5, training=self.training)
        return self.function(x, 0.5)


@says(
    "`F.dropout(x, p)` and `F.dropout1d` to `F.dropout3d`, whose `training` is True by default",
    "`.eval()` does not reach them: the model drops in evaluation too.",
)
@pytest.mark.parametrize("function", DROPOUTS, ids=lambda each: each.__name__)
def test_functional_dropout_drops_in_eval_mode(function: Callable[..., torch.Tensor]) -> None:
    torch.manual_seed(0)
    x = torch.ones(SHAPES.get(function, (4, 8)))
    assert not torch.equal(Calling(function, tell=False).eval()(x), x)
    assert torch.equal(Calling(function, tell=True).eval()(x), x)
    assert not torch.equal(Calling(function, tell=True).train()(x), x)


@says("whose `training` is False by default: they drop nothing at all")
@pytest.mark.parametrize("function", IDLE, ids=lambda each: each.__name__)
def test_some_relatives_drop_nothing(function: Callable[..., torch.Tensor]) -> None:
    x = torch.ones(4, 8, 2)
    assert torch.equal(Calling(function, tell=False).train()(x), x)


def attend(x: torch.Tensor, p: float) -> torch.Tensor:
    return F.scaled_dot_product_attention(x, x, x, dropout_p=p)


@says("`scaled_dot_product_attention` with a constant `dropout_p`")
def test_attention_drops_in_eval_mode() -> None:
    torch.manual_seed(0)
    module, x = Calling(attend, tell=False).eval(), torch.randn(2, 6, 4)
    assert not torch.equal(module(x), module(x))
    assert torch.equal(attend(x, 0.0), attend(x, 0.0))


class Building(nn.Module):
    """A module that builds its layers in ``forward``."""

    def __init__(self) -> None:
        super().__init__()
        self.built: list[nn.Module] = []

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        norm, dropout = nn.BatchNorm1d(4), nn.Dropout()
        self.built += [norm, dropout]
        return dropout(norm(x))


@says(
    "A layer built in `forward` is new, and in train mode, on every call; its parameters are never "
    "trained.",
)
def test_a_layer_built_in_forward() -> None:
    torch.manual_seed(0)
    model, x = Building().eval(), torch.randn(8, 4)
    assert not torch.equal(model(x), model(x))
    assert len({id(each) for each in model.built}) == 4
    assert all(each.training for each in model.built)
    assert list(model.parameters()) == []


@says("building it in `__init__` changes what a checkpoint holds")
def test_a_layer_built_in_init_is_in_the_checkpoint() -> None:
    assert list(Building().state_dict()) == []
    assert list(nn.Sequential(nn.BatchNorm1d(4)).state_dict()) != []


@says("`p` of zero")
def test_p_of_zero_drops_nothing() -> None:
    x = torch.ones(3)
    assert torch.equal(F.dropout(x, 0.0), x)
