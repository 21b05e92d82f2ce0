"""Random programs in the words of PyTorch: deep into what the analysis knows, sense or nonsense."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from random import Random
from typing import Any

import tomli

import flake8_nograd.frameworks

DATA = Path(flake8_nograd.frameworks.__file__).with_name("data")

IMPORTS = """\
import torch
import torch.nn as nn
from torch import no_grad, optim
from torch.nn import functional as F
import pytorch_lightning as pl
from contextlib import contextmanager, ExitStack, nullcontext
from functools import partial, wraps
from torch import *
"""

MODELS = "model net encoder netG teacher ema unet self.model self.net models[0] module".split()
TENSORS = "x y loss output logits batch total_loss losses preds self.loss".split()
OTHERS = "optimizer scheduler scaler accelerator loader val_loader train_loader criterion".split()
FLAGS = ["train", "not training", "phase == 'train'", "phase", "self.training", "epoch % 2 == 0"]
PARAMETERS = "self model net x y loader val_loader optimizer train=True phase='val' *a **k".split()
FUNCTIONS = (
    "evaluate train train_epoch forward predict validation_step test run step f eval".split()
)
CLASSES = "Net Trainer Predictor Base Guard".split()
BASES = "nn.Module torch.nn.Module pl.LightningModule Base object torch.autograd.Function".split()
GUARDS = [
    "torch.no_grad()",
    "no_grad()",
    "torch.inference_mode()",
    "torch.inference_mode(False)",
    "torch.enable_grad()",
    "torch.set_grad_enabled(False)",
    "torch.set_grad_enabled(phase == 'train')",
    "torch.no_grad",
    "nullcontext() if train else torch.no_grad()",
    "Guard(model)",
    "guarded()",
    "torch.autocast('cuda')",
    "ExitStack() as stack",
    "open(x) as f",
]
DECORATORS = [
    *(f"@{guard}" for guard in GUARDS if " " not in guard),
    "@property",
    "@staticmethod",
    "@classmethod",
    "@contextmanager",
    "@wraps(f)",
    "@torch.jit.script",
    "@f",
    "@partial(f, x)",
]
METHODS = """\
eval() train() train(False) train(mode) backward() detach() item() cpu().numpy() parameters()
requires_grad_(False) requires_grad_() zero_grad() step() to(device) forward(x) state_dict()
load_state_dict(torch.load(x)) named_parameters() append(loss) update(loss) enter_context(no_grad())
no_sync() children() modules() eval train half() clone() data grad training requires_grad loss
""".split()


def _words_of_frameworks() -> tuple[list[str], list[str]]:
    """All paths and methods that the framework files know."""
    paths: set[str] = set()
    methods: set[str] = set()

    def collect(found: Any) -> None:
        if isinstance(found, list):
            for each in found:
                collect(each)
        elif isinstance(found, dict):
            for key, value in found.items():
                if isinstance(value, (dict, list)):
                    collect(value)
                elif key in ("name", "of"):
                    paths.add(value.removeprefix("*."))
                elif key in ("method", "attribute"):
                    methods.add(value.rstrip("*"))

    for path in sorted(DATA.glob("*.toml")):
        collect(tomli.loads(path.read_text(encoding="utf-8")))
    return sorted(each for each in paths if "*" not in each), sorted(methods - {""})


PATHS, KNOWN_METHODS = _words_of_frameworks()


class Program:
    """Writes one program; all choices are those of ``random``."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._left = random.randint(3, 20)
        self._indent = self._pick(["    ", "    ", "  ", "\t"])
        self._depth = 0
        self._is_async = False
        self._in_function = False
        self._in_loop = False

    def text(self) -> str:
        """The program. It nearly always parses."""
        lines = IMPORTS.splitlines()
        if self._one_in(2):
            lines.pop()
        while self._left > 0:
            lines += self._suite()
        return "\n".join(lines) + "\n"

    # ------------------------------------------------------------------ choices

    def _one_in(self, times: int) -> bool:
        return self._random.randrange(times) == 0

    def _pick(self, words: list[str]) -> str:
        return words[self._random.randrange(len(words))]

    def _some(self, make: Callable[[], str], least: int = 0, most: int = 3) -> str:
        return ", ".join(make() for _ in range(self._random.randint(least, most)))

    # -------------------------------------------------------------- expressions

    def _expression(self, depth: int = 3) -> str:
        if depth == 0 or self._one_in(4):
            return self._atom()
        return self._random.choice(_EXPRESSIONS)(self, depth - 1)

    def _atom(self) -> str:
        words = self._random.choice([MODELS, TENSORS, OTHERS, FUNCTIONS, PATHS, _CONSTANTS])
        return self._pick(words)

    def _forward(self, depth: int) -> str:
        return f"{self._pick(MODELS)}({self._arguments(depth)})"

    def _method(self, depth: int) -> str:
        method = self._pick(METHODS if self._one_in(2) else KNOWN_METHODS)
        called = "" if "(" in method else f"({self._arguments(depth)})"
        receiver = self._atom() if self._one_in(2) else f"({self._expression(depth)})"
        return f"{receiver if receiver[0] not in '0123456789-' else 'x'}.{method}{called}"

    def _known(self, depth: int) -> str:
        return f"{self._pick(PATHS)}({self._arguments(depth)})"

    def _call(self, depth: int) -> str:
        name = self._pick(
            [*FUNCTIONS, *CLASSES, "self." + self._pick(FUNCTIONS), "super().forward"]
        )
        return f"{name}({self._arguments(depth)})"

    def _wrapped(self, depth: int) -> str:
        form = self._pick(_WRAPPED)
        return form.format(self._expression(depth), self._pick(MODELS), self._pick(GUARDS[:7]))

    def _arguments(self, depth: int) -> str:
        def argument() -> str:
            return self._pick(["", "", "", "*", "**", "k="]) + self._expression(depth)

        arguments = [argument() for _ in range(self._random.randint(0, 3))]
        order = ("", "*", "k=", "**")
        starts = [max((o for o in order if each.startswith(o)), key=len) for each in arguments]
        placed = sorted(zip(starts, arguments, strict=True), key=lambda each: order.index(each[0]))
        return ", ".join(
            each.replace("k=", f"k{number}=", 1) if start == "k=" else each
            for number, (start, each) in enumerate(placed)
        )

    def _binary(self, depth: int) -> str:
        operator = self._pick("+ - * / @ % ** and or == is not < in >> |".split())
        operator = "is not" if operator == "not" else operator
        return f"({self._expression(depth)} {operator} {self._expression(depth)})"

    def _display(self, depth: int) -> str:
        form = self._pick(["[{}]", "({},)", "{{{}, 1}}", "{{'a': x, **{{}}}}, {}", "[*a, {}]"])
        return f"({form.format(self._expression(depth))})"

    def _comprehension(self, depth: int) -> str:
        form = self._pick(["[{} {}]", "({} {})", "{{{} {}}}", "{{x: {} {}}}", "sum({} {})"])
        clauses = f"for {self._target()} in {self._atom()}"
        if self._one_in(3):
            clauses += f" if {self._expression(depth)}"
        if self._one_in(4):
            clauses += f" for {self._target()} in {self._expression(depth)}"
        if self._is_async and self._one_in(4):
            clauses = f"async {clauses}"
        return form.format(self._expression(depth), clauses)

    def _odd(self, depth: int) -> str:
        forms = ["(lambda x, *a, k=1: {})", "(x if {} else y)", "f'{{{}}} {{x:>{{y}}}}'", "x[{}:]"]
        forms += [
            "x[..., {}]",
            "(z := {})",
            "not {}",
            "-{}",
            "x[{}][0]",
            "(yield {})",
            "(await {})",
        ]
        form = self._pick(forms)
        if "yield" in form and (not self._in_function or self._is_async):
            form = "({})"
        if "await" in form and not self._is_async:
            form = "({})"
        inner = self._expression(depth)
        if form.startswith("f'") and set(inner) & set("'\"{}\\!:#"):
            inner = "x"
        return form.format(inner)

    def _target(self) -> str:
        return self._pick(["x", "x, y", "_", "(x, *y)", "i, (x, y)", "batch", "self.x", "phase"])

    # --------------------------------------------------------------- statements

    def _suite(self) -> list[str]:
        """Some statements, at least one."""
        lines: list[str] = []
        make: Callable[[Program], Iterator[str]]
        for _ in range(self._random.randint(1, 3 if self._depth else 5)):
            self._left -= 1
            if self._depth > 5 or self._left < 0:
                make = Program._simple
            elif self._depth == 0 and self._one_in(2):
                make = self._random.choice([Program._function, Program._function, Program._class])
            else:
                make = self._random.choice(_STATEMENTS)
            lines += make(self)
        return lines

    def _below(self) -> list[str]:
        """An indented suite."""
        self._depth += 1
        lines = self._suite()
        self._depth -= 1
        return self._indented(lines)

    def _indented(self, lines: Iterable[str]) -> list[str]:
        return [self._indent + line if line else "" for line in lines]

    def _simple(self) -> Iterator[str]:
        form = self._pick(_SIMPLE)
        if form in ("break", "continue") and not self._in_loop:
            form = "pass"
        if form.startswith("return") and not self._in_function:
            form = "{}"
        line = form.format(self._expression(), self._target(), self._pick(MODELS + TENSORS))
        if self._one_in(12):
            line += self._pick(["  # noqa", "; x = model(x)", "  # évaluation", " ;", "  # NGD101"])
        yield line

    def _if(self) -> Iterator[str]:
        yield f"if {self._pick([self._pick(FLAGS), self._expression(2)])}:"
        yield from self._below()
        if self._one_in(3):
            yield f"elif {self._pick(FLAGS)}:"
            yield from self._below()
        if self._one_in(2):
            yield "else:"
            yield from self._below()

    def _loop(self) -> Iterator[str]:
        outer, self._in_loop = self._in_loop, True
        iterables = ["loader", "val_loader", "range(10)", "['train', 'val']", "enumerate(loader)"]
        iterables += ["tqdm(train_loader)", "[(0, 'train'), (1, 'val')]", self._expression(2)]
        word = "async for" if self._is_async and self._one_in(3) else "for"
        head = f"{word} {self._target()} in {self._pick(iterables)}:"
        yield self._pick([head, head, f"while {self._pick([*FLAGS, 'True', '1'])}:"])
        yield from self._below()
        self._in_loop = outer
        if self._one_in(5):
            yield "else:"
            yield from self._below()

    def _with(self) -> Iterator[str]:
        word = "async with" if self._is_async and self._one_in(4) else "with"
        items = [self._pick(GUARDS) for _ in range(self._random.randint(1, 2))]
        if self._one_in(4):
            items.append(self._expression(2))
        head = ", ".join(f"{each}" for each in items)
        if self._one_in(5):
            head = f"({head},)"
        yield f"{word} {head}:"
        yield from self._below()

    def _try(self) -> Iterator[str]:
        yield "try:"
        yield from self._below()
        star = self._pick(["", "", "", "*"])
        outer, self._in_loop = self._in_loop, self._in_loop and not star
        function, self._in_function = self._in_function, self._in_function and not star
        if not self._one_in(4):
            yield f"except{star} (E, torch.cuda.OutOfMemoryError) as e:"
            yield from self._below()
            self._in_loop, self._in_function = outer, function
            if self._one_in(3):
                yield "else:"
                yield from self._below()
            if self._one_in(2):
                return
        self._in_loop, self._in_function = outer, function
        yield "finally:"
        yield from self._below()

    def _match(self) -> Iterator[str]:
        yield f"match {self._expression(1)}:"
        patterns = ["'train'", "[x, *_]", "{'a': y, **rest}", "nn.Module(training=True)", "1 | 2"]
        cases: list[str] = []
        for _ in range(self._random.randint(1, 3)):
            guard = self._pick(["", "", f" if {self._pick(FLAGS)}"])
            cases += [f"case {self._pick(patterns)}{guard}:", *self._below()]
        if self._one_in(2):
            cases += ["case _:", *self._below()]
        yield from self._indented(cases)

    def _function(self) -> Iterator[str]:
        outer = self._is_async, self._in_function, self._in_loop
        self._is_async, self._in_function, self._in_loop = self._one_in(6), True, False
        if self._one_in(3):
            yield self._pick(DECORATORS)
        word = "async def" if self._is_async else "def"
        given = [each for each in PARAMETERS if self._one_in(2)]
        given.sort(key=lambda each: ("=" in each) + 2 * each.startswith("*"))
        if self._one_in(3):
            given = ["model: nn.Module" if each == "model" else each for each in given]
        yield f"{word} {self._pick(FUNCTIONS)}({', '.join(given)}):"
        first = ['"""Évalue.', "", 'Twice."""'] if self._one_in(4) else []
        if self._one_in(8):
            first.append("global counter, best")
        yield from self._indented(first)
        yield from self._below()
        self._is_async, self._in_function, self._in_loop = outer

    def _class(self) -> Iterator[str]:
        yield f"class {self._pick(CLASSES)}({self._some(lambda: self._pick(BASES), 0, 1)}):"
        body = ["def __init__(self, model, train=True):"]
        first = ["super().__init__()", f"self.model = {self._expression(2)}"]
        if self._one_in(3):
            first.append(f"self.net = {self._pick(GUARDS[:7])}")
        body += self._indented(first)
        for _ in range(self._random.randint(1, 3)):
            self._depth += 1
            body += self._function()
            self._depth -= 1
        yield from self._indented(body)


_CONSTANTS = ["None", "True", "False", "0", "1.5", "'train'", "'é\U0001f600'", "b'x'", "..."]
_WRAPPED = [
    "torch.no_grad()({1})({0})",
    "partial({1}, {0})()",
    "map({1}, {0})",
    "list(map(lambda x: {1}(x), {0}))",
    "getattr({1}, 'eval')()",
    "copy.deepcopy({1})({0})",
    "nn.DataParallel({1})({0})",
    "torch.compile({1})",
    "nn.Sequential({1}, nn.Dropout(0.1))({0})",
    "stack.enter_context({2})",
    "torch.autograd.grad({0}, {1}.parameters())",
    "optim.SGD({1}.parameters(), lr=0.1)",
    "isinstance({1}, nn.Module)",
    "F.dropout({0})",
    "F.dropout({0}, training={1}.training)",
    "{1}.to('cuda').eval()",
    "{1}.train({1}.training)",
    "{2}.__enter__()",
    "'%.3f' % {0}",
]
_SIMPLE = [
    *["{0}"] * 6,
    *["{2} = {0}"] * 6,
    "{1} = {0}",
    "{2}: nn.Module = {0}",
    "{2} += {0}",
    "losses[0] -= {0}",
    "{2}.eval()",
    "{2}.train()",
    "{2}.eval",
    "loss.backward()",
    "optimizer.step()",
    "losses.append(loss)",
    "x = {2}(x)",
    "print({2}(x).argmax(1))",
    "torch.set_grad_enabled(False)",
    "torch.no_grad()",
    "x.volatile = True",
    "x = Variable(x, volatile=True)",
    "{2}.training = False",
    "{2}.requires_grad = False",
    "return {0}",
    "return",
    "raise E({0})",
    "assert {0}, x",
    "del x",
    "pass",
    "break",
    "continue",
    "import torch.distributed as dist, os",
    "global counter",
]
_EXPRESSIONS: list[Callable[[Program, int], str]] = [
    Program._forward,
    Program._forward,
    Program._method,
    Program._method,
    Program._known,
    Program._call,
    Program._wrapped,
    Program._binary,
    Program._display,
    Program._comprehension,
    Program._odd,
]
_STATEMENTS: list[Callable[[Program], Iterator[str]]] = [
    Program._simple,
    Program._if,
    Program._if,
    Program._loop,
    Program._loop,
    Program._with,
    Program._with,
    Program._try,
    Program._match,
    Program._function,
]
