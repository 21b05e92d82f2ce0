"""What goes wrong in training runs: modes that are not restored, graphs that are kept.

Only what is certain from this file is told here.
"""

from __future__ import annotations

from collections.abc import Iterator

from flake8_nograd.model.evaluations import evaluates
from flake8_nograd.model.events import (
    Accumulation,
    CallSite,
    Forward,
    LoopModes,
    Notice,
    Place,
)
from flake8_nograd.model.module_model import ModuleModel
from flake8_nograd.model.program import MODULE, Unit
from flake8_nograd.model.values import Grad, Mode, Thing, Use


def unrestored(model: ModuleModel) -> Iterator[tuple[Place, str]]:
    """The calls that leave a model in eval mode for the next iteration's training forward.

    None where a ``model.train`` lacks its parentheses: that is the one mistake to tell.
    """
    if any(notice.text.endswith(".train") for notice in model.notices("mode not called")):
        return
    for unit in model.units:
        for loop in unit.events.loop_modes:
            for trained in sorted(_trained_in(model, unit, loop), key=repr):
                after = loop.after.get(trained, Mode.INHERITED)
                before = loop.before.get(trained, Mode.INHERITED)
                if model.at_entry(before, trained, unit) != Mode.TRAIN or not after & Mode.EVAL:
                    continue
                culprit = _last_switch(model, unit, trained, Mode.EVAL, loop=loop.loop)
                if culprit is None or (after != Mode.EVAL and not _evaluates(model, *culprit)):
                    continue
                yield culprit


def _evaluates(model: ModuleModel, place: Place, switched: str) -> bool:
    """Whether a switch to eval mode, or a call that makes one, belongs to an evaluation."""
    unit = model.unit(place.unit)
    for call in unit.events.calls:
        if call.place.ref == place.ref:
            reached = {call.callee} | model.called_by(model.unit(call.callee))
            return any(
                evaluates(model, forward)
                for each in reached
                for forward in model.unit(each).events.forwards
            )
    return any(
        forward.place.block == place.block
        and forward.model_text == switched
        and evaluates(model, forward)
        for forward in unit.events.forwards
    )


def _trained_in(model: ModuleModel, unit: Unit, loop: LoopModes) -> set[Thing]:
    """The models that are trained in a loop as the iteration before has left them."""
    found: set[Thing] = set()
    for forward in unit.events.forwards:
        if loop.loop in forward.place.loops and _is_trained_as_left(model, forward):
            found |= forward.models
    for call in unit.events.calls:
        if loop.loop in call.place.loops and model.trains(model.unit(call.callee)):
            found |= _trained_by(model, call)
    return found


def _is_trained_as_left(model: ModuleModel, forward: Forward) -> bool:
    trains = bool(model.fate(forward) & Use.GRADIENT) and not model.is_guarded(forward)
    return bool(forward.mode & Mode.EVAL) and trains


def _trained_by(model: ModuleModel, call: CallSite) -> set[Thing]:
    """The models that a call trains in the mode in which it is given them."""
    found: set[Thing] = set()
    for forward in model.unit(call.callee).events.forwards:
        if forward.mode == Mode.INHERITED and model.fate(forward) & Use.GRADIENT:
            for each in forward.models:
                found.update(model.given(each, call))
    return {each for each in found if call.modes.get(each, Mode.INHERITED) & Mode.EVAL}


def _last_switch(
    model: ModuleModel,
    unit: Unit,
    switched: Thing,
    mode: Mode,
    loop: int | None = None,
    before: Mode | None = None,
) -> tuple[Place, str] | None:
    """The last statement or call that puts a model in ``mode``: its place, the model's name.

    Only inside ``loop``, and only where the model could be in the mode ``before``, if given.
    """
    found: list[tuple[Place, str]] = [
        (switch.place, switch.text)
        for switch in unit.events.switches
        if switch.mode == mode
        and switched in switch.models
        and (before is None or (switch.before & before and not switch.place.conditional))
    ]
    for call in unit.events.calls:
        if before is not None and not call.modes.get(switched, Mode.INHERITED) & before:
            continue
        for left, left_mode in model.exit_modes(call.callee):
            leaves = left_mode & mode and not left_mode & ~(mode | Mode.INHERITED)
            if leaves and switched in model.given(left, call):
                found.append((call.place, model.name_of(left, call)))
    inside = [each for each in found if loop is None or loop in each[0].loops]
    return max(inside, key=lambda each: each[0].ref, default=None)


def switched_back(model: ModuleModel) -> Iterator[tuple[Place, str]]:
    """The switches to train mode that an evaluation runs into after its own ``.eval()``."""
    reported: set[int] = set()
    for forward in model.forwards():
        if forward.kind != "forward" or not forward.mode & Mode.TRAIN:
            continue
        if not model.was_switched(forward) or model.is_deliberate(model.unit(forward.place.unit)):
            continue
        if model.is_part_of_a_step(forward) or not model.is_strict_evaluation(forward):
            continue
        if not evaluates(model, forward):
            continue
        unit = model.unit(forward.place.unit)
        for switched in sorted(forward.models, key=repr):
            culprit = _last_switch(model, unit, switched, Mode.TRAIN, before=Mode.EVAL)
            if culprit is None or culprit[0].ref in reported or not _precedes(culprit[0], forward):
                continue
            if _is_undone(unit, switched, culprit[0], forward):
                continue
            reported.add(culprit[0].ref)
            yield culprit


def _is_undone(unit: Unit, switched: Thing, place: Place, forward: Forward) -> bool:
    """Whether the model is put in eval mode again between a switch to train mode and a forward."""
    return any(
        switch.mode == Mode.EVAL
        and switched in switch.models
        and not switch.place.conditional
        and place.ref < switch.place.ref < forward.place.ref
        and set(place.loops) >= set(switch.place.loops)
        for switch in unit.events.switches
    )


def _precedes(place: Place, forward: Forward) -> bool:
    """Whether something runs before a forward, in the same iteration or the one before."""
    shared = set(place.loops) & set(forward.place.loops)
    return place.ref < forward.place.ref or bool(shared)


def trained_in_eval_mode(model: ModuleModel) -> Iterator[Forward]:
    """The first training forward of each model that came in eval mode and is optimized here."""
    reported: set[frozenset[Thing]] = set()
    for forward in model.forwards():
        if forward.kind != "forward" or forward.models in reported:
            continue
        unit = model.unit(forward.place.unit)
        if not model.is_optimized(forward) or model.is_deliberate(unit) or model.is_test(unit):
            continue
        if model.is_guarded(forward):
            continue
        if not model.fate(forward) & Use.GRADIENT or not model.is_in_eval_mode(forward):
            continue
        if not _goes_backward(model, forward) or model.is_trained_in_parts(forward):
            continue
        if model.is_evaluated_elsewhere(forward) or _is_switched_to_train(unit, forward):
            continue
        reported.add(forward.models)
        yield forward


def _is_switched_to_train(unit: Unit, forward: Forward) -> bool:
    """Whether the unit puts the model in train mode somewhere else: eval mode is for this step."""
    return any(
        switch.mode == Mode.TRAIN and switch.models & forward.models
        for switch in unit.events.switches
    )


def _goes_backward(model: ModuleModel, forward: Forward) -> bool:
    """Whether ``backward()`` is called for a forward, not ``autograd.grad`` for its input."""
    uses = model.unit(forward.place.unit).events.gradients
    return not uses or any(
        use.kind == "backward" and forward.place.ref in use.origins for use in uses
    )


def left_off(model: ModuleModel) -> Iterator[Notice]:
    """The statements that switch gradients off in a unit that returns so, where others train.

    Where the file calls the unit, its calls tell: a gradient is taken after one of them, with
    gradients still off. Where it does not, the training beside it does, unless it switches
    gradients on for itself or the file has a unit to do it.
    """
    switches_on = any(model.leaves_gradients_on(unit) for unit in model.units)
    for notice in model.notices("gradients switched off"):
        unit = model.unit(notice.place.unit)
        if unit.ref == MODULE or not model.leaves_gradients_off(unit):
            continue
        if model.callers(unit.ref):
            if any(unit.ref in model.called_by(each) for each in _trains_with_gradients_off(model)):
                yield notice
        elif not (switches_on or model.is_handed_out(unit) or model.is_test(unit)):
            if any(_trains_as_left(model, each) for each in model.units if each is not unit):
                yield notice


def _trains_with_gradients_off(model: ModuleModel) -> Iterator[Unit]:
    """The units that take a gradient where a call has left gradients off."""
    for unit in model.units:
        if any(use.grad & Grad.LEFT for use in unit.events.gradients) or any(
            call.grad & Grad.LEFT and _trains_as_left(model, model.unit(call.callee))
            for call in unit.events.calls
        ):
            yield unit


def _trains_as_left(model: ModuleModel, unit: Unit) -> bool:
    """Whether a unit takes gradients in the mode in which it is called."""
    return any(
        use.kind in ("backward", "gradient") and use.grad & Grad.INHERITED
        for use in unit.events.gradients
    ) or any(
        call.grad & Grad.INHERITED
        and call.callee != unit.ref
        and any(use.grad & Grad.INHERITED for use in model.unit(call.callee).events.gradients)
        for call in unit.events.calls
    )


def kept_alive(model: ModuleModel) -> Iterator[Accumulation]:
    """What is backpropagated in a loop and still added up, attached, across its iterations."""
    for unit in model.units:
        for accumulation in unit.events.accumulations:
            if accumulation.grad.is_off or not model.is_entered_recording(unit):
                continue
            if model.is_backpropagated_alone(accumulation):
                yield accumulation
