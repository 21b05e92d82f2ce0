"""The language server, over its real standard input and output, asked by a scripted client."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from lsprotocol import types
from pygls.lsp.client import LanguageClient

from flake8_nograd.rules import all_rules

EVALUATE = """\
import torch


def evaluate(model, loader):
    model.eval()
    hits = 0
    for x, y in loader:
        hits += (model(x).argmax(1) == y).sum().item()
    return hits
"""
GUARDED = EVALUATE.replace("def evaluate", "@torch.no_grad()\ndef evaluate")
PREDICT = "def predict(model, x):\n    return model(x).argmax().item()"
PATIENCE = 60
"""Seconds: the first look loads everything, maybe on a busy machine."""


class Editor(LanguageClient):
    """A client that remembers what it was shown."""

    def __init__(self, folder: Path) -> None:
        super().__init__("test", "1")
        self.folder = folder
        self.shown: dict[str, list[types.PublishDiagnosticsParams]] = {}
        self.logged: list[str] = []
        self.answer: types.InitializeResult | None = None
        self.news = asyncio.Condition()

        @self.feature(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)  # type: ignore[untyped-decorator]
        async def _(params: types.PublishDiagnosticsParams) -> None:
            self.shown.setdefault(params.uri, []).append(params)
            async with self.news:
                self.news.notify_all()

        @self.feature(types.WINDOW_LOG_MESSAGE)  # type: ignore[untyped-decorator]
        async def _(params: types.LogMessageParams) -> None:
            self.logged.append(params.message)
            async with self.news:
                self.news.notify_all()

    def uri(self, name: str) -> str:
        return (self.folder / name).as_uri()

    def open(self, name: str, text: str, version: int = 1) -> str:
        uri = self.uri(name)
        self.text_document_did_open(
            types.DidOpenTextDocumentParams(types.TextDocumentItem(uri, "python", version, text))
        )
        return uri

    def change(self, uri: str, version: int, text: str) -> None:
        self.text_document_did_change(
            types.DidChangeTextDocumentParams(
                types.VersionedTextDocumentIdentifier(version, uri),
                [types.TextDocumentContentChangeWholeDocument(text)],
            )
        )

    async def until(self, condition: Callable[[], bool]) -> None:
        async with self.news:
            await asyncio.wait_for(self.news.wait_for(condition), PATIENCE)

    async def diagnostics(self, uri: str, version: int | None = 1) -> list[types.Diagnostic]:
        """What is shown for a version of a text, once it is."""
        await self.until(lambda: any(each.version == version for each in self.shown.get(uri, ())))
        return list(
            next(each for each in reversed(self.shown[uri]) if each.version == version).diagnostics
        )

    async def actions(
        self, uri: str, line: int, only: list[str] | None = None
    ) -> list[types.CodeAction]:
        at = types.Position(line, 0)
        answer = await self.text_document_code_action_async(
            types.CodeActionParams(
                types.TextDocumentIdentifier(uri),
                types.Range(at, at),
                types.CodeActionContext([], only=only),
            )
        )
        return [each for each in answer or () if isinstance(each, types.CodeAction)]


@asynccontextmanager
async def editor(
    folder: Path,
    *,
    encodings: list[str] | None = None,
    resolves: bool = True,
    root: str | None = "",
) -> AsyncIterator[Editor]:
    """A client of a server of its own, which is ended as the protocol asks.

    ``root`` is the URI of the project that the server is told; the folder if it is empty.
    """
    client = Editor(folder)
    await client.start_io(sys.executable, "-m", "flake8_nograd.lsp")
    action = types.CodeActionClientCapabilities(
        resolve_support=types.ClientCodeActionResolveOptions(["edit"]) if resolves else None
    )
    answer = await client.initialize_async(
        types.InitializeParams(
            types.ClientCapabilities(
                general=types.GeneralClientCapabilities(position_encodings=encodings),
                text_document=types.TextDocumentClientCapabilities(code_action=action),
                workspace=types.WorkspaceClientCapabilities(
                    workspace_edit=types.WorkspaceEditClientCapabilities(document_changes=resolves)
                ),
            ),
            root_uri=folder.as_uri() if root == "" else root,
        )
    )
    client.answer = answer
    client.initialized(types.InitializedParams())
    yield client
    await client.shutdown_async(None)
    client.exit(None)
    await asyncio.wait_for(client._server.wait(), PATIENCE)  # type: ignore[union-attr]
    assert client._server is not None
    assert client._server.returncode == 0
    await client.stop()  # type: ignore[no-untyped-call]


def in_editor(folder: Path, script: Callable[[Editor], Awaitable[None]], **how: Any) -> None:
    """Run a script of what somebody does in an editor."""

    async def session() -> None:
        async with editor(folder, **how) as client:
            await script(client)

    asyncio.run(session())


def applied(text: str, edits: list[types.TextEdit]) -> str:
    """A text after edits, whose positions count characters of the Basic Multilingual Plane."""
    lines = text.splitlines(keepends=True)
    starts = [sum(map(len, lines[:index])) for index in range(len(lines) + 1)]
    for edit in sorted(edits, key=lambda each: each.range.start, reverse=True):
        start = starts[edit.range.start.line] + edit.range.start.character
        end = starts[edit.range.end.line] + edit.range.end.character
        text = text[:start] + edit.new_text + text[end:]
    return text


def edits_of(action: types.CodeAction, uri: str, version: int = 1) -> list[types.TextEdit]:
    assert action.edit is not None, action
    assert action.edit.document_changes is not None
    (change,) = action.edit.document_changes
    assert isinstance(change, types.TextDocumentEdit)
    assert (change.text_document.uri, change.text_document.version) == (uri, version)
    return [each for each in change.edits if isinstance(each, types.TextEdit)]


# ------------------------------------------------------------------------------ findings


def test_findings_are_shown_where_they_are(tmp_path: Path) -> None:
    async def script(client: Editor) -> None:
        uri = client.open("evaluate.py", EVALUATE)
        (found,) = await client.diagnostics(uri)
        assert found.code == "NGD101"
        assert found.source == "nograd"
        assert found.severity == types.DiagnosticSeverity.Warning
        assert found.message.startswith("`evaluate` runs `model(...)` with gradients recorded")
        assert found.range == types.Range(types.Position(6, 4), types.Position(6, 23))

    in_editor(tmp_path, script)


def test_a_call_is_shown_as_far_as_it_goes(tmp_path: Path) -> None:
    async def script(client: Editor) -> None:
        text = (
            "import torch\n\n\ndef show(model, x):\n    model.eval()\n    print(model(x).max())\n"
        )
        (found,) = await client.diagnostics(client.open("show.py", text))
        assert found.code == "NGD102"
        assert found.range == types.Range(types.Position(5, 10), types.Position(5, 18))

    in_editor(tmp_path, script)


def test_what_raises_is_an_error(tmp_path: Path) -> None:
    async def script(client: Editor) -> None:
        text = "import torch\n\nwith torch.no_grad:\n    pass\n"
        (found,) = await client.diagnostics(client.open("error.py", text))
        assert (found.code, found.severity) == ("NGD402", types.DiagnosticSeverity.Error)

    in_editor(tmp_path, script)


@pytest.mark.parametrize(
    ("encoding", "column"), [("utf-8", 24), ("utf-16", 21), ("utf-32", 20), (None, 21)]
)
def test_columns_are_counted_as_the_editor_counts(
    tmp_path: Path, encoding: str | None, column: int
) -> None:
    text = "import torch\n\n\ndef show(model, x):\n    model.eval()\n"
    text += "    s = 'é😀'; print(model(x).max())\n"

    async def script(client: Editor) -> None:
        (found,) = await client.diagnostics(client.open("columns.py", text))
        assert found.range.start == types.Position(5, column)
        assert found.range.end == types.Position(5, column + len("model(x)"))
        if encoding is not None:
            assert client.answer is not None
            assert client.answer.capabilities.position_encoding == encoding

    in_editor(tmp_path, script, encodings=None if encoding is None else [encoding])


def test_what_flake8_is_told_counts_here_too(tmp_path: Path) -> None:
    (tmp_path / ".flake8").write_text("[flake8]\nper-file-ignores =\n    old.py: NGD\n")

    async def script(client: Editor) -> None:
        old, new = client.open("old.py", EVALUATE), client.open("new.py", EVALUATE)
        silent = client.open("silent.py", EVALUATE.replace("loader:\n ", "loader:  # noqa\n "))
        assert await client.diagnostics(old) == []
        assert await client.diagnostics(silent) == []
        assert len(await client.diagnostics(new)) == 1
        (tmp_path / ".flake8").write_text("[flake8]\nexclude = new.py\n")
        client.change(new, 2, EVALUATE + "\n")
        client.change(old, 2, EVALUATE + "\n")
        assert await client.diagnostics(new, 2) == []
        assert len(await client.diagnostics(old, 2)) == 1

    in_editor(tmp_path, script)


def test_a_wrong_configuration_is_told_and_ends_nothing(tmp_path: Path) -> None:
    (tmp_path / ".flake8").write_text("[flake8]\nignore = ???\n")

    async def script(client: Editor) -> None:
        uri = client.open("evaluate.py", EVALUATE)
        await client.until(lambda: bool(client.logged))
        assert "configuration is wrong" in client.logged[0]
        (tmp_path / ".flake8").write_text("")
        client.change(uri, 2, EVALUATE)
        assert len(await client.diagnostics(uri, 2)) == 1

    in_editor(tmp_path, script)


@pytest.mark.parametrize("root", [None, "file://", "file:///no/such/folder"])
def test_a_file_that_belongs_to_no_project_is_looked_at(tmp_path: Path, root: str | None) -> None:
    async def script(client: Editor) -> None:
        assert len(await client.diagnostics(client.open("evaluate.py", EVALUATE))) == 1

    in_editor(tmp_path, script, root=root)


# -------------------------------------------------------------------------------- typing


def test_typing_is_looked_at_when_it_pauses(tmp_path: Path) -> None:
    async def script(client: Editor) -> None:
        uri = client.open("evaluate.py", "")
        await client.diagnostics(uri)
        for version in range(2, 42):
            client.change(uri, version, EVALUATE[: version * 8])
        client.change(uri, 42, EVALUATE)
        assert len(await client.diagnostics(uri, 42)) == 1
        assert [each.version for each in client.shown[uri]] == [1, 42]

    in_editor(tmp_path, script)


def test_broken_text_keeps_what_was_shown(tmp_path: Path) -> None:
    async def script(client: Editor) -> None:
        uri = client.open("evaluate.py", EVALUATE)
        await client.diagnostics(uri)
        client.change(uri, 2, EVALUATE + "def broken(:\n")
        await asyncio.sleep(1)
        client.change(uri, 3, GUARDED)
        assert await client.diagnostics(uri, 3) == []
        assert [each.version for each in client.shown[uri]] == [1, 3]
        for version, text in enumerate(("\0", "\ud83d", "x = (" * 500, "\r\r\n\x0c\u2028"), 4):
            client.change(
                uri, version, text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
            )
            await asyncio.sleep(0.5)
        client.change(uri, 10, EVALUATE)
        assert len(await client.diagnostics(uri, 10)) == 1

    in_editor(tmp_path, script)


def test_the_server_answers_while_it_looks_and_drops_what_is_typed_over(tmp_path: Path) -> None:
    long = EVALUATE + "".join(
        f"\n\ndef evaluate_{index}(model, loader):\n    return [model(x).item() for x in loader]\n"
        for index in range(1500)
    )

    async def script(client: Editor) -> None:
        await client.diagnostics(client.open("warm.py", EVALUATE))
        uri = client.open("long.py", long)
        await asyncio.sleep(0.3)
        other = client.uri("warm.py")
        hover = client.text_document_hover_async(
            types.HoverParams(types.TextDocumentIdentifier(other), types.Position(6, 8))
        )
        assert await asyncio.wait_for(hover, PATIENCE) is not None
        assert uri not in client.shown  # it is still at it
        client.change(uri, 2, EVALUATE)
        assert len(await client.diagnostics(uri, 2)) == 1
        assert [each.version for each in client.shown[uri]] == [2]

    in_editor(tmp_path, script)


def test_nothing_is_shown_for_what_was_closed(tmp_path: Path) -> None:
    async def script(client: Editor) -> None:
        uri = client.open("evaluate.py", EVALUATE)
        await client.diagnostics(uri)
        client.text_document_did_close(
            types.DidCloseTextDocumentParams(types.TextDocumentIdentifier(uri))
        )
        assert await client.diagnostics(uri, None) == []

    in_editor(tmp_path, script)


# ----------------------------------------------------------------------------- quick fixes


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_quick_fix_mends_its_finding(tmp_path: Path, end: str) -> None:
    text = EVALUATE.replace("\n", end)

    async def script(client: Editor) -> None:
        uri = client.open("evaluate.py", text)
        await client.diagnostics(uri)
        fix = (await client.actions(uri, 6, ["quickfix"]))[0]
        assert (fix.title, fix.is_preferred, fix.edit) == ("Fix NGD101", True, None)
        assert fix.diagnostics is not None
        assert fix.diagnostics[0].code == "NGD101"
        fix = await client.code_action_resolve_async(fix)
        assert applied(text, edits_of(fix, uri)) == GUARDED.replace("\n", end)
        assert await client.actions(uri, 2, ["quickfix"]) == []

    in_editor(tmp_path, script)


def test_a_client_that_cannot_resolve_gets_the_edits_at_once(tmp_path: Path) -> None:
    async def script(client: Editor) -> None:
        uri = client.open("evaluate.py", EVALUATE)
        await client.diagnostics(uri)
        fix = (await client.actions(uri, 6, ["quickfix"]))[0]
        assert fix.edit is not None
        assert fix.edit.changes is not None
        assert applied(EVALUATE, list(fix.edit.changes[uri])) == GUARDED

    in_editor(tmp_path, script, resolves=False)


def test_an_unsafe_fix_says_so_and_is_not_preferred(tmp_path: Path) -> None:
    text = """\
import torch


def train(model, optimizer, loader):
    for x, y in loader:
        with torch.no_grad():
            loss = (model(x) - y).square().mean()
            loss.backward()
        optimizer.step()
"""

    async def script(client: Editor) -> None:
        uri = client.open("train.py", text)
        (found,) = await client.diagnostics(uri)
        fix = (await client.actions(uri, found.range.start.line, ["quickfix"]))[0]
        assert fix.title == "Fix NGD201 (may change what the code does)"
        assert not fix.is_preferred
        assert await client.actions(uri, 7, ["source.fixAll.nograd"]) == []

    in_editor(tmp_path, script)


def test_a_line_is_silenced_beside_the_codes_that_it_has(tmp_path: Path) -> None:
    text = EVALUATE.replace("in loader:", "in loader:  # noqa: B007")

    async def script(client: Editor) -> None:
        uri = client.open("evaluate.py", text)
        await client.diagnostics(uri)
        (silence,) = [
            each for each in await client.actions(uri, 6) if each.title.startswith("Disable")
        ]
        assert silence.title == "Disable NGD101 for this line"
        silence = await client.code_action_resolve_async(silence)
        silenced = applied(text, edits_of(silence, uri))
        assert "in loader:  # noqa: B007, NGD101\n" in silenced
        client.change(uri, 2, silenced)
        assert await client.diagnostics(uri, 2) == []

    in_editor(tmp_path, script)


@pytest.mark.parametrize("only", ["source", "source.fixAll", "source.fixAll.nograd"])
def test_all_is_fixed_on_save(tmp_path: Path, only: str) -> None:
    text = EVALUATE + "\n\n" + EVALUATE.partition("\n\n\n")[2].replace("evaluate", "validate")

    async def script(client: Editor) -> None:
        uri = client.open("evaluate.py", text)
        await client.diagnostics(uri)
        client.change(uri, 2, text + "\n\nX = 1\n")
        (fix,) = await client.actions(uri, 0, [only])  # of the new text, before the pause is over
        fix = await client.code_action_resolve_async(fix)
        fixed = applied(text + "\n\nX = 1\n", edits_of(fix, uri, 2))
        assert fixed.count("@torch.no_grad()\ndef ") == 2
        client.change(uri, 3, fixed)
        assert await client.diagnostics(uri, 3) == []
        assert await client.actions(uri, 0, [only]) == []

    in_editor(tmp_path, script)


def test_other_kinds_of_actions_are_left_to_others(tmp_path: Path) -> None:
    async def script(client: Editor) -> None:
        uri = client.open("evaluate.py", EVALUATE)
        await client.diagnostics(uri)
        assert await client.actions(uri, 6, ["refactor"]) == []
        assert await client.actions(uri, 6, ["source.organizeImports"]) == []

    in_editor(tmp_path, script)


# --------------------------------------------------------------------------------- hover


def test_hover_shows_the_page_of_a_finding_and_of_a_comment(tmp_path: Path) -> None:
    text = EVALUATE + "\n\nprint(1)  # noqa: E501, NGD301\n"
    pages = {each.code: each.page for each in all_rules()}

    async def script(client: Editor) -> None:
        uri = client.open("evaluate.py", text)

        async def hover(line: int) -> str:
            answer = await client.text_document_hover_async(
                types.HoverParams(types.TextDocumentIdentifier(uri), types.Position(line, 6))
            )
            return "" if answer is None else str(answer.contents.value)  # type: ignore[union-attr]

        assert pages["NGD101"] in await hover(6)
        assert pages["NGD301"] in await hover(11)
        assert await hover(4) == ""
        assert await hover(500) == ""

    in_editor(tmp_path, script)


# ----------------------------------------------------------------------------- notebooks


def notebook(client: Editor, *sources: str) -> tuple[str, list[str]]:
    """Open a notebook of these cells, after one of Markdown."""
    uri = client.uri("nb.ipynb")
    cells = [f"vscode-notebook-cell:{uri[7:]}#{index}" for index in range(len(sources))]
    client.notebook_document_did_open(
        types.DidOpenNotebookDocumentParams(
            types.NotebookDocument(
                uri,
                "jupyter-notebook",
                1,
                [types.NotebookCell(types.NotebookCellKind.Code, cell) for cell in cells],
            ),
            [
                types.TextDocumentItem(cell, "python", 1, source)
                for cell, source in zip(cells, sources, strict=True)
            ],
        )
    )
    return uri, cells


def test_the_cells_of_a_notebook_are_one_program(tmp_path: Path) -> None:
    async def script(client: Editor) -> None:
        _, cells = notebook(
            client,
            "%matplotlib inline\nimport torch",
            "",
            "model = torch.load('m.pt')\nmodel.eval()",
            "!ls\nfor x in loader:\n    print(model(x).argmax())",
        )
        assert [len(await client.diagnostics(cell)) for cell in cells] == [0, 0, 0, 1]
        (found,) = await client.diagnostics(cells[3])
        assert (found.code, found.range.start) == ("NGD101", types.Position(1, 0))
        (fix, *_) = await client.actions(cells[3], 1, ["quickfix"])
        fix = await client.code_action_resolve_async(fix)
        after = applied(
            "!ls\nfor x in loader:\n    print(model(x).argmax())", edits_of(fix, cells[3])
        )
        assert after == (
            "!ls\nwith torch.no_grad():\n    for x in loader:\n        print(model(x).argmax())"
        )

    in_editor(tmp_path, script)


def test_a_change_in_one_cell_is_seen_in_another(tmp_path: Path) -> None:
    async def script(client: Editor) -> None:
        uri, cells = notebook(
            client,
            "import torch",
            "@torch.no_grad()\ndef f(m, x):\n    return m(x).argmax()",
            "f(model, 1)",
        )
        await client.diagnostics(cells[2])
        client.notebook_document_did_change(
            types.DidChangeNotebookDocumentParams(
                types.VersionedNotebookDocumentIdentifier(2, uri),
                types.NotebookDocumentChangeEvent(
                    cells=types.NotebookDocumentCellChanges(
                        text_content=[
                            types.NotebookDocumentCellContentChanges(
                                types.VersionedTextDocumentIdentifier(2, cells[1]),
                                [types.TextDocumentContentChangeWholeDocument(PREDICT)],
                            )
                        ]
                    )
                ),
            )
        )
        found = await client.diagnostics(cells[1], 2)
        assert {each.code for each in found} == {"NGD102", "NGD301"}

    in_editor(tmp_path, script)


# ------------------------------------------------------------------------- the command


def test_it_ends_with_one_if_it_was_not_asked_to_shut_down() -> None:
    body = json.dumps({"jsonrpc": "2.0", "method": "exit"})
    done = subprocess.run(
        [sys.executable, "-m", "flake8_nograd.lsp"],
        input=f"Content-Length: {len(body)}\r\n\r\n{body}".encode(),
        capture_output=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 1
    assert done.stdout == b""


WITHOUT_PYGLS = """
import sys
sys.path.insert(0, sys.argv.pop())
from flake8_nograd.lsp.main import main
sys.exit(main([]))
"""


def test_without_pygls_it_says_what_to_install(tmp_path: Path) -> None:
    (tmp_path / "pygls.py").write_text("raise ModuleNotFoundError('no', name='pygls')\n")
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            WITHOUT_PYGLS,
            str(tmp_path),
        ],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert "pip install 'flake8-nograd[lsp]'" in done.stderr
