"""Where ``inference_mode`` can stand for ``no_grad``: no tensor made under the guard lives on.

An inference tensor raises where autograd must save it, and where it is changed in place outside.
So everything that is bound, returned or given away must be a Python value, or be no work of the
guarded code; what cannot be told counts as a tensor that lives on.
"""

from __future__ import annotations

import builtins
from collections.abc import Iterable, Iterator
from typing import Any

from flake8_nograd.facts import code
from flake8_nograd.frameworks import Frameworks
from flake8_nograd.model.events import Forward, Notice
from flake8_nograd.model.module_model import ModuleModel
from flake8_nograd.model.program import MODULE, Unit
from flake8_nograd.model.text import text_of
from flake8_nograd.model.values import Use

_KEEPS = frozenset("append extend add insert update".split())
"""Methods with which a container of the unit's own takes what it is given."""


def replaceable(model: ModuleModel) -> Iterator[Notice]:
    """The ``no_grad`` guards under which ``inference_mode`` would be as right."""
    for notice in model.notices("no_grad"):
        decorated = model.unit_or_none(notice.about)
        unit = decorated or model.unit(notice.place.unit)
        if decorated is None:
            guards = [each for each in _withs(unit.body) if each.ref == notice.place.ref]
            if not guards:  # in the body of a class
                continue
            guarded = guards[0].body
        else:
            guarded = unit.body
        if _only_infers(model, unit) and not _Guarded(model, unit, guarded).lives_on():
            yield notice


def _only_infers(model: ModuleModel, unit: Unit) -> bool:
    """Whether a unit runs models, and takes nothing of what autograd needs."""
    if unit.events.gradients or model.is_module_method(unit) or model.is_test(unit):
        return False
    forwards = unit.events.forwards
    return bool(forwards) and all(
        each.kind == "forward" and not model.fate(each) & ~(Use.ASKED | Use.TARGET | Use.ARRAY)
        for each in forwards
    )


class _Guarded:
    """The code under one guard, and what becomes of the tensors that it makes."""

    def __init__(self, model: ModuleModel, unit: Unit, guarded: code.Block) -> None:
        self._frameworks: Frameworks = model.program.frameworks
        self._unit = unit
        self._guarded = guarded
        self._forwards = {each.place.ref for each in unit.events.forwards}
        self._models = {_model_of(each) for each in unit.events.forwards}
        self._tensors: set[str] = set()
        self._elsewhere = (
            {name for each in model.units if each.ref != MODULE for name in _names(each.body)}
            if unit.ref == MODULE
            else set()
        )

    def lives_on(self) -> bool:
        """Whether a tensor that is made here may outlive the guard."""
        if any(self._is_odd(fact) for fact in _facts(self._guarded)):
            return True
        before = None
        while before != self._tensors:
            before = set(self._tensors)
            if any(self._leaves(each) for each in _statements(self._unit.body)):
                return True
        return bool(self._tensors & self._elsewhere)

    def _is_odd(self, fact: Any) -> bool:
        """Code whose effect is not followed: functions, other guards, calls that change a model."""
        if isinstance(fact, code.Function | code.Class | code.With | code.Await | code.Yield):
            return True
        return (
            isinstance(fact, code.Call)
            and isinstance(fact.function, code.Attribute)
            and text_of(fact.function.value) in self._models
            and fact.ref not in self._forwards
            and not self._does(fact.function.name, "eval", "train")
        )

    def _leaves(self, statement: code.Statement) -> bool:
        """Whether a statement gives a tensor away; notes the names that hold one."""
        if isinstance(statement, code.Return):
            return statement.value is not None and self._is_tensor(statement.value)
        if isinstance(statement, code.Assign) and statement.value is not None:
            return self._is_tensor(statement.value) and self._keep(statement.targets)
        if isinstance(statement, code.AugmentedAssign):
            return self._is_tensor(statement.value) and self._keep((statement.target,))
        if isinstance(statement, code.For):
            return self._is_tensor(statement.iterable) and self._keep((statement.target,))
        if isinstance(statement, code.Evaluate) and isinstance(statement.value, code.Call):
            return self._gives(statement.value)
        return False

    def _gives(self, call: code.Call) -> bool:
        """Whether a call as a statement keeps a tensor where it cannot be seen."""
        if call.ref in self._forwards or not any(self._is_tensor(x.value) for x in call.arguments):
            return False
        function = call.function
        if isinstance(function, code.Attribute) and function.name in _KEEPS:
            return self._keep((function.value,))
        return not self._is_python(call)

    def _keep(self, targets: Iterable[code.Expression]) -> bool:
        """Note that targets hold a tensor; whether one of them outlives the unit."""
        for target in targets:
            if isinstance(target, code.Name):
                self._tensors.add(target.id)
            elif isinstance(target, code.Collection):
                if self._keep(target.elements):
                    return True
            else:
                return True
        return self._unit.function is not None and any(
            each.name in self._tensors for each in self._unit.function.parameters
        )

    def _is_tensor(self, expression: code.Expression) -> bool:
        """Whether an expression may be, or hold, a tensor that was made under the guard."""
        if isinstance(expression, code.Name):
            return expression.id in self._tensors
        if isinstance(expression, code.Constant | code.Formatted | code.Not):
            return False
        if isinstance(expression, code.Attribute | code.Subscript | code.Starred):
            return self._is_tensor(expression.value)
        if isinstance(expression, code.Call):
            return not self._is_python(expression)
        if isinstance(expression, code.Conditional):
            return self._is_tensor(expression.body) or self._is_tensor(expression.orelse)
        if isinstance(expression, code.Operation | code.Boolean | code.Comparison):
            return any(self._is_tensor(each) for each in expression.operands)
        if isinstance(expression, code.Collection):
            return any(self._is_tensor(each) for each in expression.elements)
        if isinstance(expression, code.Mapping):
            return any(self._is_tensor(value) for _, value in expression.items)
        if isinstance(expression, code.Comprehension):
            for clause in expression.clauses:
                if self._is_tensor(clause.iterable) and self._keep((clause.target,)):
                    return True
            return any(self._is_tensor(each) for each in expression.elements)
        return True

    def _is_python(self, call: code.Call) -> bool:
        """Whether a call gives a Python value, or nothing that was not there before."""
        function = call.function
        if isinstance(function, code.Attribute):
            return self._does(function.name, "read", "array")
        if not isinstance(function, code.Name) or not hasattr(builtins, function.id):
            return False
        if self._frameworks.call(f"builtins.{function.id}") is not None:
            return True
        return not any(self._is_tensor(each.value) for each in call.arguments)

    def _does(self, method: str, *effects: str) -> bool:
        return any(row.does in effects for row in self._frameworks.methods(method))


def _model_of(forward: Forward) -> str:
    return forward.model_text.removesuffix(".forward")


def _withs(body: code.Block) -> Iterator[code.With]:
    return (each for each in _statements(body) if isinstance(each, code.With))


def _statements(body: code.Block) -> Iterator[code.Statement]:
    """All statements of a body, but for those of functions and classes in it."""
    return (fact for fact in _facts(body, into_functions=False) if isinstance(fact, code.Statement))


def _names(body: code.Block) -> set[str]:
    return {fact.id for fact in _facts(body) if isinstance(fact, code.Name)}


def _facts(fact: Any, into_functions: bool = True) -> Iterator[Any]:
    """A fact and all facts in it."""
    if isinstance(fact, tuple):
        if hasattr(fact, "_fields"):
            yield fact
            if not into_functions and isinstance(fact, code.Function | code.Class):
                return
        for each in fact:
            yield from _facts(each, into_functions)
