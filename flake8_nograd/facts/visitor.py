"""The LibCST visitor that collects the facts of a module.

Every ``visit_`` method builds the fact of its node itself and returns False: LibCST then neither
descends nor rebuilds, which is what makes a visitor dear (a plain visitor costs as much as the
parse; whitespace and punctuation are more than half of all nodes).
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence

import libcst as cst

from flake8_nograd.facts import code


class FactVisitor(cst.CSTVisitor):
    """Collects the facts of one module.

    ``module.visit(visitor)`` leaves them in ``facts``; ``nodes[ref]`` is the node of a fact.
    """

    def __init__(self) -> None:
        super().__init__()
        self.nodes: list[cst.CSTNode] = []
        self.facts = code.Module(body=())
        self._statements: list[code.Statement] = []
        self._expression: code.Expression = code.Constant(...)
        self._yields = False

    # ------------------------------------------------------------- the way down

    def _keep(self, node: cst.CSTNode) -> int:
        self.nodes.append(node)
        return len(self.nodes) - 1

    def _value(self, node: cst.CSTNode) -> code.Expression:
        """The fact of an expression."""
        self._expression = code.Constant(...)
        self.on_visit(node)
        return self._expression

    def _optional(self, node: cst.CSTNode | None) -> code.Expression | None:
        return None if node is None else self._value(node)

    def _values(self, nodes: Iterable[cst.CSTNode]) -> tuple[code.Expression, ...]:
        return tuple(self._value(node) for node in nodes)

    def _block(self, nodes: Sequence[cst.CSTNode]) -> code.Block:
        """The facts of a run of statements."""
        outer, self._statements = self._statements, []
        for node in nodes:
            for line in getattr(node, "leading_lines", ()):
                self._comment(line.comment)
            self.on_visit(node)
        block, self._statements = tuple(self._statements), outer
        return block

    def _comment(self, node: cst.Comment | None) -> None:
        if node is not None:
            self._statements.append(code.Comment(node.value.lstrip("# ")))

    def _suite(self, suite: cst.BaseSuite) -> code.Block:
        return self._block(suite.body)

    def _else(self, node: cst.Else | cst.Finally | None) -> code.Block:
        return () if node is None else self._suite(node.body)

    # --------------------------------------------------------------- statements

    def visit_Module(self, node: cst.Module) -> bool:
        self.facts = code.Module(self._block(node.body))
        return False

    def visit_SimpleStatementLine(self, node: cst.SimpleStatementLine) -> bool:
        self._comment(node.trailing_whitespace.comment)
        for statement in node.body:
            self.on_visit(statement)
        return False

    def visit_Expr(self, node: cst.Expr) -> bool:
        self._statements.append(code.Evaluate(self._keep(node), self._value(node.value)))
        return False

    def visit_Assign(self, node: cst.Assign) -> bool:
        value = self._value(node.value)
        targets = self._values(target.target for target in node.targets)
        self._statements.append(code.Assign(self._keep(node), targets, value))
        return False

    def visit_AnnAssign(self, node: cst.AnnAssign) -> bool:
        value = self._optional(node.value)
        annotation = self._value(node.annotation.annotation)
        target = self._value(node.target)
        self._statements.append(code.Assign(self._keep(node), (target,), value, annotation))
        return False

    def visit_AugAssign(self, node: cst.AugAssign) -> bool:
        value = self._value(node.value)
        target = self._value(node.target)
        operator = type(node.operator).__name__
        self._statements.append(code.AugmentedAssign(self._keep(node), target, operator, value))
        return False

    def visit_Return(self, node: cst.Return) -> bool:
        self._statements.append(code.Return(self._keep(node), self._optional(node.value)))
        return False

    def visit_Raise(self, node: cst.Raise) -> bool:
        self._statements.append(code.Raise(self._optional(node.exc)))
        return False

    def visit_Assert(self, node: cst.Assert) -> bool:
        self._statements.append(code.Assert(self._value(node.test), self._optional(node.msg)))
        return False

    def visit_Del(self, node: cst.Del) -> bool:
        self._statements.append(code.Delete((self._value(node.target),)))
        return False

    def visit_Import(self, node: cst.Import) -> bool:
        for alias in node.names:
            path = _dotted(alias.name)
            if alias.asname is not None:
                self._statements.append(code.Import(_dotted(alias.asname.name), path))
            else:
                root = path.partition(".")[0]
                self._statements.append(code.Import(root, root))
        return False

    def visit_ImportFrom(self, node: cst.ImportFrom) -> bool:
        package = "." * len(node.relative) + (_dotted(node.module) if node.module else "")
        if isinstance(node.names, cst.ImportStar):
            self._statements.append(code.Import("*", package))
            return False
        for alias in node.names:
            name = _dotted(alias.name)
            bound = name if alias.asname is None else _dotted(alias.asname.name)
            separator = "" if package.endswith(".") else "."
            self._statements.append(code.Import(bound, f"{package}{separator}{name}"))
        return False

    def visit_Global(self, node: cst.Global) -> bool:
        self._statements.append(code.Scope(True, tuple(item.name.value for item in node.names)))
        return False

    def visit_Nonlocal(self, node: cst.Nonlocal) -> bool:
        self._statements.append(code.Scope(False, tuple(item.name.value for item in node.names)))
        return False

    def visit_Break(self, node: cst.Break) -> bool:
        self._statements.append(code.Jump(breaks=True))
        return False

    def visit_Continue(self, node: cst.Continue) -> bool:
        self._statements.append(code.Jump(breaks=False))
        return False

    def visit_If(self, node: cst.If) -> bool:
        branches = []
        orelse: cst.If | cst.Else | None = node
        while isinstance(orelse, cst.If):
            branches.append((self._value(orelse.test), self._suite(orelse.body)))
            orelse = orelse.orelse
        self._statements.append(code.If(tuple(branches), self._else(orelse)))
        return False

    def visit_For(self, node: cst.For) -> bool:
        fact = code.For(
            self._keep(node),
            self._value(node.target),
            self._value(node.iter),
            self._suite(node.body),
            self._else(node.orelse),
        )
        self._statements.append(fact)
        return False

    def visit_While(self, node: cst.While) -> bool:
        fact = code.While(
            self._keep(node),
            self._value(node.test),
            self._suite(node.body),
            self._else(node.orelse),
        )
        self._statements.append(fact)
        return False

    def visit_With(self, node: cst.With) -> bool:
        items = tuple(
            code.WithItem(
                self._keep(item),
                self._value(item.item),
                None if item.asname is None else self._value(item.asname.name),
            )
            for item in node.items
        )
        self._statements.append(code.With(self._keep(node), items, self._suite(node.body)))
        return False

    def visit_Try(self, node: cst.Try) -> bool:
        self._try(node)
        return False

    def visit_TryStar(self, node: cst.TryStar) -> bool:
        self._try(node)
        return False

    def _try(self, node: cst.Try | cst.TryStar) -> None:
        handlers = tuple(
            code.Handler(
                self._optional(handler.type),
                _bound_name(handler.name),
                self._suite(handler.body),
            )
            for handler in node.handlers
        )
        body = self._suite(node.body)
        fact = code.Try(body, handlers, self._else(node.orelse), self._else(node.finalbody))
        self._statements.append(fact)

    def visit_Match(self, node: cst.Match) -> bool:
        cases = tuple(
            code.Case(
                tuple(_captures(case.pattern)),
                self._optional(case.guard),
                self._suite(case.body),
            )
            for case in node.cases
        )
        last = node.cases[-1] if node.cases else None
        exhaustive = (
            last is not None
            and last.guard is None
            and isinstance(last.pattern, cst.MatchAs)
            and last.pattern.pattern is None
        )
        self._statements.append(code.Match(self._value(node.subject), cases, exhaustive))
        return False

    def visit_FunctionDef(self, node: cst.FunctionDef) -> bool:
        decorators = self._decorators(node.decorators)
        parameters = self._parameters(node.params)
        outer, self._yields = self._yields, False
        body = self._suite(node.body)
        fact = code.Function(
            self._keep(node),
            node.name.value,
            parameters,
            decorators,
            body,
            is_async=node.asynchronous is not None,
            is_generator=self._yields,
        )
        self._yields = outer
        self._statements.append(fact)
        return False

    def _decorators(self, nodes: Iterable[cst.Decorator]) -> tuple[code.Decorator, ...]:
        return tuple(
            code.Decorator(self._keep(node), self._value(node.decorator)) for node in nodes
        )

    def visit_ClassDef(self, node: cst.ClassDef) -> bool:
        fact = code.Class(
            self._keep(node),
            node.name.value,
            tuple(self._argument(argument) for argument in (*node.bases, *node.keywords)),
            self._decorators(node.decorators),
            self._suite(node.body),
        )
        self._statements.append(fact)
        return False

    # -------------------------------------------------------------- expressions

    def visit_Name(self, node: cst.Name) -> bool:
        if node.value in _SINGLETONS:
            self._expression = _SINGLETONS[node.value]
        else:
            self._expression = code.Name(node.value)
        return False

    def visit_Attribute(self, node: cst.Attribute) -> bool:
        self._expression = code.Attribute(self._value(node.value), node.attr.value)
        return False

    def visit_Integer(self, node: cst.Integer) -> bool:
        self._expression = code.Constant(_literal(node.value))
        return False

    def visit_Float(self, node: cst.Float) -> bool:
        self._expression = code.Constant(_literal(node.value))
        return False

    def visit_SimpleString(self, node: cst.SimpleString) -> bool:
        self._expression = code.Constant(_literal(node.value))
        return False

    def visit_ConcatenatedString(self, node: cst.ConcatenatedString) -> bool:
        parts: list[cst.BaseString] = []
        rest: cst.BaseString = node
        while isinstance(rest, cst.ConcatenatedString):
            parts.append(rest.left)
            rest = rest.right
        parts.append(rest)
        texts = [part.value for part in parts if isinstance(part, cst.SimpleString)]
        if len(texts) == len(parts):
            self._expression = code.Constant(_literal(" ".join(texts)))
            return False
        embedded: list[cst.CSTNode] = []
        for part in parts:
            if isinstance(part, (cst.FormattedString, cst.TemplatedString)):
                embedded += _embedded(part.parts)
        self._expression = code.Formatted(self._values(embedded))
        return False

    def visit_FormattedString(self, node: cst.FormattedString) -> bool:
        self._expression = code.Formatted(self._values(_embedded(node.parts)))
        return False

    def visit_TemplatedString(self, node: cst.TemplatedString) -> bool:
        self._expression = code.Formatted(self._values(_embedded(node.parts)))
        return False

    def _argument(self, node: cst.Arg) -> code.Argument:
        keyword = None if node.keyword is None else node.keyword.value
        return code.Argument(self._value(node.value), keyword, node.star)

    def visit_Call(self, node: cst.Call) -> bool:
        function = self._value(node.func)
        arguments = tuple(self._argument(argument) for argument in node.args)
        self._expression = code.Call(self._keep(node), function, arguments)
        return False

    def visit_Tuple(self, node: cst.Tuple) -> bool:
        self._expression = code.Collection(self._values(node.elements))
        return False

    def visit_List(self, node: cst.List) -> bool:
        self._expression = code.Collection(self._values(node.elements))
        return False

    def visit_Set(self, node: cst.Set) -> bool:
        self._expression = code.Collection(self._values(node.elements))
        return False

    def visit_Element(self, node: cst.Element) -> bool:
        self._expression = self._value(node.value)
        return False

    def visit_StarredElement(self, node: cst.StarredElement) -> bool:
        self._expression = code.Starred(self._value(node.value))
        return False

    def visit_Dict(self, node: cst.Dict) -> bool:
        items: list[tuple[code.Expression | None, code.Expression]] = []
        for element in node.elements:
            key = self._value(element.key) if isinstance(element, cst.DictElement) else None
            items.append((key, self._value(element.value)))
        self._expression = code.Mapping(tuple(items))
        return False

    def visit_BinaryOperation(self, node: cst.BinaryOperation) -> bool:
        operands: list[cst.BaseExpression] = []
        left: cst.BaseExpression = node
        while isinstance(left, cst.BinaryOperation):
            operands.append(left.right)
            left = left.left
        operands.append(left)
        values = self._values(reversed(operands))
        self._expression = code.Operation(self._keep(node), values)
        return False

    def visit_UnaryOperation(self, node: cst.UnaryOperation) -> bool:
        operand = self._value(node.expression)
        if isinstance(node.operator, cst.Not):
            self._expression = code.Not(operand)
        elif isinstance(operand, code.Constant):
            self._expression = code.Constant(...)
        else:
            self._expression = code.Operation(self._keep(node), (operand,))
        return False

    def visit_BooleanOperation(self, node: cst.BooleanOperation) -> bool:
        operator = type(node.operator)
        operands: list[cst.BaseExpression] = []
        left: cst.BaseExpression = node
        while isinstance(left, cst.BooleanOperation) and type(left.operator) is operator:
            operands.append(left.right)
            left = left.left
        operands.append(left)
        word = "and" if operator is cst.And else "or"
        values = self._values(reversed(operands))
        self._expression = code.Boolean(self._keep(node), word, values)
        return False

    def visit_Comparison(self, node: cst.Comparison) -> bool:
        operands = self._values(
            (node.left, *(target.comparator for target in node.comparisons)),
        )
        operators = tuple(type(target.operator).__name__ for target in node.comparisons)
        self._expression = code.Comparison(operands, operators)
        return False

    def visit_IfExp(self, node: cst.IfExp) -> bool:
        self._expression = code.Conditional(
            self._value(node.test),
            self._value(node.body),
            self._value(node.orelse),
        )
        return False

    def visit_Subscript(self, node: cst.Subscript) -> bool:
        value = self._value(node.value)
        parts: list[cst.BaseExpression] = []
        for element in node.slice:
            inner = element.slice
            if isinstance(inner, cst.Index) and len(node.slice) == 1:
                parts.extend(_spread(inner.value))
            elif isinstance(inner, cst.Index):
                parts.append(inner.value)
            elif isinstance(inner, cst.Slice):
                bounds = (inner.lower, inner.upper, inner.step)
                parts.extend(bound for bound in bounds if bound is not None)
        self._expression = code.Subscript(value, self._values(parts))
        return False

    def visit_Await(self, node: cst.Await) -> bool:
        self._expression = code.Await(self._keep(node), self._value(node.expression))
        return False

    def visit_Yield(self, node: cst.Yield) -> bool:
        self._yields = True
        delegates = isinstance(node.value, cst.From)
        value = node.value.item if isinstance(node.value, cst.From) else node.value
        self._expression = code.Yield(self._keep(node), self._optional(value), delegates)
        return False

    def visit_NamedExpr(self, node: cst.NamedExpr) -> bool:
        value = self._value(node.value)
        self._expression = code.NamedExpression(self._value(node.target), value)
        return False

    def visit_Lambda(self, node: cst.Lambda) -> bool:
        parameters = self._parameters(node.params)
        outer, self._yields = self._yields, False
        body = (code.Return(code.NO_REF, self._value(node.body)),)
        function = code.Function(
            self._keep(node),
            "<lambda>",
            parameters,
            (),
            body,
            is_async=False,
            is_generator=self._yields,
        )
        self._yields = outer
        self._expression = code.Lambda(function)
        return False

    def visit_ListComp(self, node: cst.ListComp) -> bool:
        self._comprehension(node, "list", (node.elt,))
        return False

    def visit_SetComp(self, node: cst.SetComp) -> bool:
        self._comprehension(node, "set", (node.elt,))
        return False

    def visit_GeneratorExp(self, node: cst.GeneratorExp) -> bool:
        self._comprehension(node, "generator", (node.elt,))
        return False

    def visit_DictComp(self, node: cst.DictComp) -> bool:
        self._comprehension(node, "dict", (node.key, node.value))
        return False

    def _comprehension(
        self, node: cst.BaseComp, kind: str, elements: tuple[cst.CSTNode, ...]
    ) -> None:
        clauses = []
        clause: cst.CompFor | None = node.for_in
        while clause is not None:
            iterable = self._value(clause.iter)
            target = self._value(clause.target)
            conditions = self._values(condition.test for condition in clause.ifs)
            clauses.append(code.Clause(target, iterable, conditions))
            clause = clause.inner_for_in
        fact = code.Comprehension(self._keep(node), kind, self._values(elements), tuple(clauses))
        self._expression = fact

    def _parameters(self, node: cst.Parameters) -> tuple[code.Parameter, ...]:
        parameters = []
        for kind, group in (
            ("positional", (*node.posonly_params, *node.params)),
            ("*", (node.star_arg,)),
            ("keyword", node.kwonly_params),
            ("**", (node.star_kwarg,)),
        ):
            for parameter in group:
                if not isinstance(parameter, cst.Param):
                    continue
                annotation = parameter.annotation and parameter.annotation.annotation
                parameters.append(
                    code.Parameter(
                        parameter.name.value,
                        kind,
                        self._optional(parameter.default),
                        self._optional(annotation),
                    )
                )
        return tuple(parameters)


_SINGLETONS = {
    "True": code.Constant(True),
    "False": code.Constant(False),
    "None": code.Constant(None),
}


def _literal(text: str) -> object:
    """The value of a number or string literal; ``...`` where this Python cannot read it."""
    try:
        return ast.literal_eval(text)
    except (SyntaxError, ValueError):
        return ...


def _dotted(node: cst.CSTNode) -> str:
    """The text of ``a.b.c``."""
    parts = []
    while isinstance(node, cst.Attribute):
        parts.append(node.attr.value)
        node = node.value
    if isinstance(node, cst.Name):
        parts.append(node.value)
    return ".".join(reversed(parts))


def _spread(index: cst.BaseExpression) -> Iterable[cst.BaseExpression]:
    """The parts of an index: ``x[(a, b)]`` is ``x[a, b]``."""
    if isinstance(index, cst.Tuple) and index.elements:
        return [element.value for element in index.elements]
    return [index]


def _bound_name(node: cst.AsName | None) -> str | None:
    return None if node is None else _dotted(node.name)


def _embedded(parts: Iterable[cst.CSTNode]) -> Iterable[cst.CSTNode]:
    """The expressions in the braces of an f-string or t-string, in format specifications too."""
    for part in parts:
        if isinstance(part, (cst.FormattedStringExpression, cst.TemplatedStringExpression)):
            yield part.expression
            yield from _embedded(part.format_spec or ())


def _captures(pattern: cst.MatchPattern | cst.MatchStar) -> Iterable[str]:
    """The names that a pattern binds."""
    if isinstance(pattern, (cst.MatchAs, cst.MatchStar)):
        if pattern.name is not None:
            yield pattern.name.value
        if isinstance(pattern, cst.MatchAs) and pattern.pattern is not None:
            yield from _captures(pattern.pattern)
    elif isinstance(pattern, cst.MatchOr):
        for option in pattern.patterns:
            yield from _captures(option.pattern)
    elif isinstance(pattern, (cst.MatchList, cst.MatchTuple)):
        for element in pattern.patterns:
            inner = element.value if isinstance(element, cst.MatchSequenceElement) else element
            yield from _captures(inner)
    elif isinstance(pattern, cst.MatchMapping):
        for entry in pattern.elements:
            yield from _captures(entry.pattern)
        if pattern.rest is not None:
            yield pattern.rest.value
    elif isinstance(pattern, cst.MatchClass):
        for positional in pattern.patterns:
            yield from _captures(positional.value)
        for keyword in pattern.kwds:
            yield from _captures(keyword.pattern)
