"""NGD301: what train mode does to an evaluation."""

from __future__ import annotations

import pytest
import torch

from tests.torch.claims import accuracy, data, network, normalized, says, train


@says("Fresh models, and those of torchvision and timm, come in train mode")
def test_a_fresh_model_is_in_train_mode() -> None:
    assert all(each.training for each in network().modules())


@says("Dropout stays on", "two passes disagreed on")
def test_two_passes_disagree() -> None:
    model = network()
    train(model)
    x, _ = data()
    with torch.no_grad():
        assert not torch.equal(model(x).argmax(1), model(x).argmax(1))
        model.eval()
        assert torch.equal(model(x), model(x))


@says("the accuracy of a digits classifier fell")
def test_the_accuracy_falls() -> None:
    model = network()
    train(model)
    in_train_mode = sum(accuracy(model) for _ in range(20)) / 20
    assert accuracy(model.eval()) > in_train_mode


@says(
    "a single pass over shifted inputs overwrote the running statistics, and the accuracy of the "
    "model in eval mode fell",
    "A guard does not prevent that.",
)
@pytest.mark.parametrize("guard", [torch.no_grad, torch.inference_mode])
def test_a_guarded_pass_overwrites_the_statistics(guard: type[torch.no_grad]) -> None:
    model = normalized()
    train(model)
    statistics = model[1].running_mean.clone()
    before = accuracy(model.eval())
    model.train()
    with guard():
        for x in (data()[0] * 5 + 20).split(16):
            model(x)
    assert not torch.equal(model[1].running_mean, statistics)
    assert accuracy(model.eval()) < before - 0.2


@says("An export in train mode has dropout in it for good.")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_traced_model_keeps_its_dropout() -> None:
    model, x = network(), data()[0]
    traced = torch.jit.trace(model, x, check_trace=False).eval()
    assert not torch.equal(traced(x), traced(x))
    traced = torch.jit.trace(model.eval(), x)
    assert torch.equal(traced(x), traced(x))


@says("those drawn after it, in training too, are others")
def test_dropout_draws_random_numbers_in_train_mode_alone() -> None:
    model, x = network(), data()[0]
    torch.manual_seed(0)
    untouched = torch.get_rng_state()
    model.eval()(x)
    assert torch.equal(torch.get_rng_state(), untouched)
    model.train()(x)
    assert not torch.equal(torch.get_rng_state(), untouched)
