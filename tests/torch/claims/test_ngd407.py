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


@says("`Variable` without `volatile`, which is the tensor itself.")
def test_a_variable_is_a_tensor() -> None:
    x, _ = data()
    assert type(Variable(x)) is torch.Tensor
    assert Variable(x).data_ptr() == x.data_ptr()
