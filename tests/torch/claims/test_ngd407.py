"""NGD407: `volatile`."""

from __future__ import annotations

import pytest
import torch
from torch.autograd import Variable

from tests.torch.claims import data, network, says


@says("Since 0.4 it does nothing but warn: gradients are recorded.")
def test_it_warns_and_records() -> None:
    with pytest.warns(UserWarning, match="volatile was removed"):
        x = Variable(data()[0], volatile=True)
    assert network()(x).requires_grad


@says("`Variable` without `volatile`: a tensor of the same data, without a graph.")
def test_a_variable_is_a_tensor_without_a_graph() -> None:
    out = network()(data()[0])
    assert out.requires_grad
    assert type(Variable(out)) is torch.Tensor
    assert Variable(out).data_ptr() == out.data_ptr()
    assert not Variable(out).requires_grad
