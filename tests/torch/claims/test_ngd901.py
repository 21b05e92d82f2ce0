"""NGD901: what inference mode leaves out, and where that shows."""

from __future__ import annotations

import pytest
import torch

from tests.torch.claims import data, network, says


@says("`torch.inference_mode()` also leaves out version counters and view tracking.")
def test_no_version_and_no_view() -> None:
    x, _ = data()
    with torch.no_grad():
        assert (x * 2)._version == 0
        assert x.view(-1)._is_view()
    with torch.inference_mode():
        doubled = x * 2
        assert not doubled.view(-1)._is_view()
        with pytest.raises(RuntimeError, match="Inference tensors do not track version counter"):
            _ = doubled._version


@says("an inference tensor that autograd must save raises")
def test_an_inference_tensor_cannot_be_saved() -> None:
    with torch.inference_mode():
        features = data()[0] * 2
    with pytest.raises(RuntimeError, match="Inference tensors cannot be saved for backward"):
        network()(features)


@says(
    "A model that builds a cache of tensors on its first run, in a file that cannot be seen, keeps "
    "inference tensors, and training it afterwards raises."
)
@pytest.mark.parametrize("guard", [torch.no_grad, torch.inference_mode])
def test_a_cache_of_the_first_run(guard: type[torch.no_grad]) -> None:
    class Caching(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layer = torch.nn.Linear(4, 4)
            self.scale: torch.Tensor | None = None

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            if self.scale is None:
                self.scale = torch.arange(4.0)
            return self.layer(x) * self.scale

    model, x = Caching(), data()[0]
    with guard():
        model(x)
    if guard is torch.no_grad:
        model(x).sum().backward()
        return
    with pytest.raises(RuntimeError, match="Inference tensors cannot be saved for backward"):
        model(x).sum().backward()
