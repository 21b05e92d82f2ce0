"""The rows on PyTorch in ``frameworks/data/torch.toml``, held against PyTorch itself.

The model believes these rows. What a CPU can run of them is run: guards are entered, layers built,
functions and methods called with a tensor that carries a graph.
"""

from __future__ import annotations

import contextlib
import importlib
import inspect
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import pytest
import torch
from torch import nn

from flake8_nograd.frameworks import reader, schema
from flake8_nograd.frameworks.schema import Alias, Effect, Guard, Returns, Subclass
from tests.torch.claims import alone

FILE = Path(schema.__file__).parent / "data" / "torch.toml"
ROWS = reader.parse(FILE.read_text(encoding="utf-8"), FILE.name)

pytestmark = pytest.mark.filterwarnings("ignore")  # rows speak of what is deprecated, too

Kind = TypeVar("Kind", Alias, Effect, Guard, Returns, Subclass)


def rows(kind: type[Kind], *words: str) -> Iterator[Kind]:
    """The rows of a kind; with words, those that do or give one of them."""
    for row in ROWS:
        if isinstance(row, kind):
            word = getattr(row, "does", None) or getattr(row, "what", None)
            if not words or word in words:
                yield row


def found(path: str) -> Any:
    """What an import of a path gives. Raises AttributeError where it gives nothing."""
    try:
        return importlib.import_module(path)
    except ModuleNotFoundError:
        package, _, name = path.rpartition(".")
        if not package:
            raise
        return getattr(found(package), name)


def first_that_works(call: Callable[..., Any], candidates: Iterable[tuple[Any, ...]]) -> Any:
    """What a call gives with the first arguments that it takes. Raises the last error."""
    failed: Exception = TypeError(f"no arguments for {call}")
    for arguments in candidates:
        try:
            return call(*arguments)
        except Exception as error:  # noqa: BLE001 - of whatever kind, they are not its arguments
            failed = error
    raise failed


# ------------------------------------------------------------------ names

NOT_HERE = {
    "torch.onnx.dynamo_export": "older versions have it",
    "torch.export.export_for_training": "older versions have it",
    "torch.utils.tensorboard.*": "needs the package tensorboard",
}
SPELLINGS = "*."
"""How the names of the rows begin that speak of usual names, not of places."""


def test_all_names_lead_somewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    if sys.version_info < (3, 12):  # Python has a distutils of its own
        # torch's benchmarks import setuptools, which fails where another test has imported that
        monkeypatch.setenv("SETUPTOOLS_USE_DISTUTILS", "stdlib")
    missing = set()
    for row in ROWS:
        name = getattr(row, "name", "")
        if name and not name.startswith(SPELLINGS):
            try:
                found(name.removesuffix(".*"))
            except AttributeError:
                missing.add(name)
    assert missing == set(NOT_HERE)


OF_ITS_OWN = {
    "functorch.*": "deprecated functions that call those of torch.func",
    "torch.onnx.utils.export": "the older exporter",
    "torch.quantization.*": "a copy of one function and of one module, as it was",
}
"""Other functions that do the same."""


def is_alias(name: str, of: str) -> bool:
    """Whether two paths lead to the same thing, or to a class that derives from it."""
    one, another = found(name.removesuffix(".*")), found(of.removesuffix(".*"))
    if name.endswith(".*"):
        public = getattr(one, "__all__", vars(one))
        shared = {each for each in public if each[0] != "_" and hasattr(another, each)}
        return bool(shared) and all(getattr(one, n) is getattr(another, n) for n in shared)
    return one is another or (inspect.isclass(one) and issubclass(one, another))


def test_an_alias_is_the_same_thing() -> None:
    aliases = [row for row in rows(Alias) if not row.name.startswith(SPELLINGS)]
    wrong = {row.name for row in aliases if not is_alias(row.name, row.of)}
    assert wrong == set(OF_ITS_OWN)


def test_a_subclass_derives_from_its_base() -> None:
    for row in rows(Subclass):
        if row.name.endswith(".*"):
            module = found(row.name.removesuffix(".*"))
            assert any(issubclass(each, found(row.of)) for each in classes(module)), row
        else:
            assert issubclass(found(row.name), found(row.of)), row


def classes(module: Any) -> list[Any]:
    """The public classes of a module."""
    return [each for name, each in vars(module).items() if inspect.isclass(each) and name[0] != "_"]


# ------------------------------------------------------------------ guards


def mode() -> str:
    """The gradient mode here and now, in the words of the rows."""
    if torch.is_inference_mode_enabled():
        return "inference"
    return "on" if (torch.zeros(1, requires_grad=True) * 2).requires_grad else "off"


def uses() -> list[Any]:
    """Each guard with each of its arguments, and the mode in which it must put the code."""
    cases = []
    for row in rows(Guard):
        for given in (True, False):
            word = (
                row.grad if row.grad != "argument" else row.when_true if given else row.when_false
            )
            cases.append(pytest.param(row, given, word, id=f"{row.name}-{given}"))
    return cases


def made(row: Guard, given: bool) -> Any:
    """A guard; those without an argument that decides are made as they are used."""
    guard = found(row.name)
    if row.grad == "argument":
        return guard(given)
    return first_that_works(guard, [(), ("cpu",), ("no hooks here",), (torch.relu, torch.relu)])


every_use = pytest.mark.parametrize(("row", "given", "word"), uses())


@every_use
def test_a_guard_sets_the_mode_that_its_row_says(row: Guard, given: bool, word: str) -> None:
    def modes() -> list[str]:
        seen = []
        for outer in (torch.enable_grad, torch.no_grad):
            with outer():
                guard = made(row, given)
                at_once = mode()
                with guard or contextlib.nullcontext():
                    seen += [at_once if row.immediate else mode()]
        return seen

    assert alone(modes) == (["on", "off"] if word == "unchanged" else [word] * 2)


@every_use
def test_only_some_guards_end_inference_mode(row: Guard, given: bool, word: str) -> None:
    def inside() -> str:
        with torch.inference_mode(), made(row, given) or contextlib.nullcontext():
            return mode()

    assert alone(inside) == ("on" if row.ends_inference and word == "on" else "inference")


@every_use
def test_only_immediate_guards_act_when_they_are_made(row: Guard, given: bool, word: str) -> None:
    def after_making() -> str:
        with torch.set_grad_enabled(not given):
            made(row, given)
            return mode()

    before = "off" if given else "on"
    assert alone(after_making) == (word if row.immediate else before)


# ------------------------------------------------------------------ layers

FEW_SIZES: list[tuple[Any, ...]] = [(), (2,), (2, 2), (2, 2, 2), (0.1, 2), (4, 2, 2)]
SIZES = [*FEW_SIZES, (2, (1, 2)), ((2, 2), 2), (2, 1, None, (2, 2))]
"""Arguments with which layers can be built."""

WITHOUT_PARAMETERS = set(
    "Module Container Sequential ModuleList ModuleDict ParameterList ParameterDict DataParallel"
    " InstanceNorm1d InstanceNorm2d InstanceNorm3d".split()
)
"""Modules of ``torch.nn`` that hold others' parameters, or have some if they are asked to."""


def test_losses_activations_and_the_like_have_no_parameters_and_layers_have_some() -> None:
    losses = {row.name for row in rows(Returns, "loss")}
    without = set()
    for kind in classes(nn):
        if issubclass(kind, nn.Module):
            with contextlib.suppress(Exception):  # a few need more than sizes
                if not list(first_that_works(kind, SIZES).parameters()):
                    without.add(f"torch.nn.{kind.__name__}")
    assert without - losses == {f"torch.nn.{name}" for name in WITHOUT_PARAMETERS}
    assert losses - without == set()


def test_what_is_built_is_in_train_mode() -> None:
    for row in rows(Returns, "model", "layer"):
        if row.mode == "train" and not row.name.endswith(("*", "coder")):
            module = first_that_works(found(row.name), SIZES)
            assert all(each.training for each in module.modules()), row


def test_what_depends_on_the_mode_computes_something_else_in_eval_mode() -> None:
    for row in rows(Returns, "loss", "layer"):
        if row.mode_dependent:
            torch.manual_seed(0)
            module = first_that_works(found(row.name), [(), (3,)])
            shapes = [(4, 3), (4, 3, 2), (4, 3, 2, 2), (4, 3, 2, 2, 2)]
            in_train_mode = first_that_works(module, [(torch.rand(shape),) for shape in shapes])
            x = torch.rand(in_train_mode.shape)
            assert not torch.equal(module(x), module.eval()(x)), row


def test_wrappers_give_the_module_that_they_are_given() -> None:
    wrapped = nn.DataParallel(nn.Linear(2, 2).eval())
    assert wrapped.training  # the wrapper itself is fresh
    assert not wrapped.module.training
    compiled = torch.compile(wrapped.module)
    assert not compiled.training
    assert compiled.train()._orig_mod is wrapped.module
    assert wrapped.module.training


# ------------------------------------------------------------------ functions and methods


def attached() -> Any:
    """A tensor of three numbers between 0.3 and 0.8, with a graph."""
    return torch.rand(3, requires_grad=True) * 0.5 + 0.3


def is_attached(value: Any) -> bool:
    return isinstance(value, torch.Tensor) and value.grad_fn is not None


FOR_METHODS = [(), (1,), (2,), ((2,),), ((2,), 1.0), ((2,), (1,))]
FOR_FUNCTIONS = [(2,), (1, 2, 3), ((2,), 1.0), (2, 2), ()]
OWN_WAY: dict[str, Callable[[Any], Any]] = {
    "bincount": lambda x: x.long().bincount(),
    "item": lambda x: x[0].item(),
    "numpy": lambda x: x.detach().numpy(),
    "sample": lambda x: torch.distributions.Normal(x, x).sample(),
    "torch.bincount": lambda x: torch.bincount(x.long()),
    "torch.device": lambda _: torch.device("cpu"),
    "torch.from_numpy": lambda x: torch.from_numpy(x.detach().numpy()),
    "torch.frombuffer": lambda _: torch.frombuffer(bytearray(4), dtype=torch.uint8),
    "torch.iinfo": lambda _: torch.iinfo(torch.int8),
    "torch.nn.functional.one_hot": lambda x: nn.functional.one_hot(x.long()),
    "torch.randint": lambda _: torch.randint(2, (2,)),
}
"""What cannot be called with such a tensor, or with a few numbers."""


def result(row: Effect) -> Any:
    """What a function or a method gives for a tensor with a graph, or what an attribute is."""
    x, name = attached(), label(row)
    if name in OWN_WAY:
        return OWN_WAY[name](x)
    if row.attribute:
        return getattr(x, row.attribute)
    if row.method:
        return first_that_works(getattr(x, row.method), [(), (x,), *FOR_METHODS])
    if name.endswith("Tensor"):
        return found(name)([0.5])
    return first_that_works(found(name), [(x,), (x, x), (x, 1), *FOR_FUNCTIONS])


SWITCHES = re.compile(r"torch\.(.*\*|seed|manual_seed|set_.*|use_.*|save|.*\.update_bn)")
"""Whole packages, and functions that change the whole process, or write; they give no tensor."""


def callable_rows(*words: str) -> list[Effect]:
    """The rows on functions of tensors, and on the methods and attributes of tensors."""
    return [
        row
        for row in rows(Effect, *words)
        if row.on == "tensor" or row.attribute or (row.name and not SWITCHES.fullmatch(row.name))
    ]


def label(row: Effect) -> str:
    return row.name or row.method or row.attribute


TRAINS_NOTHING = {"torch.sign", "torch.bernoulli", "sign", "bernoulli", "zero_"}
"""A graph comes back, but its gradient is zero everywhere."""


@pytest.mark.parametrize(
    "row", callable_rows("drop", "shape", "read", "array", "detach", "cut"), ids=label
)
def test_what_drops_a_graph_gives_a_result_without_one(row: Effect) -> None:
    if label(row) in TRAINS_NOTHING:
        x = torch.rand(3, requires_grad=True)
        y = x * 1
        out = getattr(y, row.method)() if row.method else found(row.name)(y)
        out.sum().backward()
        assert x.grad.eq(0).all()
    else:
        assert not is_attached(result(row))


@pytest.mark.parametrize("row", callable_rows("cut"), ids=label)
def test_a_parameter_that_is_cut_off_requires_no_gradient(row: Effect) -> None:
    parameter = torch.nn.Parameter(torch.ones(2))
    getattr(parameter, row.method)()
    assert not parameter.requires_grad


def test_numpy_raises_where_there_is_a_graph() -> None:
    with pytest.raises(RuntimeError, match="Can't call numpy"):
        attached().numpy()


NEEDS_A_RANK = {"topk", "kthvalue"}


@pytest.mark.parametrize("row", callable_rows("selection"), ids=label)
def test_a_selection_gives_values_with_their_graph_and_indices(row: Effect) -> None:
    function = found(row.name or f"torch.{row.method}")
    rank = [2] if function.__name__ in NEEDS_A_RANK else []
    values, indices = function(attached(), *rank, dim=0)
    assert is_attached(values)
    assert indices.dtype == torch.int64


def cube(x: Any) -> Any:
    return x.pow(3).sum()


TRANSFORMS: dict[str, Callable[[Any, Any], Any]] = {
    "torch.func.grad": lambda grad, x: grad(cube)(x),
    "torch.func.grad_and_value": lambda both, x: both(cube)(x)[0],
    "torch.func.vjp": lambda vjp, x: vjp(cube, x)[1](torch.tensor(1.0))[0],
    "torch.func.jvp": lambda jvp, x: jvp(cube, (x,), (x,))[1],
    "torch.func.jacrev": lambda jacrev, x: jacrev(cube)(x),
    "torch.func.jacfwd": lambda jacfwd, x: jacfwd(cube)(x),
    "torch.func.hessian": lambda hessian, x: hessian(cube)(x),
    "torch.func.linearize": lambda linearize, x: linearize(cube, x)[1](x),
}


def test_transforms_work_under_an_outer_guard() -> None:
    assert set(TRANSFORMS) == {r.name for r in rows(Effect) if r.name.startswith("torch.func.")}
    for name, use in TRANSFORMS.items():
        x = torch.ones(3)
        free = use(found(name), x)
        assert free.abs().sum() > 0, name
        with torch.no_grad():
            assert torch.equal(use(found(name), x), free), name


# ------------------------------------------------------------------ methods of modules

OF_OTHERS = {
    "forward_once": "Siamese networks",
    "npu": "an extension for another device",
    "hpu": "an extension for another device",
    "_orig_mod": "compiled modules",
    "_fsdp_wrapped_module": "sharded modules",
    "module": "wrappers",
}
OWNERS = {"tensor": torch.Tensor, "model": nn.Module, "optimizer": torch.optim.Optimizer}


def test_all_methods_and_attributes_exist() -> None:
    missing = {
        label(row)
        for row in rows(Effect)
        if not row.name and not hasattr(OWNERS.get(row.on, torch.Tensor), label(row))
        if row.on in OWNERS or row.attribute
    }
    assert missing == {*OF_OTHERS, "sample"}  # which distributions have


ON_DEVICES_ELSEWHERE = {"cuda", "xpu", "ipu", "mtia", "hpu", "npu"}


def test_what_gives_the_module_itself_does() -> None:
    for row in rows(Effect, "self", "freeze"):
        if row.on == "model" and row.method not in {*ON_DEVICES_ELSEWHERE, "compile"}:
            model = nn.Linear(2, 2)
            arguments = [(torch.float64,), (lambda _: None,), (False,), ("cpu",)]
            method = getattr(model, row.method)
            given = (
                method(device="cpu")
                if row.method == "to_empty"
                else first_that_works(method, [(), *arguments])
            )
            assert given is model, row


def test_eval_and_train_reach_all_children_and_give_the_module() -> None:
    model = nn.Sequential(nn.Sequential(nn.Dropout()))
    assert model.eval() is model
    assert not any(each.training for each in model.modules())
    assert model.train() is model
    assert all(each.training for each in model.modules())
    assert not any(each.training for each in model.train(mode=False).modules())


@pytest.mark.parametrize("mode", [True, False])
def test_exports_bake_the_mode_in(mode: bool) -> None:
    model, x = nn.Sequential(nn.Linear(4, 8), nn.Dropout()).train(mode), torch.ones(5, 4)
    for exported in (
        torch.jit.trace(model, x, check_trace=False).eval(),
        torch.export.export(model, (x,)).module(),
    ):
        model.eval()
        assert torch.equal(exported(x), exported(x)) is not mode
        model.train(mode)
