"""What is a model, in which mode it is, and what running it gives."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from flake8_nograd.facts import code
from flake8_nograd.frameworks.schema import Effect
from flake8_nograd.model import naming
from flake8_nograd.model.events import Arguments, Forward, ModeSwitch
from flake8_nograd.model.text import text_of
from flake8_nograd.model.values import (
    UNKNOWN,
    Builtin,
    External,
    Grad,
    Instance,
    Literal,
    Member,
    Mode,
    Parameter,
    ParametersOf,
    Result,
    Self,
    Thing,
    Use,
    Value,
    join,
    ordered,
    thing,
)

if TYPE_CHECKING:
    from flake8_nograd.model.interpreter import Interpreter

MODE_WORDS = {"train": Mode.TRAIN, "eval": Mode.EVAL, "unknown": Mode.TRAIN | Mode.EVAL}


class Evidence(enum.IntEnum):
    """How sure it is that something is a model."""

    AGAINST = -1
    NONE = 0
    NAME = 1
    STRONG = 2


class Models:
    """The models that one run of a unit meets."""

    def __init__(self, run: Interpreter) -> None:
        self._run = run
        self._program = run.program
        self._frameworks = run.frameworks

    def forward(
        self,
        fact: code.Call,
        models: Sequence[Thing],
        arguments: Arguments,
        evidence: Evidence,
        kind: str = "forward",
        model_text: str | None = None,
    ) -> Value:
        """A model is run; its result carries a new graph."""
        run = self._run
        given = join([value for _, value in arguments])
        grad = Grad.OFF if kind in ("generate", "export") else run.live.grad
        mode = Mode(0)
        for model in models:
            mode |= run.live.mode(model)
        for model in models:
            own = self._forward_unit(fact, model, arguments)
            if own is not None and own.is_off:
                grad = own
        for each in given.things:
            if isinstance(each, Result) and each.call in self._program.detached:
                self._program.add_use(self._program.detached[each.call], Use.TARGET)
        text = text_of(fact.function)
        inputs = [text_of(each.value, whole=True) for each, _ in arguments]
        run.events.forwards.append(
            Forward(
                place=run.place(fact.ref),
                text=text,
                model_text=model_text or text,
                models=frozenset(models),
                grad=grad,
                mode=mode or Mode.INHERITED,
                inputs=given.things,
                inputs_made=given.made,
                held_out=any(run.held_out) or any(naming.is_held_out(each) for each in inputs),
                by_name=evidence < Evidence.STRONG,
                kind=kind,  # type: ignore[arg-type]
            )
        )
        self._program.forwards[fact.ref] = grad
        return Value(
            frozenset([Result(fact.ref, text)]),
            given.origins | {fact.ref},
            grad if kind != "export" else UNKNOWN,
        )

    def _forward_unit(self, fact: code.Call, model: Thing, arguments: Arguments) -> Grad | None:
        """Run the ``forward`` of a class of this file; the mode in which it makes its result."""
        class_ref = self._program.class_of(model)
        if class_ref is None:
            return None
        unit = self._program.find_method(class_ref, "forward")
        if unit is None:
            return None
        self._run.local.call_unit(
            fact.ref, unit, model, arguments, text_of(fact.function), quiet=True
        )
        if self._program.units[unit].initial.is_off:
            return self._program.units[unit].initial
        summary = self._program.summary(unit, self._run.unit.ref)
        return None if summary is None or not summary.returns.made else summary.returns.made

    def copied(self, copy: Thing, value: Value) -> Value:
        """A copy of a model: in the same mode, frozen as it, and a model of its own."""
        if self.evidence(ordered(value.things), "") < Evidence.STRONG:
            return value
        mode = Mode(0)
        for each in value.things:
            mode |= self._run.live.mode(each)
        self._program.add_model([copy])
        self._run.live.set_mode([copy], mode)
        if all(self._program.is_frozen(each, self._run.unit.ref) for each in value.things):
            self._program.freeze([copy])
        return thing(copy)

    def evidence(self, things: Iterable[Thing], text: str) -> Evidence:
        """How sure it is that one of ``things``, written as ``text``, is a model."""
        best = Evidence.NONE
        against = False
        nameable = False
        for each in things:
            found = self.evidence_of(each)
            is_other = found == Evidence.AGAINST and not isinstance(each, Literal)
            against = against or is_other
            nameable = nameable or found == Evidence.NONE
            best = max(best, found)
        if best == Evidence.STRONG and against:  # one of several things, not all of them models
            return Evidence.NAME if naming.is_model(text) else Evidence.AGAINST
        if best == Evidence.NONE and nameable and naming.is_model(text):
            return Evidence.NAME
        return Evidence.AGAINST if best == Evidence.NONE and against else best

    def evidence_of(self, each: Thing, depth: int = 0) -> Evidence:
        """How sure it is that one thing is a model, but for its name."""
        program, reader = self._program, self._run.unit.ref
        class_ref = program.class_of(each)
        if class_ref is not None:
            return Evidence.STRONG if program.is_module_class(class_ref) else Evidence.AGAINST
        if isinstance(each, Instance):
            assert isinstance(each.made_by, str)
            is_module = self._frameworks.makes_module(each.made_by)
            return Evidence.STRONG if is_module else Evidence.AGAINST
        if not isinstance(each, (Parameter, Member, Result, External, Builtin)):
            return Evidence.AGAINST
        if program.is_used_as_model(each, reader):
            return Evidence.STRONG
        if isinstance(each, Parameter) and depth < 4:
            given = {
                self.evidence_of(one, depth + 1)
                for one in program.arguments(each, reader).things
                if one != each and not isinstance(one, Literal)
            }
            if Evidence.STRONG in given and (
                Evidence.AGAINST not in given or naming.is_model(each.name)
            ):
                return Evidence.STRONG
            return Evidence.AGAINST if each in program.plain_functions else Evidence.NONE
        if isinstance(each, Result) and naming.is_class(each.path):
            return Evidence.NAME if naming.is_model_class(each.path) else Evidence.AGAINST
        if isinstance(each, (External, Builtin)):
            return Evidence.AGAINST
        return Evidence.NONE

    def is_optimizer(self, value: Value, text: str) -> bool:
        """An optimizer, by its constructor, its class, or the usual names."""
        if self.is_made_as(value, "optimizer"):
            return True
        for each in value.things:
            class_ref = self._program.class_of(each)
            if class_ref is not None:
                return self._program.is_optimizer_class(class_ref)
            if isinstance(each, Instance):
                return False
            if each in self._program.optimizers:
                return True
        return naming.is_optimizer(text)

    def is_made_as(self, value: Value, what: str) -> bool:
        """Whether a library made it, and as what (a word of the ``returns`` rows)."""
        for each in value.things:
            if isinstance(each, Instance) and isinstance(each.made_by, str):
                row = self._frameworks.returns(each.made_by)
                if row is not None and row.what == what:
                    return True
        return False

    def switch_mode(
        self,
        row: Effect,
        fact: code.Call,
        text: str,
        receiver: Value,
        evidence: Evidence,
        arguments: Arguments,
    ) -> Value | None:
        """``model.eval()``, ``model.train(...)``; None where it is no switch of a mode."""
        run = self._run
        mode = Mode.EVAL if row.does == "eval" else Mode.TRAIN
        if row.does == "eval" and arguments:
            return None
        if row.does == "train" and arguments:
            chosen = _chosen_mode(arguments)
            if chosen is None or (evidence < Evidence.NAME and chosen == Mode.TRAIN | Mode.EVAL):
                return None
            mode = chosen
        models = [each for each in ordered(receiver.things) if may_be_model(each)]
        if row.does == "eval" or arguments or evidence >= Evidence.NAME:
            self._program.add_model(models)
        else:
            self._program.add_switched(models)
        before = Mode(0)
        for model in models:
            before |= run.live.mode(model)
        models += self._children(models)
        run.live.set_mode(models, mode)
        run.events.switches.append(
            ModeSwitch(run.place(fact.ref), frozenset(models), before, mode, text)
        )
        return receiver

    def _children(self, models: Iterable[Thing]) -> list[Thing]:
        """The modules that models of this file's classes hold, and that switch with them."""
        classes = [self._program.class_of(each) for each in models]
        return [
            child
            for each in classes
            if each is not None and self._program.is_module_class(each)
            for child in self._program.children(each, self._run.unit.ref)
        ]

    def is_mode_method(self, function: code.Attribute, receiver: Value) -> bool:
        """``model.eval``, ``model.train`` of something that is a model."""
        switches = any(
            row.does in ("eval", "train") for row in self._frameworks.methods(function.name)
        )
        things = ordered(receiver.things)
        return switches and self.evidence(things, text_of(function.value)) >= Evidence.NAME

    def freeze(
        self,
        text: str,
        receiver: Value,
        things: list[Thing],
        evidence: Evidence,
        arguments: Arguments,
    ) -> Value:
        """``requires_grad_(...)`` of a model or of its parameters."""
        required = arguments[0][1] if arguments else thing(Literal(True))
        models = [each for each in things if evidence > Evidence.NONE and may_be_model(each)]
        models += [each.model for each in things if isinstance(each, ParametersOf)]
        if not models and Literal(True) in required.things:
            self._run.notice("required gradient", text)
        self._require_gradients(models, required)
        return receiver

    def _require_gradients(self, models: Iterable[Thing], required: Value) -> None:
        """Freeze or unfreeze; under an ``if`` in a loop over parameters only some are meant."""
        models = list(models)
        is_required = Literal(True) in required.things
        if is_required:
            self._program.unfreeze(models)
        elif Literal(False) in required.things and not (self._run.loops and self._run.conditions):
            self._program.freeze(models)
        else:
            return
        if is_required or not self._run.conditions:
            self._run.require(models, is_required)

    def _is_own_switch(self, each: Self) -> bool:
        """Whether the unit is a module's own way to switch, or the module has no children."""
        if self._run.unit.name in ("__init__", "train", "eval"):
            return True
        return not self._program.children(each.ref, self._run.unit.ref)

    def _is_layer(self, each: Thing) -> bool:
        """A library's module without children of its own, or one that is called so."""
        if isinstance(each, Instance) and isinstance(each.made_by, str):
            row = self._frameworks.returns(each.made_by)
            return row is not None and row.what in ("layer", "loss")
        return isinstance(each, Member) and naming.is_layer(each.name)

    def cut_off(self, parameters: Iterable[Thing]) -> None:
        """``p.detach_()``: what is cut off its graph in place requires no gradient any more."""
        models = [each.model for each in parameters if isinstance(each, ParametersOf)]
        self._require_gradients(models, thing(Literal(False)))

    def is_module(self, each: Thing) -> bool:
        """An instance of a module's class, of this file or of a library."""
        if not isinstance(each, Instance):
            return False
        if isinstance(each.made_by, int):
            return self._program.is_module_class(each.made_by)
        return self._frameworks.makes_module(each.made_by)

    def detached(self, value: Value) -> None:
        """A value's graph is cut off.

        If neither at once after the forward nor on the way to its numbers, it is a training target.
        """
        self._program.add_use(value.origins, Use.CUT)
        if self._run.conditions:
            self._program.add_use(value.origins, Use.DECIDED)
        if self._run.reads_numbers:
            return
        results = {each.call for each in value.things if isinstance(each, Result)}
        if results.isdisjoint(value.origins) and any(map(self._program.forwards.get, results)):
            return  # a unit of this file has just returned what its model gave
        self._program.add_use(value.origins - results, Use.TARGET)

    def mode_of_wrapper(self, arguments: Arguments) -> Mode:
        """The modes of a new module: its own, and those of what it is built around."""
        given = join([value for _, value in arguments])
        mode = Mode.TRAIN | self.mode_of_children(given)
        for argument, value in arguments:
            things = ordered(value.things)
            known = [self._run.live.mode(each) for each in things]
            is_wrapped = self.evidence(things, text_of(argument.value)) >= Evidence.NAME
            if is_wrapped and any(each & Mode.INHERITED for each in known):
                mode |= Mode.EVAL
        return mode

    def mode_of_children(self, given: Value) -> Mode:
        """The modes of the models that a module is built from: they keep them."""
        mode = Mode(0)
        for each in given.things:
            known = self._run.live.mode(each) & ~Mode.INHERITED
            if known == Mode.TRAIN | Mode.EVAL:
                if not self._program.is_used_as_model(each, self._run.unit.ref):
                    continue  # `torch.load(...)`: most often no model but a dict of weights
            mode |= known
        return mode

    def attribute_assigned(self, target: code.Attribute, owner: Value, value: Value) -> None:
        """``p.requires_grad = False`` freezes; a fresh layer put into a model can be trained."""
        if target.name == "requires_grad":
            models = [each.model for each in owner.things if isinstance(each, ParametersOf)]
            self._require_gradients(models, value)
            if Literal(True) in value.things and not models:
                self._run.notice("required gradient", text_of(target.value))
        elif target.name == "training" and value.things & {Literal(True), Literal(False)}:
            text = text_of(target.value)
            if self.evidence(ordered(owner.things), text) == Evidence.STRONG and not any(
                (isinstance(each, Self) and self._is_own_switch(each)) or self._is_layer(each)
                for each in owner.things
            ):
                trains = Literal(True) in value.things
                self._run.notice("train as attribute" if trains else "eval as attribute", text)
        elif any(self.is_module(each) for each in value.things):
            models = [each for each in owner.things if not isinstance(each, Self)]
            self._require_gradients(models, thing(Literal(True)))


def may_be_model(each: Thing) -> bool:
    """Whether a thing is of a kind that can be a model at all."""
    return isinstance(each, (Parameter, Member, Result, Instance, Self, External, Builtin))


def _chosen_mode(arguments: Arguments) -> Mode | None:
    """The mode that ``train(...)`` is given; None where the call is no mode switch."""
    if len(arguments) != 1 or arguments[0][0].keyword not in (None, "mode") or arguments[0][0].star:
        return None
    mode = Mode(0)
    for each in arguments[0][1].things:
        if isinstance(each, Literal) and isinstance(each.value, bool):
            mode |= Mode.TRAIN if each.value else Mode.EVAL
        elif isinstance(each, Literal):
            return None
        else:
            mode |= Mode.TRAIN | Mode.EVAL
    return mode or Mode.TRAIN | Mode.EVAL
