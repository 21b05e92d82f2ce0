"""Which functions of a file can matter to any rule, told from the names in them alone.

Most functions of PyTorch code cannot be reported at: the layers of a model, its configuration, its
data. Interpreting them is what costs most. Here a function sleeps unless

- its code guards in an odd way, or takes a gradient near a guard or a mode,
- or it is no method of a module and calls what may be a model,
- or such a function calls it, is called by it, or is built by it.

Names say less than values, so this errs on the side of waking. It only serves the question whether
a file has any finding: what is reported is decided by an analysis in which nothing sleeps.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Container, Hashable, Iterable, Iterator
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import Literal, TypeAlias, TypeVar

from flake8_nograd.facts.outline import (
    BARE,
    RUN,
    Called,
    File,
    Flow,
    Function,
    Outline,
    dotted,
    parameters,
    words_of,
)
from flake8_nograd.frameworks import Frameworks
from flake8_nograd.frameworks.schema import Effect, Guard, Returns
from flake8_nograd.model import naming

_DROPS = ("drop", "shape", "detach", "cut", "read", "array", "text")
_BACKWARDS = ("backward", "backward_argument")
_GRADIENTS = (*_BACKWARDS, "gradient", "needs_gradient")
_MODES = ("eval", "train", "freeze_model")
_USES_OF_MODELS = (*_MODES, "parameters", "freeze", "load")
_MODELS = ("model", "layer")

_MODULE_CLASS = "torch.nn.Module"
_TESTS = ("pytest", "unittest")
_MAKES = frozenset(("__init__",))
_BEGIN = frozenset(("__init__", "__call__", "__enter__", "__exit__"))
_OWN = frozenset(("self", "cls"))
_PLAIN_METHODS = frozenset(name for each in (str, list, dict, set) for name in dir(each))
_ODD_WITH_GUARD = frozenset(("contextmanager", "enter_context"))
"""Calls in whose company, anywhere in a function, a guard may do something else than it seems."""
_ODD_UNDER_GUARD = frozenset("yield await async def class return and".split())
"""Keywords under which it may do so."""

_Need: TypeAlias = str | tuple[int, frozenset[str]] | tuple[Literal["global"], str]
"""The name of functions, a class and the names of methods, or a name that functions bind."""
_Bound: TypeAlias = tuple[list[str], list[str]]
"""The words of a value, and the names that are bound to it."""
_Given: TypeAlias = tuple[list[str], Called, Function]
"""The words of the arguments of a call, the call, and the function that it stands in."""
_Key = TypeVar("_Key", bound=Hashable)


class Signs:
    """The last names of framework rows, by what they tell."""

    def __init__(self, frameworks: Frameworks) -> None:
        self.guards = set(frameworks.own_guards)
        self.inference: set[str] = set()
        self.drops: set[str] = set()
        self.gradients: set[str] = set()
        self.backwards: set[str] = set()
        self.threads: set[str] = set()
        self.modes: set[str] = set()
        self.train_modes: set[str] = set()
        self.dropouts: set[str] = set()
        self.layers: set[str] = set()
        self.models: set[str] = set()
        self.packages: set[str] = set()
        self.forwards: set[str] = set()
        self.gives_tensors: set[str] = set()
        self.exports: set[str] = set()
        self.callers: set[str] = set()
        self.uses_of_models: set[str] = set()
        effects: dict[str, list[set[str]]] = {}
        for found, words in (
            (self.drops, _DROPS),
            (self.gradients, _GRADIENTS),
            (self.backwards, _BACKWARDS),
            (self.threads, ("thread",)),
            (self.modes, _MODES),
            (self.train_modes, ("train",)),
            (self.dropouts, ("dropout", "attention_dropout")),
            (self.forwards, ("forward",)),
            (self.gives_tensors, ("forward", "generate")),
            (self.exports, ("export",)),
            (self.callers, ("calls",)),
            (self.uses_of_models, _USES_OF_MODELS),
        ):
            for does in words:
                effects.setdefault(does, []).append(found)
        for row in frameworks.rows:
            if isinstance(row, Effect):
                for found in effects.get(row.does, ()):
                    found.add(row.method or row.attribute or _last(row.name))
            elif isinstance(row, Returns):
                self._add_returns(row)
            elif isinstance(row, Guard) and row.grad != "unchanged":
                self.guards.add(_last(row.name))
                if row.grad == "inference" or row.when_true == "inference":
                    self.inference.add(_last(row.name))

    def _add_returns(self, row: Returns) -> None:
        name = _last(row.name)
        if row.mode_dependent:
            self.layers.add(name)
        if row.what in _MODELS:
            if name == "*":
                self.packages.add(_last(row.name.removesuffix(".*")))
            self.models.add(name)
            if row.mode != "train":
                self.modes.add(name)


_signs_of = lru_cache(maxsize=4)(Signs)


class Relevance:
    """The functions of one file that may matter, and the module's own code."""

    def __init__(self, file: File, frameworks: Frameworks) -> None:
        self._file = file
        self._frameworks = frameworks
        self._signs = _signs_of(frameworks)
        self._places = range(len(file.functions))
        self._words = [frozenset(each.outline.words) for each in file.functions]
        self._all_words = frozenset().union(*self._words)
        self._by_name: dict[str, list[int]] = {}
        for place, function in enumerate(file.functions):
            self._by_name.setdefault(function.name, []).append(place)
        self._classes: dict[str, list[int]] = {}
        for place, each in enumerate(file.classes):
            self._classes.setdefault(each.name, []).append(place)
        self._is_module_class = [
            self._derives_from_module(place) for place in range(len(file.classes))
        ]
        self._is_test_file = self._has_tests()
        self._bound = self._may_be_instances()
        self._imported = file.imports.keys() - self._bound
        """The names that stand for what they import, and for nothing else."""
        self._switching_needs: dict[_Need, bool] = {}
        self._trains = any(self._calls(place, self._signs.gradients) for place in self._places)
        self._infers = not self._all_words.isdisjoint(self._signs.inference)

    def awake(self) -> set[int]:
        """The places of the functions in :attr:`File.functions`; the module has place 0."""
        found = {place: None for place in self._places if self._stands_out(place)}
        if found:
            _spread(found, self._called_as, self._callers)
            _spread(found, self._needs, self._needed)
        return {*found, *filter(self._may_hide_train, self._places)}

    # ------------------------------------------------------------------ classes

    def _ancestors(self, place: int) -> list[int]:
        """The class and those of this file that it may derive from."""
        found = [place]
        for each in found:
            for base in self._file.classes[each].bases:
                found += [other for other in self._classes.get(base, ()) if other not in found]
        return found

    def _derives_from_module(self, place: int) -> bool:
        """Whether instances are modules: by torch's base, or an unknown one and ``forward``."""
        ancestors = [self._file.classes[each] for each in self._ancestors(place)]
        paths = [path for each in ancestors for base in each.bases for path in self._external(base)]
        if any(path == _MODULE_CLASS or self._frameworks.makes_module(path) for path in paths):
            return True
        unknown = [path for path in paths if not path.startswith(("torch.", "abc.", "typing."))]
        return bool(unknown) and any("forward" in each.methods for each in ancestors)

    def _external(self, path: str) -> list[str]:
        """What a path that is imported is called in its library, and the bases of that class."""
        root, _, rest = path.partition(".")
        imported = self._file.imports.get(root)
        if imported is None:
            return []
        return self._frameworks.ancestors(
            self._frameworks.canonical(f"{imported}.{rest}" if rest else imported)
        )

    def _is_module(self, name: str) -> bool:
        return any(self._is_module_class[place] for place in self._classes[name])

    def _is_class(self, name: str) -> bool:
        return name in self._classes or name in self._signs.layers or naming.is_model_class(name)

    def _is_module_method(self, function: Function) -> bool:
        return function.owner is not None and self._is_module_class[function.owner]

    def _has_tests(self) -> bool:
        """Whether a function is a unit test."""
        tests = [each.outline for each in self._file.functions if each.name.startswith("test_")]
        return bool(tests) and (
            any(path.partition(".")[0] in _TESTS for path in self._file.imports.values())
            or any(each.asserts for each in tests)
        )

    # ------------------------------------------------------------------- models

    def _may_be_instances(self) -> set[str]:
        """The names that are bound in functions to something, parameters for classes aside."""
        found: set[str] = set()
        for function in self._file.functions:
            found.update(each for each in function.parameters if not naming.holds_class(each))
            for flow in function.outline.flows:
                found.update(flow.to)
        return found

    @cached_property
    def _models(self) -> set[str]:
        """The names that may stand for models, or for what makes them: names flow as values do."""
        words = self._all_words
        usual = {each for each in words if naming.is_model(each)}
        found = usual | {each for each in words if naming.is_model_class(each)}
        found |= words & self._signs.models
        found |= {name for name in self._classes if self._is_module(name)}
        found.update(self._imported_models())
        found.update(self._used_as_models())
        found -= _OWN
        self._flow(*self._flows(usual | self._signs.gives_tensors), found)
        return found

    def _flows(self, gives_tensors: set[str]) -> tuple[list[_Bound], list[_Given]]:
        """What is bound to what in the whole file, and the calls that give something to functions.

        ``gives_tensors`` are names of what gives no models when it is called.
        """
        flows: list[_Bound] = []
        calls: list[_Given] = []
        for function in self._file.functions:
            words = self._without_results(function, gives_tensors)
            for call in function.outline.calls:
                given = words[call.start : call.end]
                if call.name in self._by_name or call.name in self._classes:
                    calls.append((given, call, function))
                    if self._is_of_this_file(call):  # its result is what it returns
                        words[call.start : call.end] = [""] * len(given)
                elif call.name in naming.FILLS and call.receiver:
                    flows.append((given, [call.receiver]))
            flows += [(words[each.start : each.end], each.to) for each in function.outline.flows]
        return flows, calls

    def _is_of_this_file(self, call: Called) -> bool:
        """Whether a call of a function's name runs that function, surely."""
        return call.name in self._by_name and (
            call.root == call.name or call.receiver in _OWN or call.receiver in self._classes
        )

    def _imported_models(self) -> Iterator[str]:
        """The names that stand for classes of models in imported packages, or for the packages."""
        imports = self._file.imports
        layers = set(self._signs.packages)
        for name, path in imports.items():
            if _makes_models(self._frameworks, path):
                yield name
            elif _has_layers(self._frameworks, path):
                layers.add(name)
        for place, words in enumerate(self._words):
            if words.isdisjoint(layers):
                continue
            for before, word in pairwise(self._file.functions[place].outline.words):
                if before in layers and naming.is_class(word):
                    yield word
                elif word in layers and before in imports:
                    if _makes_models(self._frameworks, f"{imports[before]}.{word}"):
                        yield word

    def _used_as_models(self) -> set[str]:
        """The names that are put in a mode or the like, and what these stand for."""
        found: set[str] = set()
        for place in self._places:
            uses = self._calls(place, self._signs.uses_of_models)
            found.update(call.receiver.removesuffix("()") for call in uses if call.receiver)
        before = 0
        while len(found) > before:
            before = len(found)
            for outline in (each.outline for each in self._file.functions):
                for flow in outline.flows:
                    if not found.isdisjoint(flow.to) and not _has_call(outline, flow):
                        found.update(outline.words[flow.start : flow.end])
        return found

    def _without_results(self, function: Function, names: set[str]) -> list[str]:
        """The words of a function but for those of calls that give tensors: ``model(x)``.

        What is called there has one of these ``names``, or is a layer of the module's own, and is
        not what makes a model.
        """
        own = "self" if self._is_module_method(function) else None
        results = [
            call
            for call in function.outline.calls
            if (call.receiver == own or (call.name in names and call.root not in self._imported))
            and call.name
            and call.name not in self._by_name
            and call.name not in self._signs.models
        ]
        return _without(function.outline, results)

    def _flow(
        self,
        flows: list[_Bound],
        calls: list[_Given],
        found: set[str],
    ) -> None:
        """What is bound to something found, or is a parameter that is given it, is found too."""
        before = -1
        while len(found) > before:
            before = len(found)
            left = []
            for words, call, caller in calls:
                if found.isdisjoint(words):
                    left.append((words, call, caller))
                else:
                    flows += self._given(call, caller)
            calls = left
            waiting = []
            for words, to in flows:
                if found.isdisjoint(words):
                    waiting.append((words, to))
                else:
                    found.update(to)
                    found -= _OWN
            flows = waiting

    def _given(self, call: Called, caller: Function) -> Iterator[_Bound]:
        """The words of each argument of a call, and the parameters that they may be given to."""
        for function in self._callees(call, caller):
            for argument, names in self._passed(call, function):
                yield words_of(argument), names

    def _callees(self, call: Called, caller: Function) -> list[Function]:
        """The functions of this file that a call may run, by their name."""
        if call.name in self._classes:
            classes = [
                each for place in self._classes[call.name] for each in self._ancestors(place)
            ]
            return self._methods(classes, "__init__")
        if call.receiver == "super()" and caller.owner is not None:
            return self._methods(self._ancestors(caller.owner)[1:], call.name)
        return self._named(call.name)

    def _methods(self, classes: Iterable[int], name: str) -> list[Function]:
        """The methods of one name that classes have of their own."""
        methods = [self._file.classes[each].methods for each in classes]
        return [self._file.functions[each[name]] for each in methods if name in each]

    def _passed(self, call: Called, function: Function) -> Iterator[tuple[ast.expr, list[str]]]:
        """The arguments of a call, each with the parameters that it may be given to."""
        names = function.parameters
        first = int(self._is_bound(function, call))
        for position, argument in enumerate(call.node.args, first):
            if isinstance(argument, ast.Starred) or _has_star(function):
                yield argument, names
            else:
                yield argument, names[position : position + 1]
        for keyword in call.node.keywords:
            yield keyword.value, [keyword.arg] if keyword.arg in names else names

    def _is_bound(self, function: Function, call: Called) -> bool:
        """Whether the first parameter of a function is no argument of a call: ``self``, ``cls``."""
        if function.owner is None or _is_decorated(function, "staticmethod"):
            return False
        return call.receiver not in self._classes or _is_decorated(function, "classmethod")

    # --------------------------------------------------------- what may be reported

    def _may_hide_train(self, place: int) -> bool:
        """Whether a method may hide the ``train`` of ``nn.Module``: it alone tells."""
        function = self._file.functions[place]
        return function.name == "train" and function.owner is not None

    def _stands_out(self, place: int) -> bool:
        """Whether something in a function's own code may be reported."""
        function, words = self._file.functions[place], self._words[place]
        outline = function.outline
        if "volatile" in words or _stands_before(outline.words, ("eval", "train"), BARE):
            return True
        if self._guards_oddly(place) or self._takes_gradient_oddly(place):
            return True
        if "training" in words:
            if any("training" in flow.to for flow in outline.flows):
                return True
        elif any(call.root not in _OWN for call in self._calls(place, self._signs.dropouts)):
            return True
        if function.name == "forward" and self._calls(place, self._signs.layers):
            return True
        if self._is_test_file:
            return False
        if any(map(self._may_export, self._calls(place, self._signs.exports))):
            return True
        if self._is_module_method(function):
            return False
        return any(self._may_be_forward(call, function) for call in outline.calls)

    def _guards_oddly(self, place: int) -> bool:
        """Whether a guard is more than a ``with`` or a decorator around plain code."""
        signs, words = self._signs, self._words[place]
        guards = words & signs.guards
        if not guards:
            return False
        outline = self._file.functions[place].outline
        if self._trains and guards & signs.inference:
            return True
        if self._calls(place, signs.gradients) or not words.isdisjoint(_ODD_WITH_GUARD):
            return True
        entered = 0
        for start, body, end in outline.entered:
            here = sum(word in guards for word in outline.words[start:body])
            if here and self._is_odd(outline, start, end):
                return True
            entered += here
        named = sum(word in guards for word in outline.words)
        if entered < named and self._is_odd(outline, 0, len(outline.words)):
            return True
        called = sum(call.name in guards for call in outline.calls)
        return called < named or _stands_before(outline.words, guards, RUN)

    def _is_odd(self, outline: Outline, start: int, end: int) -> bool:
        """Whether some code, told by the place of its words, may not be guarded as it seems."""
        if not _ODD_UNDER_GUARD.isdisjoint(outline.words[start:end]):
            return True
        return any(
            call.name == "step" or (call.name in self._signs.threads and not self._is_builtin(call))
            for call in outline.calls
            if start <= call.first and call.end <= end
        )

    def _is_builtin(self, call: Called) -> bool:
        """Whether a ``map`` is Python's own."""
        return call.root == call.name and call.name not in self._file.imports

    def _takes_gradient_oddly(self, place: int) -> bool:
        """Whether a gradient is taken and required, or added up, or has a guard or a mode near."""
        if not self._calls(place, self._signs.gradients):
            return False
        outline = self._file.functions[place].outline
        if self._infers or self._requires_gradient(place) or self._accumulates(outline):
            return True
        if place in self._switching or 0 in self._switching:
            return True
        return any(
            not self._switching.isdisjoint(self._callers(name)) for name in self._called_as(place)
        ) or any(map(self._is_switching, self._needs(place)))

    def _requires_gradient(self, place: int) -> bool:
        """Whether what goes backward is made to require a gradient, by whatever is said of it."""
        words = self._words[place]
        if "requires_grad" not in words and "requires_grad_" not in words:
            return False
        outline = self._file.functions[place].outline
        walked: set[str] = set()
        for call in self._calls(place, self._signs.backwards):
            walked.update(outline.words[call.first : call.end])
        return any(
            after.startswith("requires_grad") and word in walked
            for word, after in pairwise(outline.words)
        ) or any(
            not walked.isdisjoint(outline.words[call.start : call.end])
            for call in outline.calls
            if any(keyword.arg == "requires_grad" for keyword in call.node.keywords)
        )

    def _accumulates(self, outline: Outline) -> bool:
        """Whether a loop adds what a gradient is taken of to something, or fills it with it."""
        places = [(each.start, each.end) for each in outline.flows if each.adds]
        places += [(each.start, each.end) for each in outline.calls if each.name in naming.FILLS]
        added = [
            (start, end)
            for start, end in places
            if any(first <= start and end <= last for first, last in outline.loops)
        ]
        if not added:
            return False
        words = _without(
            outline, [each for each in outline.calls if each.name in self._signs.drops]
        )
        walked = self._walked(outline)
        return any(not walked.isdisjoint(words[start:end]) for start, end in added)

    def _walked(self, outline: Outline) -> set[str]:
        """The names of what gradients are taken of, and of all that it is computed from."""
        found: set[str] = set()
        for call in outline.calls:
            if call.name in self._signs.gradients:
                found.update(outline.words[call.first : call.end])
        before = 0
        while len(found) > before:
            before = len(found)
            for flow in outline.flows:
                if not found.isdisjoint(flow.to):
                    found.update(outline.words[flow.start : flow.end])
        return found - _OWN

    @cached_property
    def _switching(self) -> set[int]:
        """The functions in which a guard or a mode is named, if any is but train mode."""
        switches = self._signs.guards | self._signs.modes
        train_modes = self._signs.train_modes
        if self._all_words.isdisjoint(switches - train_modes) and not any(
            call.receiver and len(call.node.args) + len(call.node.keywords) == 1  # `train(False)`
            for place in self._places
            for call in self._calls(place, train_modes)
        ):
            return set()
        return {place for place, words in enumerate(self._words) if words & switches}

    def _is_switching(self, need: _Need) -> bool:
        if need not in self._switching_needs:
            near = self._needed(need)
            self._switching_needs[need] = not self._switching.isdisjoint(near)
        return self._switching_needs[need]

    def _may_export(self, call: Called) -> bool:
        """Whether a ``trace`` may be that of ``torch.jit``, not of another library."""
        rows = map(self._frameworks.call, self._external(dotted(call.node.func))[:1])
        return all(isinstance(row, Effect) and row.does == "export" for row in rows)

    def _may_be_forward(self, call: Called, caller: Function) -> bool:
        name = call.name
        if name in self._signs.forwards:
            return True
        if name in self._signs.callers:
            given = {word for each in call.node.args[:1] for word in words_of(each)} & self._models
            return not all(map(self._is_class, given))  # to call a class makes a model, no forward
        if name.endswith("()"):
            return name[:-2] in self._models
        if call.receiver and name in self._by_name:
            is_method = any(map(self._is_module_method, self._named(name)))
            return is_method and call.receiver in self._models
        if call.root in self._imported or name in self._signs.models:
            return False
        if call.receiver:
            return naming.is_model(name) or self._is_model_attribute(name)
        if name in self._file.defined or self._stands_for_classes(name, caller):
            return False
        return naming.is_model(name) or (name in self._bound and name in self._models)

    def _is_model_attribute(self, name: str) -> bool:
        """Whether what is bound to an attribute may be a model, and is no method of a library."""
        if name not in self._file.attributes or name not in self._models:
            return False
        return name not in _PLAIN_METHODS and not self._frameworks.methods(name)

    def _stands_for_classes(self, name: str, function: Function) -> bool:
        """Whether all that a name is bound to in a function are classes, or containers of them."""
        if name in function.parameters and name not in _class_defaults(function):
            return False
        flows = [
            (each.outline, flow)
            for each in (function, self._file.functions[0])
            for flow in each.outline.flows
            if name in flow.to
        ]
        return bool(flows) and all(self._gives_classes(*each) for each in flows)

    def _gives_classes(self, outline: Outline, flow: Flow) -> bool:
        words = set(outline.words[flow.start : flow.end])
        classes = {each for each in words if naming.is_class(each) and each not in self._bound}
        return (
            bool(classes)
            and words <= classes | self._file.imports.keys()
            and not _has_call(outline, flow)
        )

    def _calls(self, place: int, names: set[str]) -> list[Called]:
        """The calls in a function's code of what has one of some names."""
        if self._words[place].isdisjoint(names):
            return []
        return [call for call in self._file.functions[place].outline.calls if call.name in names]

    def _named(self, name: str) -> list[Function]:
        return [self._file.functions[place] for place in self._by_name.get(name, ())]

    # -------------------------------------------------------------- what is near

    @cached_property
    def _naming(self) -> dict[str, list[int]]:
        """The functions that name a function, by its name."""
        naming: dict[str, list[int]] = {}
        for place, words in enumerate(self._words):
            for name in words & self._by_name.keys():
                naming.setdefault(name, []).append(place)
        return naming

    def _called_as(self, place: int) -> Iterator[str]:
        """The name that a function is called by; for what a model's call runs, none."""
        function = self._file.functions[place]
        if not _is_special(function.name) and not self._is_forward(function):
            yield function.name

    def _callers(self, name: str) -> list[int]:
        return self._naming.get(name, [])

    def _needs(self, place: int) -> Iterator[_Need]:
        """What a function names of the file's functions, and what builds the objects in it."""
        function, words = self._file.functions[place], self._words[place]
        yield from (name for name in words & self._by_name.keys() if not _is_special(name))
        yield from (("global", name) for name in words & self._file.shared.keys())
        if function.owner is not None:
            yield from ((owner, _MAKES) for owner in self._ancestors(function.owner))
        if not self._is_module_method(function):  # a module's layers need not be known
            for name in words & self._classes.keys():
                for owner in self._classes[name]:
                    yield owner, _MAKES if self._is_module_class[owner] else _BEGIN

    def _needed(self, need: _Need) -> list[int]:
        """The functions of a name, those that bind one, or the methods of a class of some names."""
        functions = self._file.functions
        if isinstance(need, str):
            return [each for each in self._by_name[need] if not self._is_forward(functions[each])]
        if need[0] == "global":
            return self._file.shared[need[1]]
        owner, names = need
        methods = self._file.classes[owner].methods
        return [methods[name] for name in names & methods.keys()]

    def _is_forward(self, function: Function) -> bool:
        return function.name == "forward" and self._is_module_method(function)


def _spread(
    found: dict[int, None],
    keys: Callable[[int], Iterable[_Key]],
    near: Callable[[_Key], Iterable[int]],
) -> None:
    """Add what is near to what was found, directly or by others.

    What is near a key is looked up once: a thousand classes may have a method of one name.
    """
    pending = list(found)
    known: set[_Key] = set()
    for place in pending:
        for key in keys(place):
            if key in known:
                continue
            known.add(key)
            for each in near(key):
                if each not in found:
                    found[each] = None
                    pending.append(each)


def _has_call(outline: Outline, flow: Flow) -> bool:
    return any(flow.start <= each.first < flow.end for each in outline.calls)


def _without(outline: Outline, calls: list[Called]) -> list[str]:
    """The words of an outline, in a list of their own, but for those of some calls."""
    words = outline.words.copy()
    for call in calls:
        words[call.first : call.end] = [""] * (call.end - call.first)
    return words


@lru_cache(maxsize=4096)
def _makes_models(frameworks: Frameworks, path: str) -> bool:
    """Whether an import makes models: a class, one with loaders, or a package of functions."""
    if naming.is_class(path) and _makes(frameworks, path, "layer"):
        return True
    return any(_makes(frameworks, path + end, "model") for end in ("", ".from_pretrained", ".x"))


@lru_cache(maxsize=4096)
def _has_layers(frameworks: Frameworks, path: str) -> bool:
    """Whether an import is a package of layers; its functions make tensors."""
    return _makes(frameworks, path + ".x", "layer")


def _makes(frameworks: Frameworks, path: str, what: str) -> bool:
    row = frameworks.returns(frameworks.canonical(path))
    return row is not None and row.what == what


def _is_decorated(function: Function, name: str) -> bool:
    decorators = [] if isinstance(function.node, ast.Module) else function.node.decorator_list
    return any(name in words_of(each) for each in decorators)


def _class_defaults(function: Function) -> set[str]:
    """The parameters whose default values are classes, by PEP 8."""
    if isinstance(function.node, ast.Module):
        return set()
    return {
        each.arg
        for _, each, default in parameters(function.node.args)
        if default is not None and naming.is_class(dotted(default))
    }


def _has_star(function: Function) -> bool:
    return not isinstance(function.node, ast.Module) and function.node.args.vararg is not None


def _stands_before(words: list[str], names: Container[str], mark: str) -> bool:
    return mark in words and any(after == mark and word in names for word, after in pairwise(words))


def _is_special(name: str) -> bool:
    return name.startswith("__")


def _last(path: str) -> str:
    return path.rpartition(".")[2]
