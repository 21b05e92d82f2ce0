"""What sleeps in the first look at a file, and what is woken.

That no finding is lost by it is shown by every case: real flake8 reports what the whole analysis
does (``test_rules.py``).
"""

from __future__ import annotations

import ast
import re
import textwrap

import pytest

from flake8_nograd.facts.outline import outlined
from flake8_nograd.first_look import finds_anything
from flake8_nograd.frameworks import load
from flake8_nograd.model import naming
from flake8_nograd.model.relevance import Relevance
from flake8_nograd.settings import Settings
from tests import harness

LAYERS = """
import torch
from torch import nn

from zoo import helper


class Block(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.layer = nn.Linear(width, width)

    def forward(self, x):
        return helper(self.layer(x)) + x


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.blocks = nn.ModuleList([Block(8) for _ in range(3)])

    def forward(self, x):
        for block in self.blocks:
            x = block(x)
        return x


def make(weights):
    net = Net()
    net.load_state_dict(torch.load(weights))
    return net


class Settings:
    def __init__(self, path):
        self.path = path

    def read(self):
        with open(self.path) as file:
            return parse(file.read())


def parse(text):
    return dict(line.split("=") for line in text.splitlines())
"""


def woken_in(source: str) -> set[str]:
    """The functions that the first look interprets."""
    file = outlined(ast.parse(textwrap.dedent(source)))
    functions = [file.functions[place] for place in Relevance(file, load()).awake()]
    return {
        each.name if each.owner is None else f"{file.classes[each.owner].name}.{each.name}"
        for each in functions
    }


def test_layers_factories_and_configuration_sleep() -> None:
    assert woken_in(LAYERS) == set()


@pytest.mark.parametrize(
    ("more", "woken"),
    [
        ("def show(net, x):\n    print(net(x))\n", {"show"}),
        (
            (
                "def show(net, x):\n    return net(x)\n\n"
                "def main(path):\n    print(show(make(path), parse(path)))\n"
            ),
            {"show", "main", "make", "parse", "Net.__init__"},
        ),
        ("def freeze(net):\n    with torch.no_grad():\n        net.scale.fill_(1)\n", set()),
        ("def freeze(net):\n    torch.no_grad()\n    net.scale.fill_(1)\n", {"freeze"}),
        ("def show(x):\n    return print(x)\n", set()),
        (
            (
                "def rows(net, loader):\n    for x in loader:\n        y = net.rows(x)\n"
                "        logger.info(y.numel())\n"
            ),
            set(),
        ),
        ("def later(net):\n    return functools.partial(net, scale=2)\n", set()),
        ("def each(net, xs):\n    return list(map(net, xs))\n", {"each"}),
        ("def each(net, xs):\n    return list(map(len, net.rows(xs)))\n", set()),
        (
            (
                "def freeze(net, on):\n    with torch.no_grad():\n        if on and net.scale:\n"
                "            net.scale.fill_(1)\n"
            ),
            set(),
        ),
        (
            "def freeze(net):\n    with torch.no_grad() and net.lock:\n        net.fill_(1)\n",
            {"freeze"},
        ),
        (
            (
                "def fit(loss, xs):\n    total = 0\n    for x in xs:\n        step = loss(x)\n"
                "        step.backward()\n        total += step.item() * len(x)\n"
            ),
            set(),
        ),
        (
            (
                "def fit(loss, xs):\n    total = 0\n    for x in xs:\n        step = loss(x)\n"
                "        step.backward()\n        total += step\n"
            ),
            {"fit"},
        ),
        ("def export(x):\n    torch.jit.trace(make(x), x)\n", {"export", "make", "Net.__init__"}),
        (
            (
                "def clip(net):\n"
                "    with torch.no_grad():\n"
                "        net.scale.fill_(max(each.max() for each in net.rows()))\n"
            ),
            set(),
        ),
        (
            (
                "def clip(net):\n"
                "    with torch.no_grad():\n"
                "        for step, low in enumerate(map(float, net.lows)):\n"
                "            net.scale[step].fill_(low)\n"
            ),
            set(),
        ),
        (
            (
                "def clip(net, pool):\n"
                "    with torch.no_grad():\n"
                "        pool.map(net.clip, net.rows())\n"
            ),
            {"clip"},
        ),
        (
            ("@torch.no_grad()\ndef rows(net, xs):\n    return (net.scale * x for x in xs)\n"),
            {"rows"},
        ),
        (
            (
                "@torch.no_grad()\n"
                "def blend(grad, grads):\n"
                "    return [each.copy_(grad) for each in grads]\n"
            ),
            set(),
        ),
        (
            (
                "def fit(net, loss):\n"
                "    loss.backward()\n"
                "    return loss.item() / sum(1 for p in net.rows() if p.requires_grad)\n"
            ),
            set(),
        ),
        (
            "def fit(net, loss):\n    loss.requires_grad_(True)\n    loss.backward()\n",
            {"fit"},
        ),
        (
            (
                "def fit(loss, penalty):\n"
                "    total = 0\n"
                "    total += loss\n"
                "    loss.backward()\n"
                "    return total\n"
            ),
            set(),
        ),
        (
            (
                "def build(deep):\n"
                "    net = Block\n"
                "    if deep:\n"
                "        net = Net\n"
                "    return net(8)\n"
            ),
            set(),
        ),
        (
            "def build(net=Block):\n    return net(8)\n",
            set(),
        ),
        (
            ('def grow(net):\n    net.add_module("last", Block(8))\n'),
            set(),
        ),
        (
            (
                "def run(load: Callable[[nn.Module, str], float], path):\n"
                "    return load(make(path), path)\n"
            ),
            set(),
        ),
        (
            "def show(x):\n    thing = torch.nn.Linear(3, 3)\n    print(thing(x))\n",
            {"show"},
        ),
        (
            (
                "def show(x):\n"
                "    things = []\n"
                "    things.append(nn.Linear(3, 3))\n"
                "    print(things[0](x))\n"
            ),
            {"show"},
        ),
        (
            (
                "def things():\n"
                "    yield nn.Linear(3, 3)\n"
                "\n"
                "def show(x):\n"
                "    for each in things():\n"
                "        print(each(x))\n"
            ),
            {"show", "things"},
        ),
        (
            (
                "def show(one, other, x):\n"
                "    for each in (one, other):\n"
                "        each.eval()\n"
                "    print(other(x))\n"
            ),
            {"show"},
        ),
        (
            (
                "class Box:\n"
                "    def __init__(self, thing):\n"
                "        self.thing = thing\n"
                "\n"
                "    def show(self, x):\n"
                "        print(self.thing(x))\n"
                "\n"
                "def fill():\n"
                "    return Box(nn.Linear(3, 3))\n"
            ),
            {"Box.__init__", "Box.show"},
        ),
        (
            (
                "def size(net):\n"
                "    return 3\n"
                "\n"
                "def show(net, x):\n"
                "    thing = size(net)\n"
                "    print(thing(x))\n"
            ),
            set(),
        ),
    ],
)
def test_what_may_be_reported_is_woken_with_what_is_near(more: str, woken: set[str]) -> None:
    assert woken_in(LAYERS + "\n\n" + more) == woken


@pytest.mark.parametrize(
    "case", [each for each in harness.load_cases() if each.errors], ids=lambda each: str(each)
)
def test_no_finding_sleeps_where_names_tell_nothing(case: harness.Case) -> None:
    source = re.sub(r"[^\W\d]\w*", _without_meaning, case.source)
    is_found = finds_anything(ast.parse(source), case.settings)
    assert is_found or not harness.check(source, case.settings)


def _without_meaning(name: re.Match[str]) -> str:
    return f"thing_{name[0][::-1]}" if naming.is_model(name[0]) else name[0]


@pytest.mark.parametrize(("mode", "woken"), [("", set()), ("False", {"fit"}), ("mode", {"fit"})])
def test_train_mode_alone_wakes_nothing(mode: str, woken: set[str]) -> None:
    source = f"""
        import torch

        def fit(net, loss, mode):
            net.train({mode})
            loss.backward()
    """
    assert woken_in(source) == woken


def test_nothing_sleeps_where_a_rule_asks_for_guards_that_are_right() -> None:
    source = """
        import torch

        def accuracy(net, batches):
            hits = 0
            net.eval()
            with torch.no_grad():
                for x, y in batches:
                    hits += (net(x).argmax(1) == y).sum().item()
            return hits
    """
    tree = ast.parse(textwrap.dedent(source))
    assert not finds_anything(tree, Settings())
    assert finds_anything(tree, Settings(enabled=("NGD901",)))
