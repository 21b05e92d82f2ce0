"""What the model takes for granted about PyTorch, where neither a page nor a row says it."""

from __future__ import annotations

import asyncio
import contextlib
import copy
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Thread
from typing import Any

import pytest
import torch
from torch import nn

from tests.torch.claims import alone, data, loss_of, network, normalized


def records() -> bool:
    """Whether autograd records here and now."""
    return (torch.zeros(1, requires_grad=True) * 2).grad_fn is not None


# ------------------------------------------------------------------ guards in guards

NO_GRAD, ENABLE, INFERENCE = torch.no_grad, torch.enable_grad, torch.inference_mode
SET_ON = lambda: torch.set_grad_enabled(True)  # noqa: E731
NOT_INFERENCE = lambda: torch.inference_mode(mode=False)  # noqa: E731


@pytest.mark.parametrize(
    ("outer", "inner", "expected"),
    [
        (NO_GRAD, ENABLE, True),
        (ENABLE, NO_GRAD, False),
        (INFERENCE, ENABLE, False),
        (INFERENCE, SET_ON, False),
        (INFERENCE, NOT_INFERENCE, True),
        (NO_GRAD, NOT_INFERENCE, True),
        (NO_GRAD, SET_ON, True),
    ],
)
def test_of_two_guards_the_inner_one_decides_but_inference_mode_stays(
    outer: Callable[[], Any], inner: Callable[[], Any], expected: bool
) -> None:
    with outer(), inner():
        assert records() == expected
    assert records()


def test_the_items_of_a_with_are_entered_in_order() -> None:
    with torch.no_grad(), torch.enable_grad():
        assert records()
    with torch.enable_grad(), torch.no_grad():
        assert not records()


def test_a_switch_in_a_block_holds_until_the_block_ends() -> None:
    with torch.no_grad():
        torch.set_grad_enabled(True)
        assert records()
        with torch.no_grad():
            assert not records()
        assert records()
    assert records()
    with torch.enable_grad():
        torch.set_grad_enabled(False)
    assert records()


def test_a_guard_ends_with_a_return_and_with_an_exception() -> None:
    def leave() -> bool:
        with torch.no_grad():
            return records()

    assert not leave()
    with contextlib.suppress(ZeroDivisionError), torch.no_grad():
        _ = 1 / 0
    assert records()


def test_a_guard_object_can_be_used_again() -> None:
    guard = torch.no_grad()
    for _ in range(2):
        with guard:
            assert not records()
        assert records()


def test_an_exit_stack_holds_what_is_entered_and_not_what_is_pushed() -> None:
    with contextlib.ExitStack() as stack:
        stack.enter_context(torch.no_grad())
        assert not records()
    assert records()

    def push() -> bool:
        with contextlib.ExitStack() as stack:
            stack.push(torch.no_grad())
            return records()

    assert alone(push)


def test_a_guard_entered_by_hand_holds_until_it_is_left_by_hand() -> None:
    def modes() -> list[bool]:
        guard = torch.no_grad()
        guard.__enter__()
        inside = records()
        guard.__exit__(None, None, None)
        return [inside, records()]

    assert alone(modes) == [False, True]


def test_only_a_bool_is_a_mode() -> None:
    for given in (None, 0, 1):
        with pytest.raises(TypeError):
            torch.set_grad_enabled(given)


# ------------------------------------------------------------------ functions that are guarded


def test_a_guard_decorates_functions_methods_lambdas_and_models() -> None:
    class Asking:
        @torch.no_grad()
        def method(self) -> bool:
            return records()

        @staticmethod
        @torch.no_grad()
        def static() -> bool:
            return records()

        @property
        @torch.no_grad()
        def attribute(self) -> bool:
            return records()

    assert not Asking().method()
    assert not Asking.static()
    assert not Asking().attribute
    assert not torch.no_grad()(lambda: records())()
    assert not torch.no_grad()(network())(data()[0]).requires_grad


def test_a_function_that_is_made_under_a_guard_is_not_guarded() -> None:
    with torch.no_grad():

        def ask(default: bool = records()) -> tuple[bool, bool]:
            return records(), default

    assert ask() == (True, False)


def test_a_generator_expression_runs_in_the_mode_of_who_consumes_it() -> None:
    def ask(_: int) -> bool:
        return records()

    with torch.no_grad():
        lazy = (ask(each) for each in range(2))
    assert list(lazy) == [True, True]
    lazy = (ask(each) for each in range(2))
    with torch.no_grad():
        assert list(lazy) == [False, False]


def test_a_guard_does_not_reach_other_threads() -> None:
    seen: list[bool] = []

    async def elsewhere() -> bool:
        return await asyncio.to_thread(records)

    with torch.no_grad():
        thread = Thread(target=lambda: seen.append(records()))
        thread.start()
        thread.join()
        with ThreadPoolExecutor(1) as executor:
            seen.append(executor.submit(records).result())
        seen.append(asyncio.run(elsewhere()))
    assert seen == [True, True, True]


# ------------------------------------------------------------------ values


def test_views_and_parameters_made_under_a_guard_require_gradients_all_the_same() -> None:
    weight = nn.Linear(2, 2).weight
    with torch.no_grad():
        assert weight.view(-1).requires_grad
        assert weight[:1].requires_grad
        assert nn.Linear(2, 2).weight.requires_grad
        assert not (weight * 1).requires_grad


def test_the_sum_of_an_attached_and_an_unattached_loss_trains_the_attached_part() -> None:
    model, other = network(), network()
    with torch.no_grad():
        constant = loss_of(other)
    (loss_of(model) + constant).backward()
    assert model[0].weight.grad is not None
    assert other[0].weight.grad is None


def test_one_parameter_that_is_not_frozen_is_enough_for_a_graph() -> None:
    model = network().requires_grad_(False)
    x = data()[0]
    assert not model(x).requires_grad
    assert model(x.clone().requires_grad_()).requires_grad
    model[3].bias.requires_grad_()
    assert model(x).requires_grad


def test_functional_jacobian_is_zero_under_inference_mode_and_works_under_no_grad() -> None:
    jacobian, x = torch.autograd.functional.jacobian, torch.ones(2)
    with torch.no_grad():
        assert jacobian(torch.square, x).equal(2 * torch.eye(2))
    with torch.inference_mode():
        assert jacobian(torch.square, x).eq(0).all()


@pytest.mark.parametrize("make", [copy.deepcopy, nn.Module.double], ids=["copied", "converted"])
def test_a_model_that_is_made_under_inference_mode_does_not_train(
    make: Callable[[Any], Any],
) -> None:
    for guard, trains in ((torch.no_grad, True), (torch.inference_mode, False)):
        with guard():
            model = make(nn.Linear(4, 4))
        model(torch.ones(1, 4, dtype=model.weight.dtype)).sum().backward()
        assert (model.weight.grad is not None) == trains


def test_an_attack_needs_gradients_in_eval_mode_too() -> None:
    model, x = network().eval(), data()[0].clone().requires_grad_()
    [slope] = torch.autograd.grad(model(x).sum(), x)
    assert slope.abs().sum() > 0


def test_a_step_with_a_closure_records_under_no_grad() -> None:
    model = network()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)

    def closure() -> Any:
        loss = loss_of(model)
        loss.backward()
        return loss

    before = model[0].weight.clone()
    with torch.no_grad():
        optimizer.step(closure)
    assert not torch.equal(before, model[0].weight)


# ------------------------------------------------------------------ modes


def test_the_mode_of_a_model_and_the_gradient_mode_know_nothing_of_each_other() -> None:
    model = network()
    with torch.no_grad():
        assert model.training
        model.eval()
        assert not records()
    assert not model.training
    assert records()


def test_a_forward_under_a_guard_updates_batch_norm_in_train_mode() -> None:
    for guard in (torch.no_grad, torch.inference_mode):
        model = normalized()
        with guard():
            model(data()[0])
        assert model[1].num_batches_tracked == 1


def test_a_mode_must_be_a_bool() -> None:
    for given in (None, 0, "eval"):
        with pytest.raises(ValueError, match="training mode is expected to be boolean"):
            network().train(given)


def test_modules_in_a_plain_list_and_modules_that_come_later_keep_their_mode() -> None:
    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.listed = [nn.Dropout()]

    net = Net().eval()
    net.head = nn.Dropout()
    assert net.listed[0].training
    assert net.head.training


def test_a_wrapper_is_fresh_and_its_child_keeps_its_mode() -> None:
    child = network().eval()
    wrapper = nn.Sequential(child)
    assert wrapper.training
    assert not child.training


def test_a_copy_keeps_the_mode_and_a_state_dict_does_not() -> None:
    model = network().eval()
    assert not copy.deepcopy(model).training
    fresh = network()
    fresh.load_state_dict(model.state_dict())
    assert fresh.training


def test_layers_without_dropout_and_batch_norm_have_no_mode() -> None:
    x = torch.randn(2, 4, 6)
    for layer in (nn.Linear(6, 3), nn.LayerNorm(6), nn.GroupNorm(2, 4), nn.Conv1d(4, 2, 3)):
        assert torch.equal(layer(x), layer.eval()(x)), layer


def test_batch_norm_in_train_mode_refuses_a_single_value() -> None:
    model = nn.BatchNorm1d(3)
    with pytest.raises(ValueError, match="Expected more than 1 value per channel when training"):
        model(torch.ones(1, 3))
    assert model.eval()(torch.ones(1, 3)).shape == (1, 3)


def test_update_bn_runs_in_train_mode_under_a_guard_and_restores_the_mode() -> None:
    model, modes = normalized().eval(), []
    model.register_forward_hook(lambda module, *_: modes.append((module.training, records())))
    torch.optim.swa_utils.update_bn(data()[0].split(64), model)
    assert modes == [(True, False)] * 2
    assert not model.training
    assert model[1].num_batches_tracked == 2


def test_an_averaged_model_is_a_copy_that_needs_no_guard() -> None:
    model = network()
    averaged = torch.optim.swa_utils.AveragedModel(model)
    averaged.update_parameters(model)
    assert averaged.module is not model
    assert averaged.module[0].weight.grad_fn is None


@contextlib.contextmanager
def evaluating(model: Any) -> Iterator[None]:
    """A context manager as projects write them."""
    was_training = model.training
    model.eval()
    with torch.no_grad():
        yield
    model.train(was_training)


def test_an_own_context_manager_is_a_guard_as_with_and_as_decorator() -> None:
    model = network()
    with evaluating(model):
        assert not records()
        assert not model.training
    assert records()
    assert model.training
    assert not evaluating(model)(records)()
