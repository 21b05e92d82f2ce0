"""What a file's code names, read from Python's own tree: enough to tell whether details can matter.

An outer function is one that is not inside another: a function of the module, a method. All code
inside of it belongs to its outline; the rest of the file is the outline of the module.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple, TypeAlias

FunctionNode: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef
_Comprehension: TypeAlias = ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp

BARE = "."
"""Stands among the words after an attribute that is a statement: ``model.eval``."""

RUN = "()"
"""Stands among the words after a call that is a statement: ``torch.no_grad()``."""


ANNOTATED = ":"
"""Stands among the words after an annotation."""


class Called(NamedTuple):
    """A call of ``root.….receiver.name(…)``; each is ``""`` where it is no plain name.

    ``name`` ends in ``()`` where the result of a call is called: ``build()(x)``. The words of what
    is called are ``words[first:start]``, those of the arguments ``words[start:end]``.
    """

    root: str
    receiver: str
    name: str
    first: int
    start: int
    end: int
    node: ast.Call


class Flow(NamedTuple):
    """The names and attributes ``to`` are bound to a value: to what ``words[start:end]`` name.

    ``adds`` says that the value may be added to what they were before.
    """

    to: list[str]
    start: int
    end: int
    adds: bool = False


class Entered(NamedTuple):
    """What ``words[start:body]`` name is entered by a ``with``, or decorates a function or class.

    ``words[body:end]`` are those of what stands inside.
    """

    start: int
    body: int
    end: int


class Outline(NamedTuple):
    """The code of one outer function, or of the module.

    The words are all names, attributes and names of arguments in the order of reading, decorators
    and annotations included, but for what a ``Callable[...]`` takes. Between them stand the
    keywords ``assert``, ``async``, ``await``, ``class`` for one that is decorated, ``def``,
    ``yield``, ``return`` for work that is left to be done later, and ``and`` (for ``or`` too) where
    a ``with`` enters such an expression.

    The ``loops`` are where the words of each ``for`` and ``while`` begin and end.
    """

    words: list[str]
    calls: list[Called]
    flows: list[Flow]
    entered: list[Entered]
    loops: list[tuple[int, int]]

    @property
    def asserts(self) -> bool:
        """Whether there is an ``assert`` or a call such as ``assert_close(...)``."""
        return "assert" in self.words or any(call.name.startswith("assert") for call in self.calls)


class Function(NamedTuple):
    """An outer function; ``owner`` is the place of its class in :attr:`File.classes`, or None.

    ``node`` is the function in the tree, or the tree itself for the code of the module.
    """

    node: FunctionNode | ast.Module
    name: str
    owner: int | None
    parameters: list[str]
    outline: Outline


class Class(NamedTuple):
    """A class outside of functions; ``bases`` are paths as they are written, ``""`` for others."""

    name: str
    bases: list[str]
    methods: dict[str, int]
    """The places of its methods in :attr:`File.functions`."""


class File(NamedTuple):
    """The first of the ``functions`` is the module; ``imports`` are paths by their names here."""

    functions: list[Function]
    classes: list[Class]
    imports: dict[str, str]
    defined: set[str]
    """The names of functions and classes of the module itself."""
    attributes: set[str]
    """The names bound as attributes: by ``self.model = ...``, or in the body of a class."""
    shared: dict[str, list[int]]
    """The places of the functions that bind a name of the module: by ``global``."""


def outlined(tree: ast.Module) -> File:
    """The outlines of a file; ``tree`` is only read."""
    return _Reader().file(tree)


class _Reader:
    """Reads one tree."""

    def __init__(self) -> None:
        self._outline = Outline([], [], [], [], [])
        self._words = self._outline.words
        self._owner: int | None = None
        self._function = ""
        """The name of the outer function that is read."""
        self._file = File([], [], {}, set(), set(), {})

    def file(self, tree: ast.Module) -> File:
        self._file.functions.append(Function(tree, "<module>", None, [], self._outline))
        self.block(tree.body)
        return self._file

    def words(self, node: ast.expr) -> list[str]:
        self.value(node)
        return self._words

    def block(self, nodes: Sequence[ast.stmt]) -> None:
        """Read a run of statements."""
        for node in nodes:
            read = _STATEMENTS.get(type(node))
            if read is not None:
                read(self, node)

    def value(self, node: ast.expr | None) -> None:
        """Read an expression, if there is one."""
        read = _EXPRESSIONS.get(type(node))
        if read is not None:
            read(self, node)

    def values(self, nodes: Iterable[ast.expr | None]) -> None:
        for node in nodes:
            read = _EXPRESSIONS.get(type(node))
            if read is not None:
                read(self, node)

    def _flows(self, targets: Iterable[ast.expr], start: int, adds: bool = False) -> None:
        """Note that the value just read, from word ``start`` on, is bound to ``targets``."""
        names: list[str] = []
        for target in targets:
            names += self._bound(target)
        self._outline.flows.append(Flow(names, start, len(self._words), adds))

    def _bound(self, target: ast.expr) -> list[str]:
        """The names and attributes that are bound with a target, or that something is put into.

        Notes which of them are attributes.
        """
        if isinstance(target, ast.Name):
            if self._owner is not None:
                self._file.attributes.add(target.id)
            return [target.id]
        if isinstance(target, ast.Attribute):
            self._file.attributes.add(target.attr)
            return [target.attr]
        if isinstance(target, (ast.Tuple, ast.List)):
            return [name for each in target.elts for name in self._bound(each)]
        if isinstance(target, (ast.Starred, ast.Subscript)):
            return self._bound(target.value)
        return []

    # --------------------------------------------------------------- statements

    def evaluate(self, node: ast.Expr) -> None:
        self.value(node.value)
        if isinstance(node.value, ast.Attribute):
            self._words.append(BARE)
        elif isinstance(node.value, ast.Call):
            self._words.append(RUN)

    def assign(self, node: ast.Assign) -> None:
        start = len(self._words)
        self.value(node.value)
        self._flows(node.targets, start, adds=isinstance(node.value, ast.BinOp))
        self.values(node.targets)

    def annotated(self, node: ast.AnnAssign) -> None:
        start = len(self._words)
        self.value(node.value)
        self.value(node.annotation)
        self._words.append(ANNOTATED)
        self._flows([node.target], start)
        self.value(node.target)

    def augmented(self, node: ast.AugAssign) -> None:
        start = len(self._words)
        self.value(node.value)
        self._flows([node.target], start, adds=True)
        self.value(node.target)

    def returned(self, node: ast.Return) -> None:
        start = len(self._words)
        if _is_done_later(node.value):
            self._words.append("return")
        self.value(node.value)
        self._outline.flows.append(Flow([self._function], start, len(self._words)))

    def raised(self, node: ast.Raise) -> None:
        self.value(node.exc)

    def asserted(self, node: ast.Assert) -> None:
        self._words.append("assert")
        self.value(node.test)
        self.value(node.msg)

    def deleted(self, node: ast.Delete) -> None:
        self.values(node.targets)

    def conditional(self, node: ast.If | ast.While) -> None:
        self.value(node.test)
        self.block(node.body)
        self.block(node.orelse)

    def while_(self, node: ast.While) -> None:
        start = len(self._words)
        self.conditional(node)
        self._outline.loops.append((start, len(self._words)))

    def for_(self, node: ast.For | ast.AsyncFor) -> None:
        self.value(node.target)
        start = len(self._words)
        self.value(node.iter)
        self._flows([node.target], start)
        self.block(node.body)
        self.block(node.orelse)
        self._outline.loops.append((start, len(self._words)))

    def entered(self, node: ast.With | ast.AsyncWith) -> None:
        first = len(self._words)
        for item in node.items:
            start = len(self._words)
            if isinstance(item.context_expr, ast.BoolOp):
                self._words.append("and")
            self.value(item.context_expr)
            if item.optional_vars is not None:
                self._flows([item.optional_vars], start)
                self.value(item.optional_vars)
        body = len(self._words)
        self.block(node.body)
        self._outline.entered.append(Entered(first, body, len(self._words)))

    def tried(self, node: Any) -> None:
        self.block(node.body)
        for handler in node.handlers:
            self.value(handler.type)
            self.block(handler.body)
        self.block(node.orelse)
        self.block(node.finalbody)

    def matched(self, node: ast.Match) -> None:
        self.value(node.subject)
        for case in node.cases:
            self.value(case.guard)
            self.block(case.body)

    def imported(self, node: ast.Import | ast.ImportFrom) -> None:
        if not self._function:
            self._file.imports.update(imports(node))

    def global_(self, node: ast.Global) -> None:
        if self._function:
            for name in node.names:
                self._file.shared.setdefault(name, []).append(len(self._file.functions) - 1)

    def function(self, node: FunctionNode) -> None:
        if self._function:
            self._words.append("def")
            self._code(node)
            return
        outline, owner = self._outline, self._owner
        self._outline = Outline([], [], [], [], [])
        self._words = self._outline.words
        self._function, self._owner = node.name, None
        file = self._file
        if owner is None:
            file.defined.add(node.name)
        else:
            file.classes[owner].methods[node.name] = len(file.functions)
        names = [each.arg for _, each, _ in parameters(node.args)]
        file.functions.append(Function(node, node.name, owner, names, self._outline))
        self._code(node)
        self._outline, self._words = outline, outline.words
        self._function, self._owner = "", owner

    def _code(self, node: FunctionNode) -> None:
        start = len(self._words)
        self.values(node.decorator_list)
        body = len(self._words)
        if isinstance(node, ast.AsyncFunctionDef):
            self._words.append("async")
        self._defaults(node.args)
        self.block(node.body)
        if start < body:
            self._outline.entered.append(Entered(start, body, len(self._words)))

    def _defaults(self, node: ast.arguments) -> None:
        """Read the default values and the annotations of parameters."""
        for _, each, default in parameters(node):
            self._parameter(each, default)

    def _parameter(self, node: ast.arg, default: ast.expr | None) -> None:
        if default is None and node.annotation is None:
            return
        start = len(self._words)
        self.value(default)
        if node.annotation is not None:
            self.value(node.annotation)
            self._words.append(ANNOTATED)
        if start < len(self._words):
            self._outline.flows.append(Flow([node.arg], start, len(self._words)))

    def class_(self, node: ast.ClassDef) -> None:
        self.values(node.bases)
        for keyword in node.keywords:
            self._keyword(keyword)
        if node.decorator_list:
            start = len(self._words)
            self._words.append("class")
            self.values(node.decorator_list)
            body = len(self._words)
            self._outline.entered.append(Entered(start, body, body))
        if self._function:
            self.block(node.body)
            return
        outer = self._owner
        if outer is None:
            self._file.defined.add(node.name)
        self._owner = len(self._file.classes)
        self._file.classes.append(Class(node.name, [dotted(each) for each in node.bases], {}))
        self.block(node.body)
        self._owner = outer

    # -------------------------------------------------------------- expressions

    def name(self, node: ast.Name) -> None:
        self._words.append(node.id)

    def attribute(self, node: ast.Attribute) -> None:
        self.value(node.value)
        self._words.append(node.attr)

    def formatted(self, node: Any) -> None:
        self.values(embedded(node))

    def call(self, node: ast.Call) -> None:
        function = node.func
        first = len(self._words)
        read = _EXPRESSIONS.get(type(function))
        if read is not None:
            read(self, function)
        start = len(self._words)
        self.values(node.args)
        for keyword in node.keywords:
            self._keyword(keyword)
        end = len(self._words)
        self._outline.calls.append(Called(*_called(function), first, start, end, node))

    def _keyword(self, node: ast.keyword) -> None:
        if node.arg is not None:
            self._words.append(node.arg)
        self.value(node.value)

    def collection(self, node: ast.Tuple | ast.List | ast.Set) -> None:
        self.values(node.elts)

    def mapping(self, node: ast.Dict) -> None:
        for key, value in zip(node.keys, node.values, strict=True):
            self.value(key)
            self.value(value)

    def operation(self, node: ast.BinOp) -> None:
        operands: list[ast.expr] = []
        left: ast.expr = node
        while isinstance(left, ast.BinOp):
            operands.append(left.right)
            left = left.left
        self.value(left)
        self.values(reversed(operands))

    def unary(self, node: ast.UnaryOp) -> None:
        self.value(node.operand)

    def boolean(self, node: ast.BoolOp) -> None:
        self.values(node.values)

    def comparison(self, node: ast.Compare) -> None:
        self.value(node.left)
        self.values(node.comparators)

    def choice(self, node: ast.IfExp) -> None:
        self.value(node.test)
        self.value(node.body)
        self.value(node.orelse)

    def subscript(self, node: ast.Subscript) -> None:
        self.value(node.value)
        inside = node.slice
        if self._words and self._words[-1] == "Callable" and isinstance(inside, ast.Tuple):
            inside = inside.elts[-1]
        self.value(inside)

    def slice(self, node: ast.Slice) -> None:
        self.value(node.lower)
        self.value(node.upper)
        self.value(node.step)

    def inner(self, node: Any) -> None:
        """What has one value inside and no word of its own."""
        self.value(node.value)

    def awaited(self, node: ast.Await) -> None:
        self._words.append("await")
        self.value(node.value)

    def yielded(self, node: ast.Yield | ast.YieldFrom) -> None:
        start = len(self._words)
        self._words.append("yield")
        self.value(node.value)
        self._outline.flows.append(Flow([self._function], start, len(self._words)))

    def named(self, node: ast.NamedExpr) -> None:
        start = len(self._words)
        self.value(node.value)
        self._flows([node.target], start)
        self.value(node.target)

    def lambda_(self, node: ast.Lambda) -> None:
        self._defaults(node.args)
        self.value(node.body)

    def comprehension(self, node: _Comprehension) -> None:
        for clause in node.generators:
            start = len(self._words)
            self.value(clause.iter)
            self._flows([clause.target], start)
            self.value(clause.target)
            self.values(clause.ifs)
        if isinstance(node, ast.DictComp):
            self.value(node.key)
            self.value(node.value)
        else:
            self.value(node.elt)


def words_of(node: ast.expr) -> list[str]:
    """The words of one expression, as an outline has them."""
    return _Reader().words(node)


def imports(node: ast.Import | ast.ImportFrom) -> Iterable[tuple[str, str]]:
    """The names that an import binds, and the path of each; ``*`` for a star import."""
    if isinstance(node, ast.Import):
        for alias in node.names:
            if alias.asname is not None:
                yield alias.asname, alias.name
            else:
                root = alias.name.partition(".")[0]
                yield root, root
        return
    package = "." * node.level + (node.module or "")
    separator = "" if package.endswith(".") else "."
    for alias in node.names:
        if alias.name == "*":
            yield "*", package
        else:
            yield alias.asname or alias.name, f"{package}{separator}{alias.name}"


def parameters(node: ast.arguments) -> Iterable[tuple[str, ast.arg, ast.expr | None]]:
    """The kind of each parameter, as the facts name it, the parameter, and its default value."""
    positional = [*node.posonlyargs, *node.args]
    without: list[ast.expr | None] = [None] * (len(positional) - len(node.defaults))
    for each, default in zip(positional, [*without, *node.defaults], strict=True):
        yield "positional", each, default
    if node.vararg is not None:
        yield "*", node.vararg, None
    for each, default in zip(node.kwonlyargs, node.kw_defaults, strict=True):
        yield "keyword", each, default
    if node.kwarg is not None:
        yield "**", node.kwarg, None


def embedded(node: Any) -> Iterable[ast.expr]:
    """The expressions in the braces of an f-string or t-string, in format specifications too."""
    for part in node.values:
        if not isinstance(part, ast.Constant):
            yield part.value
            if part.format_spec is not None:
                yield from embedded(part.format_spec)


def dotted(node: ast.expr) -> str:
    """``nn.Module``, also of ``nn.Module[int]``; ``""`` for what is no path."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        path = dotted(node.value)
        return path and f"{path}.{node.attr}"
    if isinstance(node, ast.Subscript):
        return dotted(node.value)
    return ""


def _is_done_later(value: ast.expr | None) -> bool:
    """Whether a value is work that begins when somebody asks for it, told from its form."""
    if isinstance(value, ast.Call):
        return isinstance(value.func, ast.Name) and value.func.id in ("map", "filter")
    return isinstance(value, (ast.GeneratorExp, ast.Lambda))


def _called(function: ast.expr) -> tuple[str, str, str]:
    """The root, the receiver and the name of what is called, as an outline has them."""
    if isinstance(function, ast.Name):
        return function.id, "", function.id
    if isinstance(function, ast.Attribute):
        receiver = function.value
        if isinstance(receiver, ast.Name):
            return receiver.id, receiver.id, function.attr
        root: ast.expr = receiver
        while isinstance(root, (ast.Attribute, ast.Subscript)):
            root = root.value
        return root.id if isinstance(root, ast.Name) else "", _called(receiver)[2], function.attr
    if isinstance(function, ast.Subscript):
        return "", "", _called(function.value)[2]
    if isinstance(function, ast.Call):
        return "", "", _called(function.func)[2] + "()"
    return "", "", ""


_STATEMENTS: dict[type[ast.AST], Callable[[_Reader, Any], None]] = {
    ast.Expr: _Reader.evaluate,
    ast.Assign: _Reader.assign,
    ast.AnnAssign: _Reader.annotated,
    ast.AugAssign: _Reader.augmented,
    ast.Return: _Reader.returned,
    ast.Raise: _Reader.raised,
    ast.Assert: _Reader.asserted,
    ast.Delete: _Reader.deleted,
    ast.If: _Reader.conditional,
    ast.For: _Reader.for_,
    ast.AsyncFor: _Reader.for_,
    ast.While: _Reader.while_,
    ast.With: _Reader.entered,
    ast.AsyncWith: _Reader.entered,
    ast.Try: _Reader.tried,
    ast.Match: _Reader.matched,
    ast.Import: _Reader.imported,
    ast.ImportFrom: _Reader.imported,
    ast.Global: _Reader.global_,
    ast.FunctionDef: _Reader.function,
    ast.AsyncFunctionDef: _Reader.function,
    ast.ClassDef: _Reader.class_,
}

_EXPRESSIONS: dict[type, Callable[[_Reader, Any], None]] = {
    ast.Name: _Reader.name,
    ast.Attribute: _Reader.attribute,
    ast.JoinedStr: _Reader.formatted,
    ast.Call: _Reader.call,
    ast.Tuple: _Reader.collection,
    ast.List: _Reader.collection,
    ast.Set: _Reader.collection,
    ast.Dict: _Reader.mapping,
    ast.BinOp: _Reader.operation,
    ast.UnaryOp: _Reader.unary,
    ast.BoolOp: _Reader.boolean,
    ast.Compare: _Reader.comparison,
    ast.IfExp: _Reader.choice,
    ast.Subscript: _Reader.subscript,
    ast.Slice: _Reader.slice,
    ast.Starred: _Reader.inner,
    ast.Await: _Reader.awaited,
    ast.Yield: _Reader.yielded,
    ast.YieldFrom: _Reader.yielded,
    ast.NamedExpr: _Reader.named,
    ast.Lambda: _Reader.lambda_,
    ast.ListComp: _Reader.comprehension,
    ast.SetComp: _Reader.comprehension,
    ast.GeneratorExp: _Reader.comprehension,
    ast.DictComp: _Reader.comprehension,
}

if sys.version_info >= (3, 11):
    _STATEMENTS[ast.TryStar] = _Reader.tried
if sys.version_info >= (3, 14):
    _EXPRESSIONS[ast.TemplateStr] = _Reader.formatted
