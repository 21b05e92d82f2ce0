"""Framework files: what the loader takes, how it names a mistake, how a path finds its row."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from flake8_nograd.frameworks import FrameworkError, Frameworks, load, schema
from flake8_nograd.frameworks.reader import parse
from flake8_nograd.frameworks.schema import Alias, Effect, Guard, Hook, Returns, Row, Runner

PACKAGE = Path(schema.__file__).parents[1]
DATA = PACKAGE / "frameworks" / "data"
BUNDLED = sorted(DATA.glob("*.toml"))
NOT_LIBRARIES = {"torch.toml", "python.toml"}
GUARD = '[[guard]]\nname = "a"\ngrad = "off"\nsource = "s"\n'


def rows_of(file: Path) -> list[Row]:
    return parse(file.read_text(encoding="utf-8"), file.name)


def bundled_rows() -> list[Row]:
    return [row for file in BUNDLED for row in rows_of(file)]


def frameworks(text: str) -> Frameworks:
    return Frameworks(parse(text, "own.toml"))


# ------------------------------------------------------------------ bundled files


@pytest.mark.parametrize("file", BUNDLED, ids=lambda file: file.name)
def test_bundled_file_loads(file: Path) -> None:
    assert rows_of(file)


def test_no_bundled_row_replaces_another() -> None:
    paths = Counter(
        (type(row).__name__, row.name)
        for row in bundled_rows()
        if isinstance(row, (Guard, Alias, Returns, Runner, Effect)) and row.name
    )
    assert [path for path, count in paths.items() if count > 1] == []


def test_every_bundled_row_lies_at_a_canonical_path() -> None:
    known = load()
    hidden = [
        row.name
        for row in bundled_rows()
        if not isinstance(row, (Alias, Hook)) and known.canonical(row.name) != row.name
    ]
    assert hidden == []


def test_every_bundled_row_can_be_found() -> None:
    known = load()
    for row in bundled_rows():
        if isinstance(row, (Guard, Returns, Runner)) or (isinstance(row, Effect) and row.name):
            assert known.call(row.name) == row
        elif isinstance(row, Effect) and row.method:
            assert row in known.methods(row.method)
        elif isinstance(row, Effect):
            assert known.attribute(row.attribute) == row
        elif isinstance(row, Hook):
            assert known.canonical(row.of) == row.of
            assert row in known.hooks(row.of)


def test_requires_grad_freezes_whatever_it_is_called_on() -> None:
    """A row for tensors would apply to the parameters of a model as well."""
    assert [row.does for row in load().methods("requires_grad_")] == ["freeze"]


@pytest.mark.parametrize("path", ["pytorch_lightning", "lightning.pytorch", "lightning"])
def test_lightning_module_is_one_class_by_all_import_names(path: str) -> None:
    known = load()
    found = known.canonical(f"{path}.LightningModule")
    assert "torch.nn.Module" in known.ancestors(found)
    assert any("validation_step" in hook.methods for hook in known.hooks(found))


# --------------------------------------------------------------- a file's mistakes


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('[[gaurd]]\nname = "a"', ["no kind `gaurd`", "guard, alias"]),
        ('[guard]\nname = "a"', ["`[[guard]]`"]),
        ('[[guard]\nname = "a"', ["line 1"]),
        (
            f'{GUARD}[[guard]]\nname = "b"\ngrad = "off"\nsource = "s"\nuntil = "exit"',
            ["guard 2", "no key `until`"],
        ),
        (
            '[[guard]]\nname = "a"\nguard = "off"\nsource = "s"',
            ["guard 1", "no key `guard`", "grad"],
        ),
        ('[[guard]]\nname = "a"\ngrad = "off"', ["guard 1", "`source` is missing"]),
        ('[[guard]]\nname = "a"\ngrad = "off"\nsource = ""', ["guard 1", "`source` is missing"]),
        (
            '[[guard]]\nname = "a"\ngrad = "no"\nsource = "s"',
            ["guard 1", "`grad` is `no`", "off, inference"],
        ),
        ('[[guard]]\nname = 1\ngrad = "off"\nsource = "s"', ["guard 1", "`name`", "str"]),
        (
            '[[guard]]\nname = "a"\ngrad = "off"\nsource = "s"\nimmediate = "yes"',
            ["guard 1", "`immediate`", "bool"],
        ),
        (
            '[[hook]]\nof = "a.B"\nmethods = "step"\ngrad = "on"\nmode = "train"\nsource = "s"',
            ["hook 1", "`methods`", "list of strings"],
        ),
        (
            '[[hook]]\nof = "a.B"\nmethods = [1]\ngrad = "on"\nmode = "train"\nsource = "s"',
            ["hook 1", "`methods`", "list of strings"],
        ),
        (
            '[[effect]]\nname = "a"\nmethod = "b"\ndoes = "drop"\nsource = "s"',
            ["effect 1", "`name`", "`method`"],
        ),
        ('[[effect]]\ndoes = "drop"\nsource = "s"', ["effect 1", "`name`", "`method`"]),
    ],
    ids=[
        "unknown kind",
        "one table where a list of rows belongs",
        "broken TOML",
        "unknown key",
        "misspelt key, which is also a missing one",
        "no source",
        "empty source",
        "word outside the vocabulary",
        "number for a name",
        "string for a flag",
        "string for a list",
        "list of numbers",
        "both name and method",
        "neither name nor method",
    ],
)
def test_mistake_is_told_with_file_row_and_key(text: str, told: list[str]) -> None:
    with pytest.raises(FrameworkError) as error:
        parse(text, "own.toml")
    message = str(error.value)
    assert message.startswith("own.toml: ")
    for words in told:
        assert words in message


def test_rows_may_be_written_one_a_line() -> None:
    long = parse('[[alias]]\nname = "a"\nof = "b"\nsource = "s"', "long.toml")
    short = parse('alias = [{ name = "a", of = "b", source = "s" }]', "short.toml")
    assert short == long == [Alias("a", "b", "s")]


# ------------------------------------------------------------- what a path stands for

ALIASES = """
alias = [
  { name = "a.inner.Thing", of = "a.Thing", source = "s" },
  { name = "old.*", of = "a.*", source = "s" },
  { name = "older.*", of = "old.*", source = "s" },
  { name = "old.inner.Gone", of = "b.Gone", source = "s" },
  { name = "x", of = "y", source = "s" },
  { name = "y", of = "x", source = "s" },
]
"""


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("unknown.Thing", "unknown.Thing"),
        ("a.inner.Thing", "a.Thing"),
        ("old.Other", "a.Other"),
        ("old.inner.Thing", "a.Thing"),
        ("older.inner.Thing", "a.Thing"),
        ("old.inner.Gone", "b.Gone"),
        ("older.inner.Gone", "b.Gone"),
        ("old", "old"),
        ("older_still.Thing", "older_still.Thing"),
    ],
)
def test_canonical_follows_aliases_to_the_end(path: str, expected: str) -> None:
    assert frameworks(ALIASES).canonical(path) == expected


def test_aliases_in_a_circle_come_to_an_end() -> None:
    assert frameworks(ALIASES).canonical("x") in ("x", "y")


def test_nearest_row_above_a_path_decides() -> None:
    known = frameworks(
        'returns = [{ name = "a.*", what = "model", source = "s" },'
        ' { name = "a.data.*", what = "other", source = "s" },'
        ' { name = "a.data.Net", what = "model", mode = "eval", source = "s" }]'
    )

    def gives(path: str) -> tuple[str, str] | None:
        row = known.returns(path)
        return None if row is None else (row.what, row.mode)

    assert gives("a.net.Net") == ("model", "train")
    assert gives("a.data.Loader") == ("other", "train")
    assert gives("a.data.Net") == ("model", "eval")
    assert gives("a") is None
    assert gives("ab.Net") is None


def test_hooks_reach_subclasses_and_nobody_else() -> None:
    known = frameworks(
        'subclass = [{ name = "a.Leaf", of = "a.Middle", source = "s" },'
        ' { name = "a.Middle", of = "a.Base", source = "s" },'
        ' { name = "a.Stranger", of = "a.Other", source = "s" }]\n'
        'hook = [{ of = "a.Base", methods = ["on_test_*"], grad = "off", mode = "eval",'
        ' source = "s" }]'
    )
    assert known.ancestors("a.Leaf") == ["a.Leaf", "a.Middle", "a.Base"]
    assert [hook.methods for hook in known.hooks("a.Leaf")] == [("on_test_*",)]
    assert known.hooks("a.Stranger") == []


def test_rows_of_one_method_are_all_given() -> None:
    known = frameworks(
        'effect = [{ method = "step", does = "step", on = "optimizer", source = "s" },'
        ' { method = "step", does = "step", on = "scaler", source = "s" }]'
    )
    assert {row.on for row in known.methods("step")} == {"optimizer", "scaler"}
    assert known.methods("stop") == []


# ------------------------------------------------------------------ users' own files


def test_own_file_adds_to_the_bundled_rows(tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    own.write_text('guard = [{ name = "lab.quiet", grad = "off", source = "lab.py" }]')
    assert load().guard("lab.quiet") is None
    known = load((str(own),))
    assert known.guard("lab.quiet") == Guard("lab.quiet", "off", "lab.py")
    assert known.guard("torch.no_grad") == load().guard("torch.no_grad") is not None


def test_own_file_may_correct_a_bundled_row(tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    own.write_text('returns = [{ name = "torch.hub.load", what = "other", source = "ours" }]')
    assert load((str(own),)).returns("torch.hub.load") == Returns("torch.hub.load", "other", "ours")
    assert load().returns("torch.hub.load") != load((str(own),)).returns("torch.hub.load")


def test_mistake_in_own_file_is_told_with_its_path(tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    own.write_text('guard = [{ name = "lab.quiet", grad = "off" }]')
    with pytest.raises(FrameworkError, match=re.escape(f"{own}: guard 1: `source` is missing")):
        load((str(own),))


def test_own_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(OSError, match=r"gone\.toml"):
        load((str(tmp_path / "gone.toml"),))


# ------------------------------------------------------------- data instead of code


def library_names() -> set[str]:
    paths = [
        row.of if isinstance(row, Hook) else row.name
        for file in BUNDLED
        if file.name not in NOT_LIBRARIES
        for row in rows_of(file)
    ]
    return {path.partition(".")[0] for path in paths if path} - {"torch"}


def strings_in_code(tree: ast.Module) -> Iterator[str]:
    """All string constants that are no docstrings."""
    documentation = {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    for node in ast.walk(tree):
        if not isinstance(node, ast.Constant) or id(node) in documentation:
            continue
        if isinstance(node.value, str):
            yield node.value


CODE = sorted({*PACKAGE.rglob("*.py")} - {PACKAGE / "frameworks" / "bundled.py"})
"""All of it but the framework files' rows, which have been written there."""


@pytest.mark.parametrize("file", CODE, ids=lambda file: str(file.relative_to(PACKAGE)))
def test_no_library_is_named_in_code(file: Path) -> None:
    named = re.compile(rf"(?<![\w.-])({'|'.join(sorted(library_names()))})(?![\w-])")
    tree = ast.parse(file.read_text(encoding="utf-8"))
    assert [text for text in strings_in_code(tree) if named.search(text)] == []
