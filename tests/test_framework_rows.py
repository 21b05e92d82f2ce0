"""Every row of the bundled framework files is used, and does what its kind says.

A *probe* is a few lines of code with a hole for the row's name. What is reported with the name of
the row is compared to what is reported with a name that no row knows: the difference is what the
row does. An alias must do what the thing that it stands for does.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

from flake8_nograd.check import check_text
from flake8_nograd.frameworks import load, reader, schema
from flake8_nograd.frameworks.schema import (
    Alias,
    Effect,
    Guard,
    Hook,
    Returns,
    Row,
    Runner,
    Subclass,
)
from flake8_nograd.settings import Settings

FILES = sorted((Path(schema.__file__).parent / "data").glob("*.toml"))
NO_ROW = "elsewhere.unknown"
IMPORTS = """\
import concurrent.futures
import torch
import MODULE
from contextlib import ExitStack
from torch import nn
"""
STAR_IMPORTS = "import torch.utils.data as data\nfrom project import *\n"


class Probe(NamedTuple):
    """A use with a hole (``NAME``, a path; ``METHOD``, a method or attribute), and its report."""

    text: str
    known: set[str]
    """The codes that are reported with the row's name."""
    unknown: set[str]
    """The codes that are reported with a name that no row knows."""
    instead: str = NO_ROW
    """Such a name."""


@cache
def rows_of(file: Path) -> list[Row]:
    return reader.parse(file.read_text(encoding="utf-8"), file.name)


@cache
def all_rows() -> list[Row]:
    return [row for file in FILES for row in rows_of(file)]


@cache
def codes(text: str, path: str = "torch", method: str = "") -> frozenset[str]:
    """What is reported for a probe with names in its holes."""
    if path.startswith("*."):
        path, text = path[2:], text.replace(IMPORTS, STAR_IMPORTS)
    elif path.startswith("builtins."):
        path, text = path.partition(".")[2], text.replace("import MODULE\n", "")
    if path.endswith("]"):
        path, index = path[:-1].split("[")
        text = re.sub(r"NAME(\([^)]*\))", rf"NAME\1[{index}]", text)
    text = text.replace("MODULE", path.rpartition(".")[0] or path).replace("NAME", path)
    text = text.replace("METHOD", method)
    return frozenset(found.code for found in check_text(text, Settings(), raises=True))


def example(name: str) -> str:
    """A name that a row is for: its own, or one that ``*`` stands for."""
    return f"{name[:-1]}Anything" if name.endswith("*") else name


# ------------------------------------------------------------------------------ probes

EVALUATE = f"""{IMPORTS}
def evaluate(net: nn.Module, loader, thing=None):
    net.eval()
    BEFORE
    for x in loader:
        AGAIN
"""
NEW_NET = "nn.Sequential(nn.Dropout(0.5), nn.Linear(2, 2))"


def evaluation(before: str, again: str = "print(net(x).argmax())") -> str:
    """An evaluation in eval mode, with a statement before its loop."""
    return EVALUATE.replace("BEFORE", before).replace("AGAIN", again)


def made(expression: str, name: str = "thing", called: str = "{}(x)") -> str:
    """An evaluation of something that is made before the loop."""
    return f"""{IMPORTS}
def evaluate(loader):
    {name} = {expression}
    for x in loader:
        print({called.format(name)}.argmax())
"""


def collected(result: str) -> str:
    """A loop that collects results: certainly an evaluation where they carry no graph."""
    return f"""{IMPORTS}
def collect(net: nn.Module, loader):
    found = []
    for x in loader:
        found.append({result})
    return found
"""


def guarded(statement: str, before: str = "pass", parameters: str = "net: nn.Module, x") -> str:
    """A statement of a training step under a guard."""
    return f"""{IMPORTS}
@torch.no_grad()
def update({parameters}):
    {before}
    {statement}
"""


WITH = f"""{IMPORTS}
def evaluate(net: nn.Module, loader):
    net.eval()
    with torch.autocast("cpu"), NAME():
        for x in loader:
            print(net(x).argmax())
"""
LOSS_BY = f"""{IMPORTS}
def step(net: nn.Module, x):
    with torch.no_grad():
        loss = NAME(net(x))
    loss.backward()
"""
FORWARD_BY = f"""{IMPORTS}
class Net(nn.Module):
    def forward(self, x):
        return NAME(x)
"""
HOOK = f"""{IMPORTS}
class Own(NAME):
    def METHOD(self, net: nn.Module, x):
        net(x).sum().backward()
"""
SUBCLASS = f"""{IMPORTS}
class Own(NAME):
    pass


def evaluate(loader):
    thing = Own()
    thing.eval()
    for x in loader:
        print(thing(x).argmax())
"""
ANNOTATED = f"""{IMPORTS}
@torch.no_grad()
def update(thing: NAME):
    thing.step()
"""
FROZEN = f"""{IMPORTS}
def evaluate(net: nn.Module, loader):
    net.eval()
    for parameter in net.METHOD():
        parameter.requires_grad_(False)
    for x in loader:
        print(net(x).argmax())
"""
GIVEN = f"""{IMPORTS}
net = nn.Sequential(nn.Linear(2, 2))
net.eval()


def infer(first, second=None):
    return net(first).argmax()


found = NAME(infer, net)
print([each for each in found])
"""
KEPT = GIVEN.replace("print([each for each in found])", "print(found(torch.ones(2)))")
POOL = "concurrent.futures.ThreadPoolExecutor"
WORK = """

def work(net: nn.Module, x):
    print(net(x).argmax())
"""
RECORDS, IN_TRAIN_MODE, BOTH = {"NGD101"}, {"NGD301"}, {"NGD101", "NGD301"}
NONE: set[str] = set()
BY_NAME = f"""{IMPORTS}
from zoo import build


def predict(words):
    model = build()
    return "".METHOD(model(words))
"""

GUARDS = {
    "off": Probe(WITH, NONE, RECORDS),
    "argument": Probe(WITH, NONE, RECORDS),
    "on": Probe(WITH.replace('torch.autocast("cpu")', "torch.no_grad()"), RECORDS, NONE),
    "unchanged": Probe(WITH, RECORDS, RECORDS),
}
AT_ONCE = Probe(evaluation("NAME(False)"), NONE, RECORDS)
RETURNS = {
    "model": Probe(made("NAME()"), BOTH, NONE),
    "layer": Probe(made("NAME()"), BOTH, NONE),
    "loss": Probe(made("NAME()", "model"), NONE, BOTH),
    "other": Probe(made("NAME()", "model"), NONE, BOTH),
    "attack": Probe(made("NAME()", "model"), NONE, BOTH),
    "argument": Probe(made(f"NAME({NEW_NET})"), BOTH, NONE),
    "copy": Probe(made(f"NAME({NEW_NET})"), BOTH, NONE),
    "optimizer": Probe(guarded("thing.step()", "thing = NAME(x)"), {"NGD202"}, NONE),
    "scaler": Probe(guarded("thing.scale(net(x)).backward()", "thing = NAME()"), {"NGD201"}, NONE),
    "executor": Probe(guarded("thing.submit(work, x)", "thing = NAME()") + WORK, {"NGD406"}, NONE),
    "stack": Probe(evaluation("NAME().enter_context(torch.no_grad())"), NONE, RECORDS),
}
CALLS = {
    "drop": Probe(collected("NAME(net(x))"), RECORDS, NONE),
    "shape": Probe(evaluation("pass", "print(NAME(net(x)))"), NONE, RECORDS),
    "operation": Probe(LOSS_BY, {"NGD203"}, NONE),
    "dropout": Probe(FORWARD_BY, {"NGD304"}, NONE),
    "attention_dropout": Probe(FORWARD_BY.replace("(x)", "(x, dropout_p=0.1)"), {"NGD304"}, NONE),
    "gradient": Probe(guarded("NAME(net(x).sum(), x)"), {"NGD201"}, NONE),
    "backward_argument": Probe(guarded("NAME(net(x).sum(), x)"), {"NGD201"}, NONE),
    "needs_gradient": Probe(evaluation("pass", "print(NAME(net(x), x))"), NONE, RECORDS),
    "export": Probe(f"{IMPORTS}\nNAME({NEW_NET}, torch.zeros(1, 2))\n", IN_TRAIN_MODE, NONE),
    "exit": Probe(evaluation("NAME(0)"), NONE, RECORDS),
    "save_mode": Probe(collected("NAME(net(x))"), RECORDS, NONE),
    "calls": Probe(GIVEN, {"NGD102"}, NONE),
    "partial": Probe(KEPT, {"NGD102"}, NONE),
    "selection": Probe(collected("NAME(net(x), 1)[1]"), RECORDS, NONE),
    "array": Probe(evaluation("pass", "print(NAME(net(x)))"), NONE, RECORDS),
    "thread": Probe(guarded("NAME(target=work)") + WORK, {"NGD406"}, NONE),
}
METHODS = {
    "drop": Probe(collected("net(x).METHOD()"), RECORDS, NONE),
    "shape": Probe(evaluation("pass", "print(net(x).METHOD())"), NONE, RECORDS),
    "detach": Probe(collected("net(x).METHOD()"), RECORDS, NONE),
    "cut": Probe(evaluation("[p.METHOD() for p in net.parameters()]"), NONE, RECORDS),
    "read": Probe(collected("net(x).METHOD()"), RECORDS, NONE),
    "array": Probe(evaluation("pass", "print(net(x).METHOD())"), NONE, RECORDS),
    "text": Probe(BY_NAME, NONE, {"NGD102", "NGD301"}),
    "backward": Probe(evaluation("pass", "print(net(x).METHOD())"), NONE, RECORDS),
    "backward_argument": Probe(guarded("WORD.METHOD(net(x).sum())"), {"NGD201"}, NONE),
    "needs_gradient": Probe(evaluation("pass", "print(thing.METHOD(net(x)))"), {"NGD102"}, RECORDS),
    "forward": Probe(evaluation("pass", "print(net.METHOD(x).argmax())"), RECORDS, NONE),
    "self": Probe(made(f"{NEW_NET}.METHOD()"), BOTH, NONE),
    "train": Probe(made(f"{NEW_NET}.METHOD()"), BOTH, NONE),
    "freeze": Probe(made(f"{NEW_NET}.METHOD()"), BOTH, NONE),
    "eval": Probe(made(f"{NEW_NET}.METHOD()"), RECORDS, NONE),
    "parameters": Probe(FROZEN, NONE, RECORDS),
    "load": Probe(collected("net(x).METHOD()"), RECORDS, NONE),
    "generate": Probe(collected("net(x).METHOD()"), RECORDS, NONE),
    "freeze_model": Probe(evaluation("net.METHOD()"), NONE, RECORDS),
    "selection": Probe(collected("net(x).METHOD(1)[1]"), RECORDS, NONE),
    "thread": Probe(guarded("thing.METHOD(work, x)", f"thing = {POOL}()") + WORK, {"NGD406"}, NONE),
    "arguments": Probe(made(f"WORD.METHOD({NEW_NET})"), BOTH, NONE),
    "calls": Probe(evaluation("thing = ExitStack(); thing.METHOD(torch.no_grad())"), NONE, RECORDS),
    "operation": Probe(
        guarded("thing.METHOD(net(x)).backward()", "thing = torch.amp.GradScaler()"),
        {"NGD201"},
        NONE,
    ),
}
STEPS = {
    "optimizer": Probe(guarded("thing.METHOD()", "thing = torch.optim.SGD(x)"), {"NGD202"}, NONE),
    "scaler": Probe(guarded("thing.METHOD(x)", "thing = torch.amp.GradScaler()"), {"NGD202"}, NONE),
}
ATTRIBUTES = {
    "drop": Probe(collected("net(x).METHOD"), RECORDS, NONE),
    "shape": Probe(evaluation("pass", "print(net(x).METHOD)"), NONE, RECORDS),
    "detach": Probe(collected("net(x).METHOD"), RECORDS, NONE),
    "wrapped": Probe(made(f"nn.DataParallel({NEW_NET})", called="{}.METHOD(x)"), BOTH, NONE),
    "pretrained": Probe(
        f"{IMPORTS}\ndef evaluate(model, loader):\n    for x in loader:\n"
        "        print(model(x).METHOD.argmax())\n",
        RECORDS,
        BOTH,
    ),
}


def probe_of(row: Row) -> Probe:
    """The probe for what a row says."""
    if isinstance(row, Guard):
        return AT_ONCE if row.immediate else GUARDS[row.grad]
    if isinstance(row, Returns):
        if row.what == "tuple":
            first = next(each for each in all_rows() if example_of(each) == f"{row.name}[0]")
            probe = probe_of(first)
            return probe._replace(text=probe.text.replace("NAME()", "NAME()[0]"))
        probe = RETURNS[row.what]
        always_in_eval_mode = row.what == "model" and row.mode != "train"
        return probe._replace(known=RECORDS) if always_in_eval_mode else probe
    if isinstance(row, Hook):
        return Probe(HOOK, {"NGD201"} if row.grad == "off" else NONE, NONE)
    if isinstance(row, Runner):
        return Probe(GIVEN, {"NGD102"}, NONE)
    if isinstance(row, Subclass):
        return probe_of_subclass(row)
    if isinstance(row, Effect):
        if row.does == "step":
            return STEPS[row.on]
        probes = CALLS if row.name else METHODS if row.method else ATTRIBUTES
        probe = probes[row.does]
        return probe._replace(text=probe.text.replace("WORD", "".join(row.named[:1]) or "thing"))
    raise TypeError(row)


def example_of(row: Row) -> str:
    """The name of a row that says what a call gives."""
    return row.name if isinstance(row, Returns) else ""


def probe_of_subclass(row: Subclass) -> Probe:
    """A subclass does what the class at its root does."""
    ancestors = load().ancestors(example(row.name))
    if "torch.nn.Module" in ancestors:
        return Probe(SUBCLASS, RECORDS, NONE)
    if "torch.optim.Optimizer" in ancestors:
        return Probe(ANNOTATED, {"NGD202"}, NONE)
    if "torch.optim.lr_scheduler.LRScheduler" in ancestors:
        return Probe(ANNOTATED, NONE, {"NGD202"}, instead="torch.optim.Anything")
    return probe_of(load().hooks(row.name)[0])


def methods_of(row: Row) -> list[str]:
    """What stands for ``METHOD`` in a row's probe; a hook has several."""
    if isinstance(row, Effect):
        return [row.method or row.attribute]
    if isinstance(row, Subclass):
        return [example(each) for hook in load().hooks(row.name)[:1] for each in hook.methods[:1]]
    return [example(each) for each in row.methods] if isinstance(row, Hook) else []


# ------------------------------------------------------------------------------- tests


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_every_row_does_what_its_kind_says(file: Path) -> None:
    for row in rows_of(file):
        if not isinstance(row, Alias):
            probe = probe_of(row)
            path = example(row.of if isinstance(row, Hook) else row.name)
            for method in methods_of(row) or [""]:
                assert codes(probe.text, path or "torch", method) == probe.known, row


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_without_a_row_it_would_be_reported_otherwise(file: Path) -> None:
    """Rows that say of a thing what holds for unknown things, too, have equal sides."""
    for row in rows_of(file):
        if isinstance(row, Alias):
            continue
        probe = probe_of(row)
        if isinstance(row, Effect) and not row.name:
            assert codes(probe.text, method="unknown_thing") == probe.unknown, row
        else:
            method = "".join(methods_of(row)[:1])
            assert codes(probe.text, probe.instead, method) == probe.unknown, row


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_an_alias_does_what_it_stands_for(file: Path) -> None:
    for row in rows_of(file):
        if isinstance(row, Alias):
            target, path = target_of(row)
            probe = probe_of(target)
            method = "".join(methods_of(target)[:1])
            assert codes(probe.text, path, method) == probe.known, row


def target_of(alias: Alias) -> tuple[Row, str]:
    """A row that an alias leads to, and the path by which it does."""
    old, new = alias.of.removesuffix("*"), alias.name.removesuffix("*")
    below = old if alias.of.endswith("*") else f"{old}."
    named = [
        (row, row.of if isinstance(row, Hook) else row.name)
        for row in all_rows()
        if not isinstance(row, Alias)
    ]
    for row, name in named:
        if name == alias.of or name.startswith(below):
            return row, new + example(name)[len(old) :]
    for row, name in named:
        if name.endswith("*") and old.startswith(name[:-1]):
            return row, new
    raise LookupError(f"{alias} leads to no row")
