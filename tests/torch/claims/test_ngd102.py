"""NGD102: how long the graph of a single forward lives."""

from __future__ import annotations

import torch

from tests.torch.claims import data, network, saved_tensors, says


@says("The graph of the forward is built and kept as long as the result lives.")
def test_the_graph_lives_as_long_as_the_result() -> None:
    with saved_tensors() as alive:
        out = network().eval()(data()[0])
        assert out.grad_fn is not None
        assert len(alive) > 0
        del out
        assert len(alive) == 0


@says("Puts the forward under `with torch.no_grad():`, or `@torch.no_grad()` on the function")
def test_both_shapes_of_the_guard_record_nothing() -> None:
    model = network()

    @torch.no_grad()
    def predict(x: torch.Tensor) -> torch.Tensor:
        return model(x)

    with torch.no_grad():
        out = model(data()[0])
    assert out.grad_fn is predict(data()[0]).grad_fn is None
