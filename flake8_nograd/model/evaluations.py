"""Which forwards evaluate or infer: every threshold between certain and evident stands here.

A forward *evaluates* when no gradient is ever taken through its result. That is certain when all
results are dropped where the file can see it; where they escape, the code must say that it
evaluates: eval mode, held-out data, or the unit's own name.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from flake8_nograd.model import naming
from flake8_nograd.model.events import Forward
from flake8_nograd.model.module_model import Entry, ModuleModel
from flake8_nograd.model.program import MODULE, Unit
from flake8_nograd.model.values import Grad, Mode, Use

_ESCAPES = Use.RETURNED | Use.YIELDED | Use.STORED | Use.PASSED


@dataclass(frozen=True)
class Unguarded:
    """A forward that evaluates while gradients are recorded."""

    forward: Forward
    unit: Unit
    loop: int | None
    """The outermost loop around it that takes no gradient."""
    entry: Entry
    also_trains: bool
    """The same line trains, for another value of a flag or in another phase."""


@lru_cache(maxsize=1)
def unguarded(model: ModuleModel) -> tuple[Unguarded, ...]:
    """The forwards that evaluate while gradients are recorded; three rules ask for them."""
    return tuple(_unguarded(model))


def _unguarded(model: ModuleModel) -> Iterator[Unguarded]:
    for forward in model.forwards():
        if forward.kind not in ("forward", "through") or model.is_behind_idle_guard(forward):
            continue
        entry = model.is_recording(forward)
        if model.fate(forward) & Use.ARRAY:
            continue  # it would raise
        if entry is None or not evaluates(model, forward):
            continue
        if forward.grad == Grad.ON and (
            model.fate(forward) & _ESCAPES or not model.is_strict_evaluation(forward)
        ):
            continue  # recording was switched on here: for a result, or for hooks
        if model.is_frozen(forward):
            continue
        if forward.kind == "through" and not _decides(model, forward):
            continue
        unit = model.unit(forward.place.unit)
        if model.is_idly_decorated(unit):
            continue
        loop = model.evaluation_loop(forward)
        yield Unguarded(forward, unit, loop, entry, model.trains_elsewhere(forward))


def is_safe_to_guard(model: ModuleModel, found: Unguarded) -> bool:
    """Whether nobody can miss the graph: no result escapes, or its unit plainly evaluates."""
    forward = found.forward
    if found.unit.events.reads_graph:
        return False
    if not model.fate(forward) & _ESCAPES:
        return True
    return model.mode(forward) == Mode.EVAL or model.is_strict_evaluation(forward)


def remedy(model: ModuleModel, found: Unguarded, how: str) -> str:
    """What to do about it, in a message; with autocast in sight, that it does not help."""
    if model.autocasts(found.unit):
        how = "autocast leaves gradients on: use"
    return f"{how} `torch.no_grad()`"


def infers_as_a_whole(model: ModuleModel, unit: Unit) -> bool:
    """Whether a unit is an evaluation by name, and nothing in it takes a gradient."""
    return (
        unit.function is not None
        and model.is_evaluation_unit(unit)
        and not model.gradient_refs(unit)
        and not unit.events.reads_graph
    )


def goes_on_training(model: ModuleModel, forward: Forward) -> bool:
    """Whether an evaluation is run between steps of training."""
    return not model.gradient_loops.isdisjoint(model.loops_around(forward))


def is_put_back_in_train_mode(model: ModuleModel, forward: Forward) -> bool:
    """Whether the loop that evaluates between steps calls ``.train()`` itself."""
    loops = model.gradient_loops & model.loops_around(forward)
    called = {
        call.callee
        for unit in model.units
        for call in unit.events.calls
        if not loops.isdisjoint(call.place.loops)
    }
    return any(
        switch.mode == Mode.TRAIN
        and (unit.ref in called or not loops.isdisjoint(switch.place.loops))
        for unit in model.units
        for switch in unit.events.switches
    )


def evaluates(model: ModuleModel, forward: Forward) -> bool:
    """Whether a forward evaluates or infers."""
    unit = model.unit(forward.place.unit)
    fate = model.fate(forward)
    if fate & Use.GRADIENT or model.is_module_method(unit) or model.is_optimizer_method(unit):
        return False
    if fate & _ESCAPES and model.serves_modules(unit):
        return False
    if fate & Use.DECIDED and fate & _ESCAPES:
        return False
    if fate & Use.NO_TENSOR and forward.by_name:
        return False
    if model.is_test(unit) or model.is_smoke_test(forward) or model.is_probe(forward):
        return False
    if model.makes_loss_require_gradient(unit) or model.is_trained_by_running(forward):
        return False
    evident = model.is_evaluation(forward)
    if (naming.is_loss(unit.name) or _is_check(model, unit)) and not evident:
        return False
    if not evident and model.is_in_epochs_without_training(forward):
        return False
    if model.is_part_of_an_attack(forward):
        return False
    if model.may_guard_itself(forward) and not model.is_plainly_evaluation(forward):
        return False
    if model.is_thrown_away(forward):
        return model.is_strict_evaluation(forward) and not model.is_part_of_a_step(forward)
    if model.is_never_read(forward):
        return evident and not model.is_part_of_a_step(forward)
    if fate & Use.TARGET and not evident and model.is_part_of_a_step(forward):
        return False
    if not fate & _ESCAPES:
        said = model.is_plainly_evaluation(forward) or naming.is_evaluation(unit.name)
        return said or not model.may_be_no_model(forward)
    if not evident or fate & Use.HANDED or model.is_handed_out(unit):
        return False
    if model.gives_its_own_kind(unit):
        return False
    if fate & (Use.RETURNED | Use.PASSED) and not model.is_firmly_evaluation(forward):
        return False
    if forward.by_name and not model.is_plainly_evaluation(forward):
        return False
    return not model.is_part_of_a_step(forward) or not fate & ~(Use.PASSED | Use.ASKED)


def _is_check(model: ModuleModel, unit: Unit) -> bool:
    """A unit that looks at a model as it is, or that only such units call."""
    callers = model.callers(unit.ref)
    return naming.is_check(unit.name) or (
        bool(callers) and all(naming.is_check(model.unit(call.place.unit).name) for call in callers)
    )


def evaluates_in_train_mode(model: ModuleModel, forward: Forward) -> bool:
    """Whether a forward evaluates, or exports, a model that can be in train mode.

    Where the file shows train mode, any evaluation counts but sampling from a generator, which is
    usual in train mode. Where it shows nothing, only a unit that is plainly an evaluation does.
    """
    mode = model.mode(forward)
    unit = model.unit(forward.place.unit)
    if model.is_called_by_name_only(forward) or model.is_test(unit) or model.may_be_hook(unit):
        return False
    if mode & Mode.EVAL or model.was_switched(forward) or model.is_deliberate(unit):
        return False
    if forward.kind == "export":
        return mode == Mode.TRAIN
    if forward.kind != "forward" or not evaluates(model, forward):
        return False
    strict = model.is_strict_evaluation(forward)
    if mode == Mode.TRAIN:
        if model.is_sampled_in_training(forward):
            return False
        if unit.flag is not None and naming.is_training(unit.name):
            return False
        if strict:
            return True
        if model.is_of_another_file(forward):
            return False  # it may have no mode
        if model.is_part_of_a_step(forward) or model.is_sampling(forward):
            return False
        if model.is_never_read(forward):
            return False
        if forward.place.unit == MODULE or model.evaluation_loop(forward) is not None:
            return True
        if model.is_inference_file:
            return True
        return model.is_evaluation_unit(unit)
    if model.is_switched_by_script(forward) or model.is_loaded_elsewhere(forward):
        return False
    if model.is_run_by_others(unit) or naming.is_step(unit.name):
        return False
    if model.takes_gradients(unit):
        return strict and model.is_trained_beside(forward)
    if model.is_seen_from_outside(forward) and not naming.is_strict_evaluation(unit.name):
        return False
    return strict and not model.may_be_any_callable(forward)


def _decides(model: ModuleModel, forward: Forward) -> bool:
    """Whether a call of this file's unit is to blame, not the forward inside that unit.

    It is where the unit also serves training, or belongs to a module: there the caller decides.
    """
    assert forward.through is not None
    unit = model.unit(forward.through)
    if model.is_module_method(unit):
        return True
    if model.trains(unit):
        return False
    return any(
        inner.kind == "forward" and model.fate(inner) & Use.GRADIENT
        for inner in unit.events.forwards
        if inner.place.ref in model.returned_origins(unit)
    )
