"""NGD101: what an evaluation loop without a guard costs, and what it does not."""

from __future__ import annotations

import pytest
import torch
from torch import nn

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


@says("the numbers stay the same")
@pytest.mark.parametrize(
    ("layer", "shape"),
    [
        (nn.Conv1d(3, 4, 3), (2, 3, 9)),
        (nn.Conv2d(3, 4, 3, padding=1), (2, 3, 16, 16)),
        (nn.ConvTranspose2d(3, 4, 3, 2), (2, 3, 8, 8)),
        (nn.BatchNorm2d(3), (2, 3, 8, 8)),
        (nn.LayerNorm(6), (2, 6)),
        (nn.GroupNorm(2, 4), (2, 4, 9)),
        (nn.RNN(6, 5), (7, 2, 6)),
        (nn.GRU(6, 5, 2), (7, 2, 6)),
        (nn.LSTM(6, 5), (7, 2, 6)),
        (nn.TransformerEncoderLayer(8, 2, 16), (7, 2, 8)),
    ],
    ids=lambda each: type(each).__name__,
)
@pytest.mark.parametrize("guard", [torch.no_grad, torch.inference_mode])
def test_a_guard_changes_no_number_of_a_layer(
    layer: nn.Module, shape: tuple[int, ...], guard: type[torch.no_grad]
) -> None:
    x = torch.randn(shape)
    recorded = first(layer.eval()(x))
    with guard():
        guarded = first(layer(x))
    assert recorded.requires_grad
    assert not guarded.requires_grad
    assert torch.equal(recorded, guarded)


def first(out: torch.Tensor | tuple[torch.Tensor, ...]) -> torch.Tensor:
    """The output of a layer, without the state of a recurrent one."""
    return out[0] if isinstance(out, tuple) else out


@says(
    "a stacked `nn.LSTM` or the attention and transformers of `torch.nn` with `batch_first=True` "
    "in eval mode, may round otherwise in the last digits"
)
@pytest.mark.parametrize(
    "layer",
    [
        nn.LSTM(16, 8, 2, batch_first=True),
        nn.TransformerEncoderLayer(16, 4, 32, batch_first=True),
        nn.TransformerDecoderLayer(16, 4, 32, batch_first=True),
    ],
    ids=lambda each: type(each).__name__,
)
def test_layers_that_are_fused_under_a_guard_give_the_same_but_for_rounding(
    layer: nn.Module,
) -> None:
    x = torch.randn(2, 7, 16)
    inputs = [x, x] if isinstance(layer, nn.TransformerDecoderLayer) else [x]
    recorded = first(layer.eval()(*inputs))
    with torch.no_grad():
        guarded = first(layer(*inputs))
    torch.testing.assert_close(recorded, guarded, rtol=1e-5, atol=1e-5)


@says("an `nn.TransformerEncoder` fills padded positions with zeros")
@pytest.mark.filterwarnings("ignore:The PyTorch API of nested tensors is in prototype stage")
def test_padded_positions_are_filled_with_zeros_under_a_guard() -> None:
    layer = nn.TransformerEncoderLayer(16, 4, 32, batch_first=True)
    model = nn.TransformerEncoder(layer, 2).eval()
    x, padding = torch.randn(2, 5, 16), torch.tensor([[False] * 5, [False] * 4 + [True]])
    recorded = model(x, src_key_padding_mask=padding)
    with torch.no_grad():
        guarded = model(x, src_key_padding_mask=padding)
    assert recorded[padding].abs().min() > 0
    assert guarded[padding].eq(0).all()
    torch.testing.assert_close(recorded[~padding], guarded[~padding], rtol=1e-5, atol=1e-5)


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
