"""The same facts from Python's own tree, which flake8 has anyway. No LibCST import.

They answer one question: does the analysis find anything in this file? Only then LibCST parses it,
at ten times the cost of this reading; and what is reported is decided by LibCST's facts. Both
readings give the same facts with the same refs, but for comments, which Python's tree does not
have: they can only silence a finding.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable, Iterable, Sequence, Set
from typing import Any, TypeAlias

from flake8_nograd.facts import code
from flake8_nograd.facts.outline import FunctionNode, embedded, imports, parameters

_Comprehension: TypeAlias = ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp


def facts_of(tree: ast.Module) -> code.Module:
    """The facts of a module; ``tree`` is only read."""
    return facts_but(tree, frozenset())[0]


def facts_but(tree: ast.Module, left_out: Set[ast.AST]) -> tuple[code.Module, set[int]]:
    """The facts of a module without the code and the annotations of some functions, and the refs
    of these.
    """
    reader = _Reader(left_out)
    return code.Module(reader.block(tree.body)), reader.bodiless


class _Reader:
    """Reads one tree. ``refs`` are given in the order in which the LibCST visitor gives them."""

    def __init__(self, left_out: Set[ast.AST]) -> None:
        self._left_out = left_out
        self.bodiless: set[int] = set()
        self._refs = 0
        self._yields = False

    def _ref(self) -> int:
        self._refs += 1
        return self._refs - 1

    def value(self, node: ast.expr) -> code.Expression:
        """The fact of an expression."""
        read = _EXPRESSIONS.get(type(node))
        return _UNKNOWN if read is None else read(self, node)

    def optional(self, node: ast.expr | None) -> code.Expression | None:
        return None if node is None else self.value(node)

    def values(self, nodes: Iterable[ast.expr]) -> tuple[code.Expression, ...]:
        return tuple([self.value(node) for node in nodes])

    def block(self, nodes: Sequence[ast.stmt]) -> code.Block:
        """The facts of a run of statements."""
        facts: list[code.Statement] = []
        for node in nodes:
            if isinstance(node, (ast.Import, ast.ImportFrom)):
                facts += [code.Import(name, path) for name, path in imports(node)]
            else:
                read = _STATEMENTS.get(type(node))
                if read is not None:
                    facts.append(read(self, node))
        return tuple(facts)

    # --------------------------------------------------------------- statements

    def evaluate(self, node: ast.Expr) -> code.Evaluate:
        return code.Evaluate(self._ref(), self.value(node.value))

    def assign(self, node: ast.Assign) -> code.Assign:
        value = self.value(node.value)
        targets = self.values(node.targets)
        return code.Assign(self._ref(), targets, value)

    def annotated(self, node: ast.AnnAssign) -> code.Assign:
        value = self.optional(node.value)
        annotation = self.value(node.annotation)
        target = self.value(node.target)
        return code.Assign(self._ref(), (target,), value, annotation)

    def augmented(self, node: ast.AugAssign) -> code.AugmentedAssign:
        value = self.value(node.value)
        target = self.value(node.target)
        operator = _AUGMENTING[type(node.op)]
        return code.AugmentedAssign(self._ref(), target, operator, value)

    def returned(self, node: ast.Return) -> code.Return:
        return code.Return(self._ref(), self.optional(node.value))

    def raised(self, node: ast.Raise) -> code.Raise:
        return code.Raise(self.optional(node.exc))

    def asserted(self, node: ast.Assert) -> code.Assert:
        return code.Assert(self.value(node.test), self.optional(node.msg))

    def deleted(self, node: ast.Delete) -> code.Delete:
        if len(node.targets) == 1:
            return code.Delete((self.value(node.targets[0]),))
        return code.Delete((code.Collection(self.values(node.targets)),))

    def scope(self, node: ast.Global | ast.Nonlocal) -> code.Scope:
        return code.Scope(isinstance(node, ast.Global), tuple(node.names))

    def jump(self, node: ast.Break | ast.Continue) -> code.Jump:
        return code.Jump(breaks=isinstance(node, ast.Break))

    def conditional(self, node: ast.If) -> code.If:
        branches = []
        while True:
            branches.append((self.value(node.test), self.block(node.body)))
            following = node.orelse[0] if len(node.orelse) == 1 else None
            if not isinstance(following, ast.If) or following.col_offset != node.col_offset:
                return code.If(tuple(branches), self.block(node.orelse))
            node = following  # `elif`; an `if` below `else:` is indented

    def loop(self, node: ast.For | ast.AsyncFor) -> code.For:
        return code.For(
            self._ref(),
            self.value(node.target),
            self.value(node.iter),
            self.block(node.body),
            self.block(node.orelse),
        )

    def repeated(self, node: ast.While) -> code.While:
        return code.While(
            self._ref(), self.value(node.test), self.block(node.body), self.block(node.orelse)
        )

    def entered(self, node: ast.With | ast.AsyncWith) -> code.With:
        items = tuple(
            code.WithItem(
                self._ref(), self.value(item.context_expr), self.optional(item.optional_vars)
            )
            for item in node.items
        )
        return code.With(self._ref(), items, self.block(node.body))

    def tried(self, node: Any) -> code.Try:
        handlers = tuple(
            code.Handler(self.optional(each.type), each.name, self.block(each.body))
            for each in node.handlers
        )
        body = self.block(node.body)
        return code.Try(body, handlers, self.block(node.orelse), self.block(node.finalbody))

    def matched(self, node: ast.Match) -> code.Match:
        cases = tuple(
            code.Case(
                tuple(_captures(case.pattern)), self.optional(case.guard), self.block(case.body)
            )
            for case in node.cases
        )
        last = node.cases[-1]
        exhaustive = (
            last.guard is None
            and isinstance(last.pattern, ast.MatchAs)
            and last.pattern.pattern is None
        )
        return code.Match(self.value(node.subject), cases, exhaustive)

    def function(self, node: FunctionNode) -> code.Function:
        is_left_out = node in self._left_out
        decorators = self._decorators(node.decorator_list)
        given = self._parameters(node.args, is_annotated=not is_left_out)
        outer, self._yields = self._yields, False
        body = () if is_left_out else self.block(node.body)
        fact = code.Function(
            self._ref(),
            node.name,
            given,
            decorators,
            body,
            is_async=isinstance(node, ast.AsyncFunctionDef),
            is_generator=self._yields,
        )
        self._yields = outer
        if is_left_out:
            self.bodiless.add(fact.ref)
        return fact

    def _decorators(self, nodes: Iterable[ast.expr]) -> tuple[code.Decorator, ...]:
        return tuple([code.Decorator(self._ref(), self.value(node)) for node in nodes])

    def _parameters(
        self, node: ast.arguments, is_annotated: bool = True
    ) -> tuple[code.Parameter, ...]:
        return tuple(
            [
                code.Parameter(
                    each.arg,
                    kind,
                    self.optional(default),
                    self.optional(each.annotation) if is_annotated else None,
                )
                for kind, each, default in parameters(node)
            ]
        )

    def class_(self, node: ast.ClassDef) -> code.Class:
        return code.Class(
            self._ref(),
            node.name,
            (*map(self._positional, node.bases), *map(self._keyword, node.keywords)),
            self._decorators(node.decorator_list),
            self.block(node.body),
        )

    # -------------------------------------------------------------- expressions

    def name(self, node: ast.Name) -> code.Name:
        return code.Name(node.id)

    def attribute(self, node: ast.Attribute) -> code.Attribute:
        return code.Attribute(self.value(node.value), node.attr)

    def constant(self, node: ast.Constant) -> code.Constant:
        return _UNKNOWN if isinstance(node.value, complex) else code.Constant(node.value)

    def formatted(self, node: Any) -> code.Formatted:
        return code.Formatted(self.values(embedded(node)))

    def call(self, node: ast.Call) -> code.Call:
        function = self.value(node.func)
        if not node.keywords:
            arguments = tuple([self._positional(each) for each in node.args])
        else:
            # `f(a=1, *rest)` is written in an order that the tree does not keep
            given: list[ast.expr | ast.keyword] = [*node.args, *node.keywords]
            given.sort(key=_place)
            arguments = tuple(
                self._keyword(each) if isinstance(each, ast.keyword) else self._positional(each)
                for each in given
            )
        return code.Call(self._ref(), function, arguments)

    def _positional(self, node: ast.expr) -> code.Argument:
        if isinstance(node, ast.Starred):
            return code.Argument(self.value(node.value), None, "*")
        return code.Argument(self.value(node))

    def _keyword(self, node: ast.keyword) -> code.Argument:
        return code.Argument(self.value(node.value), node.arg, "" if node.arg else "**")

    def collection(self, node: ast.Tuple | ast.List | ast.Set) -> code.Collection:
        return code.Collection(self.values(node.elts))

    def mapping(self, node: ast.Dict) -> code.Mapping:
        return code.Mapping(
            tuple(
                (self.optional(key), self.value(value))
                for key, value in zip(node.keys, node.values, strict=True)
            )
        )

    def operation(self, node: ast.BinOp) -> code.Operation:
        operands: list[ast.expr] = []
        left: ast.expr = node
        while isinstance(left, ast.BinOp):
            operands.append(left.right)
            left = left.left
        operands.append(left)
        values = self.values(reversed(operands))
        return code.Operation(self._ref(), values)

    def unary(self, node: ast.UnaryOp) -> code.Expression:
        operand = self.value(node.operand)
        if isinstance(node.op, ast.Not):
            return code.Not(operand)
        if isinstance(operand, code.Constant):
            return _UNKNOWN
        return code.Operation(self._ref(), (operand,))

    def boolean(self, node: ast.BoolOp) -> code.Boolean:
        operator = type(node.op)
        operands = list(node.values)
        while isinstance(operands[0], ast.BoolOp) and isinstance(operands[0].op, operator):
            operands[:1] = operands[0].values  # `(a and b) and c`
        values = self.values(operands)
        word = "and" if operator is ast.And else "or"
        return code.Boolean(self._ref(), word, values)

    def comparison(self, node: ast.Compare) -> code.Comparison:
        operands = self.values((node.left, *node.comparators))
        return code.Comparison(operands, tuple([_COMPARING[type(each)] for each in node.ops]))

    def choice(self, node: ast.IfExp) -> code.Conditional:
        return code.Conditional(
            self.value(node.test), self.value(node.body), self.value(node.orelse)
        )

    def subscript(self, node: ast.Subscript) -> code.Subscript:
        value = self.value(node.value)
        index = node.slice
        parts = index.elts if isinstance(index, ast.Tuple) and index.elts else [index]
        indices: list[ast.expr] = []
        for part in parts:
            if isinstance(part, ast.Slice):
                bounds = (part.lower, part.upper, part.step)
                indices += [bound for bound in bounds if bound is not None]
            else:
                indices.append(part.value if isinstance(part, ast.Starred) else part)
        return code.Subscript(value, self.values(indices))

    def starred(self, node: ast.Starred) -> code.Starred:
        return code.Starred(self.value(node.value))

    def awaited(self, node: ast.Await) -> code.Await:
        return code.Await(self._ref(), self.value(node.value))

    def yielded(self, node: ast.Yield | ast.YieldFrom) -> code.Yield:
        self._yields = True
        delegates = isinstance(node, ast.YieldFrom)
        return code.Yield(self._ref(), self.optional(node.value), delegates)

    def named(self, node: ast.NamedExpr) -> code.NamedExpression:
        value = self.value(node.value)
        return code.NamedExpression(self.value(node.target), value)

    def lambda_(self, node: ast.Lambda) -> code.Lambda:
        given = self._parameters(node.args)
        outer, self._yields = self._yields, False
        body = (code.Return(code.NO_REF, self.value(node.body)),)
        function = code.Function(
            self._ref(),
            "<lambda>",
            given,
            (),
            body,
            is_async=False,
            is_generator=self._yields,
        )
        self._yields = outer
        return code.Lambda(function)

    def comprehension(self, node: _Comprehension) -> code.Comprehension:
        clauses = []
        for clause in node.generators:
            iterable = self.value(clause.iter)
            target = self.value(clause.target)
            clauses.append(code.Clause(target, iterable, self.values(clause.ifs)))
        elements = (node.key, node.value) if isinstance(node, ast.DictComp) else (node.elt,)
        kind = _COMPREHENSIONS[type(node)]
        return code.Comprehension(self._ref(), kind, self.values(elements), tuple(clauses))


def _place(node: ast.expr | ast.keyword) -> tuple[int, int]:
    return node.lineno, node.col_offset


def _captures(pattern: ast.pattern) -> Iterable[str]:
    """The names that a pattern binds."""
    if isinstance(pattern, (ast.MatchAs, ast.MatchStar)):
        if pattern.name is not None:
            yield pattern.name
        if isinstance(pattern, ast.MatchAs) and pattern.pattern is not None:
            yield from _captures(pattern.pattern)
    elif isinstance(pattern, (ast.MatchOr, ast.MatchSequence, ast.MatchMapping)):
        for each in pattern.patterns:
            yield from _captures(each)
        if isinstance(pattern, ast.MatchMapping) and pattern.rest is not None:
            yield pattern.rest
    elif isinstance(pattern, ast.MatchClass):
        for each in (*pattern.patterns, *pattern.kwd_patterns):
            yield from _captures(each)


_UNKNOWN = code.Constant(...)

_AUGMENTING: dict[type[ast.operator], str] = {
    ast.Add: "AddAssign",
    ast.Sub: "SubtractAssign",
    ast.Mult: "MultiplyAssign",
    ast.MatMult: "MatrixMultiplyAssign",
    ast.Div: "DivideAssign",
    ast.Mod: "ModuloAssign",
    ast.Pow: "PowerAssign",
    ast.LShift: "LeftShiftAssign",
    ast.RShift: "RightShiftAssign",
    ast.BitOr: "BitOrAssign",
    ast.BitXor: "BitXorAssign",
    ast.BitAnd: "BitAndAssign",
    ast.FloorDiv: "FloorDivideAssign",
}
"""LibCST's names: the facts say which operator it is in its words."""

_COMPARING: dict[type[ast.cmpop], str] = {
    ast.Eq: "Equal",
    ast.NotEq: "NotEqual",
    ast.Lt: "LessThan",
    ast.LtE: "LessThanEqual",
    ast.Gt: "GreaterThan",
    ast.GtE: "GreaterThanEqual",
    ast.Is: "Is",
    ast.IsNot: "IsNot",
    ast.In: "In",
    ast.NotIn: "NotIn",
}

_COMPREHENSIONS: dict[type[ast.expr], str] = {
    ast.ListComp: "list",
    ast.SetComp: "set",
    ast.GeneratorExp: "generator",
    ast.DictComp: "dict",
}

_STATEMENTS: dict[type[ast.AST], Callable[[_Reader, Any], code.Statement]] = {
    ast.Expr: _Reader.evaluate,
    ast.Assign: _Reader.assign,
    ast.AnnAssign: _Reader.annotated,
    ast.AugAssign: _Reader.augmented,
    ast.Return: _Reader.returned,
    ast.Raise: _Reader.raised,
    ast.Assert: _Reader.asserted,
    ast.Delete: _Reader.deleted,
    ast.Global: _Reader.scope,
    ast.Nonlocal: _Reader.scope,
    ast.Break: _Reader.jump,
    ast.Continue: _Reader.jump,
    ast.If: _Reader.conditional,
    ast.For: _Reader.loop,
    ast.AsyncFor: _Reader.loop,
    ast.While: _Reader.repeated,
    ast.With: _Reader.entered,
    ast.AsyncWith: _Reader.entered,
    ast.Try: _Reader.tried,
    ast.Match: _Reader.matched,
    ast.FunctionDef: _Reader.function,
    ast.AsyncFunctionDef: _Reader.function,
    ast.ClassDef: _Reader.class_,
}

_EXPRESSIONS: dict[type[ast.AST], Callable[[_Reader, Any], code.Expression]] = {
    ast.Name: _Reader.name,
    ast.Attribute: _Reader.attribute,
    ast.Constant: _Reader.constant,
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
    ast.Starred: _Reader.starred,
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
