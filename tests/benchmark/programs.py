"""Generated training code of any length: classes and functions that call each other."""

from __future__ import annotations

from string import Template
from typing import NamedTuple

LENGTHS = (100, 1_000, 10_000, 50_000)
FUNCTIONS = (100, 200, 1_000, 5_000)
"""The file with 200 functions has about 1,000 lines."""

_DEEP = 8
"""Calls lead from part to part, this many parts down."""


class Program(NamedTuple):
    """A generated file."""

    kind: str
    """``scripts`` or ``helpers``: what :func:`scripts` or :func:`helpers` writes."""
    has_findings: bool
    text: str

    @property
    def lines(self) -> int:
        """How many lines it has."""
        return self.text.count("\n")

    @property
    def functions(self) -> int:
        """How many functions and methods it has."""
        return sum(line.lstrip().startswith("def ") for line in self.text.splitlines())


def scripts(lines: int, *, has_findings: bool) -> Program:
    """Models, training, evaluation and classes that do both, about ``lines`` lines.

    With findings, every tenth evaluation has forgotten its guard.
    """
    parts = [_HEAD]
    length = _HEAD.count("\n")
    while length < lines:
        parts.append(_part(_SCRIPT, len(parts), has_findings=has_findings))
        length += parts[-1].count("\n")
    return Program("scripts", has_findings, "".join(parts))


def helpers(functions: int, *, has_findings: bool) -> Program:
    """Short functions that mostly call others: five lines each, five of them make a part.

    With findings, every tenth evaluation has forgotten its guard.
    """
    count = functions // 5
    parts = [_part(_HELPERS, number, has_findings=has_findings) for number in range(1, count + 1)]
    return Program("helpers", has_findings, "".join([_HELPERS_HEAD, *parts]))


def all_programs() -> list[Program]:
    """Every size of both kinds, clean and with findings."""
    return [
        program
        for has_findings in (False, True)
        for program in (
            *(scripts(lines, has_findings=has_findings) for lines in LENGTHS),
            *(helpers(functions, has_findings=has_findings) for functions in FUNCTIONS),
        )
    ]


def _part(template: Template, number: int, *, has_findings: bool) -> str:
    before = number - 1 if number % _DEEP else 0
    forgotten = has_findings and number % 10 == 1
    return template.substitute(
        this=number, before=before, guard="if True" if forgotten else "with torch.no_grad()"
    )


_HEAD = '''\
"""Trains and evaluates."""
import argparse

import torch
import torch.nn.functional as F
from torch import nn, optim


class Net0(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(width, width), nn.ReLU())

    def forward(self, x):
        return self.layers(x)


def to_device(batch, device):
    x, y = batch
    return x.to(device), y.to(device)


def loss0(model, batch, device):
    x, y = to_device(batch, device)
    return F.cross_entropy(model(x), y)


def evaluate0(model, loader, device):
    model.eval()
    with torch.no_grad():
        return sum(loss0(model, batch, device).item() for batch in loader)
'''
_SCRIPT = Template("""

class Net$this(nn.Module):
    def __init__(self, width, dropout=0.1):
        super().__init__()
        self.inner = Net$before(width)
        self.norm = nn.LayerNorm(width)
        self.dropout = nn.Dropout(dropout)
        self.head = nn.Linear(width, 10)

    def encode(self, x):
        x = self.norm(x)
        return x + self.dropout(F.relu(self.inner(x)))

    def forward(self, x):
        return self.head(self.encode(x))


def loss$this(model, batch, device, weight=None):
    if weight is None:
        return loss$before(model, batch, device)
    x, y = to_device(batch, device)
    logits = model(x)
    losses = F.cross_entropy(logits, y, reduction="none")
    return (losses * weight).mean()


def train$this(model, loader, optimizer, device, clip=None):
    model.train()
    total = 0.0
    for step, batch in enumerate(loader):
        optimizer.zero_grad()
        loss = loss$this(model, batch, device)
        loss.backward()
        if clip is not None:
            nn.utils.clip_grad_norm_(model.parameters(), clip)
        optimizer.step()
        total += loss.item()
        if step % 100 == 0:
            print(f"step {step}: {total / (step + 1):.3f}")
    return total / len(loader)


def evaluate$this(model, loader, device):
    model.eval()
    right, count = 0, 0
    $guard:
        for batch in loader:
            x, y = to_device(batch, device)
            logits = model(x)
            right += (logits.argmax(1) == y).sum().item()
            count += len(y)
    return right / count


class Trainer$this:
    def __init__(self, loaders, device, epochs=10):
        self.model = Net$this(64).to(device)
        self.optimizer = optim.Adam(self.model.parameters(), lr=1e-3)
        self.loaders = loaders
        self.device = device
        self.epochs = epochs
        self.best = 0.0

    def fit(self):
        for epoch in range(self.epochs):
            loss = train$this(self.model, self.loaders["train"], self.optimizer, self.device)
            accuracy = self.validate()
            if accuracy > self.best:
                self.best = accuracy
                torch.save(self.model.state_dict(), "best.pt")
            print(f"epoch {epoch}: loss {loss:.3f}, accuracy {accuracy:.3f}")

    def validate(self):
        before = evaluate$before(self.model, self.loaders["val"], self.device)
        return max(before, evaluate$this(self.model, self.loaders["val"], self.device))

    @torch.no_grad()
    def predict(self, batches):
        self.model.eval()
        return [self.model(x.to(self.device)).softmax(-1).cpu() for x in batches]


def main$this(arguments):
    parser = argparse.ArgumentParser()
    parser.add_argument("--epochs", type=int, default=10)
    options = parser.parse_args(arguments)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    loaders = {name: torch.load(f"{name}.pt") for name in ("train", "val")}
    Trainer$this(loaders, device, options.epochs).fit()
""")
_HELPERS_HEAD = """\
import torch
import torch.nn.functional as F


def encode0(model, x): return model(x)
def evaluate0(model, loader): return []


def logged(name, value):
    print(name, value)
    return value
"""
_HELPERS = Template("""

def encode$this(model, x, scale=1.0):
    hidden = encode$before(model, x)
    return hidden * scale


def loss$this(model, batch, smoothing=0.0):
    logits = encode$this(model, batch["x"])
    return F.cross_entropy(logits, batch["y"], label_smoothing=smoothing)


def update$this(model, optimizer, batch):
    loss = loss$this(model, batch)
    loss.backward()
    optimizer.step()
    return logged("loss", loss.item())


def right$this(model, batch):
    found = model(batch["x"]).argmax(1)
    return (found == batch["y"]).float().mean().item()


def evaluate$this(model, loader):
    model.eval()
    $guard:
        return [logged("right", right$this(model, batch)) for batch in loader]
""")
