"""NGD101: what an evaluation loop without a guard costs, and what it does not."""

from __future__ import annotations

import pytest
import torch

from tests.torch.claims import data, network, normalized, saved_tensors, says


def most_saved(model: torch.nn.Module) -> int:
    """The most tensors that graphs keep at a time in the usual evaluation loop."""
    counts = []
    with saved_tensors() as alive:
        handle = model.register_forward_hook(lambda *_: counts.append(len(alive)))
        for x in data()[0].split(32):
            out = model(x)
            out.argmax(1).sum().item()
    handle.remove()
    return max(counts)


@says("Every batch builds a graph that nobody uses, and `.eval()` does not change that.")
def test_eval_mode_records() -> None:
    assert network().eval()(data()[0]).grad_fn is not None


@says("two graphs are alive at a time")
def test_the_next_graph_is_built_while_the_last_one_lives() -> None:
    model = network().eval()
    with saved_tensors() as alive:
        out = model(data()[0])
        graph = len(alive)
    assert out.grad_fn is not None
    assert most_saved(model) == 2 * graph > 0


@says("Puts the loop under `with torch.no_grad():`", "the numbers stay the same")
def test_a_guard_saves_nothing_for_a_backward_and_changes_no_number() -> None:
    x, _ = data()
    for model in (network().eval(), normalized().eval(), normalized().train()):
        out = model(x)
        with torch.no_grad():
            assert torch.equal(model(x), out)
            assert most_saved(model) == 0


@says("Models of which all parameters are frozen")
def test_a_frozen_model_records_nothing() -> None:
    assert network().requires_grad_(False)(data()[0]).grad_fn is None


@says("Results that go into NumPy as they are, which raises if they have a graph")
def test_numpy_takes_no_graph() -> None:
    out = network()(data()[0])
    with pytest.raises(RuntimeError, match="Can't call numpy\\(\\) on Tensor that requires grad"):
        out.numpy()
    with torch.no_grad():
        assert network()(data()[0]).numpy().shape == (128, 2)


@says("`torch.inference_mode()` is no drop-in: its tensors cannot be used in training")
def test_tensors_of_inference_mode_cannot_be_trained_on() -> None:
    with torch.inference_mode():
        features = data()[0] * 2
    with pytest.raises(RuntimeError, match="Inference tensors cannot be saved for backward"):
        network()(features)


@says("where the function reads `requires_grad` or the like")
def test_a_guard_shows_in_requires_grad() -> None:
    model = network()
    assert model(data()[0]).requires_grad
    with torch.no_grad():
        assert not model(data()[0]).requires_grad
