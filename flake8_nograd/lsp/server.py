"""The server: what the editor asks, in the words of the Language Server Protocol.

The analysis runs on a thread of its own, one text at a time; the server goes on answering. What was
typed over meanwhile is not shown. A text that is no Python keeps what was shown for it last.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeAlias, TypeVar

from lsprotocol import types
from pygls.lsp.server import LanguageServer
from pygls.uris import to_fs_path

from flake8_nograd import __version__
from flake8_nograd.cli import catalogue
from flake8_nograd.cli.options import ConfigError
from flake8_nograd.cli.text import Unreadable
from flake8_nograd.lsp.configuration import Configuration
from flake8_nograd.lsp.examined import Edit, Examined, Opened, Part, Problem, Span

SOURCE = "nograd"
FIX_ALL = "source.fixAll.nograd"
DELAY = 0.3
"""Seconds after the last key before a text is looked at."""

_STACK = 64 * 1024 * 1024
"""Bytes: deeply nested code must not end the server, and some systems give threads little."""

_SEVERITIES = {
    "error": types.DiagnosticSeverity.Error,
    "warning": types.DiagnosticSeverity.Warning,
}
_log = logging.getLogger("flake8.nograd")
_T = TypeVar("_T")


class Server(LanguageServer):
    """What is opened, and what is known of it."""

    def __init__(self) -> None:
        """Make the server; :meth:`start_io` runs it."""
        super().__init__(
            "nograd-lsp",
            __version__,
            notebook_document_sync=types.NotebookDocumentSyncOptions(
                notebook_selector=[
                    types.NotebookDocumentFilterWithCells(
                        cells=[types.NotebookCellLanguage(language="python")]
                    )
                ],
                save=True,
            ),
        )
        self.is_shut_down = False
        """Whether the client has said that it will end the server."""
        self._known: dict[str, Examined] = {}
        self._waiting: dict[str, asyncio.Task[None]] = {}
        self._configuration: Configuration | None = None
        self._worker = _worker()
        _register(self)

    # ----------------------------------------------------------------- what is opened

    def enter(self, folder: str | None) -> None:
        """Work in a folder: its config files count, as for flake8 that is called there.

        Editors name none, an empty one or one that is gone where a file belongs to no project.
        """
        if folder:
            with contextlib.suppress(OSError):
                os.chdir(folder)

    def look(self, uri: str, delay: float = 0) -> None:
        """Look at what was opened under ``uri`` or holds it, after a while."""
        whole = self._whole(uri)
        waiting = self._waiting.pop(whole, None)
        if waiting is not None:
            waiting.cancel()
        self._waiting[whole] = asyncio.ensure_future(self._look_later(whole, delay))

    def forget(self, uri: str, parts: Sequence[str]) -> None:
        """Something was closed: nothing is shown for it any more."""
        waiting = self._waiting.pop(uri, None)
        if waiting is not None:
            waiting.cancel()
        self._known.pop(uri, None)
        for part in parts:
            self._show(part, None, [])

    async def examined(self, uri: str) -> Examined | None:
        """What is found in a text as it is now; None where it cannot be read."""
        whole = self._whole(uri)
        opened = self._opened(whole)
        if opened is None:
            return None
        known = self._known.get(whole)
        if known is None or known.opened != opened:
            known = await self._examine(opened)
        return known

    async def work(self, task: Callable[[], _T]) -> _T:
        """Have something done on the thread of the analysis."""
        return await asyncio.get_running_loop().run_in_executor(self._worker, task)

    async def _look_later(self, uri: str, delay: float) -> None:
        await asyncio.sleep(delay)
        opened = self._opened(uri)
        if opened is not None:
            await self._examine(opened)

    async def _examine(self, opened: Opened) -> Examined | None:
        """Look at a text, and show what is found if it is still the same."""
        try:
            found = await self.work(lambda: self._examined_now(opened))
        except Unreadable:
            return None  # half a line: what was shown stays
        except ConfigError as error:
            self._tell(f"flake8's configuration is wrong: {error}")
            return None
        except Exception as error:  # one text must not end the server
            _log.exception("nograd-lsp failed on %s", opened.uri)
            self._tell(f"failed on {opened.path}: {type(error).__name__}: {error}")
            return None
        if self._opened(opened.uri) == opened:
            self._publish(opened, found)
        return found

    def _publish(self, opened: Opened, found: Examined | None) -> None:
        if found is not None:
            self._known[opened.uri] = found
        for part in opened.parts:
            shown: list[types.Diagnostic] = []
            if found is not None:
                there = [each for each in found.problems if each.uri == part.uri]
                shown = [self.diagnostic(found, each) for each in there]
            self._show(part.uri, part.version, shown)

    def _examined_now(self, opened: Opened) -> Examined | None:
        """What is found; None in a file that flake8 leaves out."""
        if self._configuration is None or not self._configuration.is_current:
            self._configuration = Configuration.read()
        if self._configuration.excludes(opened.path):
            return None
        return Examined(opened, self._configuration.mending)

    def _whole(self, uri: str) -> str:
        """The notebook that a cell belongs to; for a file its own name."""
        notebook = self.workspace.get_notebook_document(cell_uri=uri)
        return uri if notebook is None else notebook.uri

    def _opened(self, uri: str) -> Opened | None:
        """What the editor has there at this moment; None where that is closed."""
        path = to_fs_path(uri) or uri.rpartition("/")[2]
        notebook = self.workspace.get_notebook_document(notebook_uri=uri)
        if notebook is not None:
            cells = [cell.document for cell in notebook.cells if self._is_code(cell)]
            return Opened(uri, path, tuple(map(self._part, cells)), is_notebook=True)
        if uri not in self.workspace.text_documents:
            return None
        return Opened(uri, path, (self._part(uri),), is_notebook=False)

    def _is_code(self, cell: types.NotebookCell) -> bool:
        return (
            cell.kind == types.NotebookCellKind.Code
            and cell.document in self.workspace.text_documents
        )

    def _part(self, uri: str) -> Part:
        document = self.workspace.get_text_document(uri)
        return Part(uri, document.version or 0, document.source)

    # -------------------------------------------------------------- what is answered

    def _show(self, uri: str, version: int | None, found: list[types.Diagnostic]) -> None:
        self.text_document_publish_diagnostics(
            types.PublishDiagnosticsParams(uri=uri, version=version, diagnostics=found)
        )

    def _tell(self, message: str) -> None:
        self.window_log_message(types.LogMessageParams(types.MessageType.Error, message))

    def diagnostic(self, examined: Examined, problem: Problem) -> types.Diagnostic:
        """A problem as editors show it."""
        code = problem.found.code
        return types.Diagnostic(
            range=self.range(examined.lines(problem.uri), problem.span),
            severity=_SEVERITIES[catalogue.level_of(code)],
            code=code,
            source=SOURCE,
            message=problem.message,
        )

    def range(self, lines: Sequence[str], span: Span) -> types.Range:
        """A span in the units that the client counts in."""
        return self.workspace.position_codec.range_to_client_units(
            lines,
            types.Range(
                types.Position(span.line, span.column),
                types.Position(span.end_line, span.end_column),
            ),
        )

    def workspace_edit(self, examined: Examined, edits: Sequence[Edit]) -> types.WorkspaceEdit:
        """Edits as one change of the editor, of the versions that they were made for."""
        by_part: dict[tuple[str, int], list[types.TextEdit]] = {}
        for edit in edits:
            place = self.range(examined.lines(edit.uri), edit.span)
            by_part.setdefault((edit.uri, edit.version), []).append(
                types.TextEdit(place, edit.text)
            )
        if self._takes_versions:
            return types.WorkspaceEdit(
                document_changes=[
                    types.TextDocumentEdit(
                        types.OptionalVersionedTextDocumentIdentifier(uri, version), list(changes)
                    )
                    for (uri, version), changes in by_part.items()
                ]
            )
        return types.WorkspaceEdit(changes={uri: each for (uri, _), each in by_part.items()})

    @property
    def _takes_versions(self) -> bool:
        workspace = self.client_capabilities.workspace
        edit = None if workspace is None else workspace.workspace_edit
        return edit is not None and bool(edit.document_changes)

    @property
    def resolves(self) -> bool:
        """Whether the client asks for the edit of an action only when it is chosen."""
        text = self.client_capabilities.text_document
        action = None if text is None else text.code_action
        support = None if action is None else action.resolve_support
        return support is not None and "edit" in support.properties

    async def actions(self, params: types.CodeActionParams) -> list[types.CodeAction]:
        """What can be done about the problems in a range."""
        examined = await self.examined(params.text_document.uri)
        if examined is None:
            return []
        uri, only = params.text_document.uri, params.context.only
        found: list[types.CodeAction] = []
        for problem in examined.at(uri, params.range.start.line, params.range.end.line):
            found += self._actions_for(examined, problem)
        if any(each.found.fix == "safe" for each in examined.problems):
            found.append(
                types.CodeAction(
                    title="Fix all that is safe to fix (nograd)",
                    kind=FIX_ALL,
                    data={"uri": uri, "do": "fix all"},
                )
            )
        wanted = [each for each in found if _is_asked_for(each.kind, only)]
        return wanted if self.resolves else [await self.resolved(each) for each in wanted]

    def _actions_for(self, examined: Examined, problem: Problem) -> Iterator[types.CodeAction]:
        code, span = problem.found.code, problem.span
        place = {"uri": problem.uri, "code": code, "line": span.line, "column": span.column}
        shown = [self.diagnostic(examined, problem)]
        if problem.found.fix is not None:
            is_safe = problem.found.fix == "safe"
            title = f"Fix {code}" if is_safe else f"Fix {code} (may change what the code does)"
            yield types.CodeAction(
                title=title,
                kind=types.CodeActionKind.QuickFix,
                diagnostics=shown,
                is_preferred=is_safe,
                data={**place, "do": "fix"},
            )
        yield types.CodeAction(
            title=f"Disable {code} for this line",
            kind=types.CodeActionKind.QuickFix,
            diagnostics=shown,
            data={**place, "do": "silence"},
        )

    async def resolved(self, action: types.CodeAction) -> types.CodeAction:
        """An action with its edit; where nothing can be proven, with the reason why not."""
        asked: dict[str, Any] = action.data  # type: ignore[assignment]
        examined = await self.examined(asked["uri"])
        edits = [] if examined is None else await self.work(lambda: _edits(examined, asked))
        if examined is not None and edits:
            action.edit = self.workspace_edit(examined, edits)
        else:
            action.disabled = types.CodeActionDisabled("no fix could be proven for this code")
        return action

    async def hover(self, params: types.HoverParams) -> types.Hover | None:
        """The pages of the rules that a line is about."""
        uri = params.text_document.uri
        examined = await self.examined(uri)
        if examined is None:
            return None
        rules = map(catalogue.rule_of, examined.codes(uri, params.position.line))
        pages = [catalogue.page(rule) for rule in rules if rule is not None]
        if not pages:
            return None
        text = types.MarkupContent(types.MarkupKind.Markdown, "\n\n---\n\n".join(pages))
        return types.Hover(contents=text)


def _edits(examined: Examined, asked: dict[str, Any]) -> list[Edit]:
    """The edits of an action, computed anew for the text as it is now."""
    if asked["do"] == "fix all":
        return examined.fix_all()
    for problem in examined.problems:
        place = (problem.found.code, problem.uri, problem.span.line, problem.span.column)
        if place == (asked["code"], asked["uri"], asked["line"], asked["column"]):
            return examined.fix(problem) if asked["do"] == "fix" else examined.silence(problem)
    return []


_Kind: TypeAlias = types.CodeActionKind | str


def _is_asked_for(kind: _Kind | None, only: Sequence[_Kind] | None) -> bool:
    """Whether a client that asked for some kinds of actions asked for this one."""
    return only is None or any(f"{_said(kind)}.".startswith(f"{_said(each)}.") for each in only)


def _said(kind: _Kind | None) -> str:
    return str(getattr(kind, "value", kind))


def _worker() -> ThreadPoolExecutor:
    """One thread with a deep stack."""
    before = threading.stack_size(_STACK)
    worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="nograd")
    worker.submit(int).result()  # the thread is made now
    threading.stack_size(before)
    return worker


def _register(server: Server) -> None:
    """Say which messages are answered, and by what."""

    @server.feature(types.INITIALIZE)
    def _(params: types.InitializeParams) -> None:
        folders = params.workspace_folders or []
        root = folders[0].uri if folders else params.root_uri
        server.enter(to_fs_path(root) if root else params.root_path)

    @server.feature(types.SHUTDOWN)
    def _(_: None) -> None:
        server.is_shut_down = True

    @server.feature(types.TEXT_DOCUMENT_DID_OPEN)
    async def _(params: types.DidOpenTextDocumentParams) -> None:
        server.look(params.text_document.uri)

    @server.feature(types.TEXT_DOCUMENT_DID_CHANGE)
    async def _(params: types.DidChangeTextDocumentParams) -> None:
        server.look(params.text_document.uri, DELAY)

    @server.feature(types.TEXT_DOCUMENT_DID_SAVE)
    async def _(params: types.DidSaveTextDocumentParams) -> None:
        server.look(params.text_document.uri)

    @server.feature(types.TEXT_DOCUMENT_DID_CLOSE)
    async def _(params: types.DidCloseTextDocumentParams) -> None:
        server.forget(params.text_document.uri, [params.text_document.uri])

    @server.feature(types.NOTEBOOK_DOCUMENT_DID_OPEN)
    async def _(params: types.DidOpenNotebookDocumentParams) -> None:
        server.look(params.notebook_document.uri)

    @server.feature(types.NOTEBOOK_DOCUMENT_DID_CHANGE)
    async def _(params: types.DidChangeNotebookDocumentParams) -> None:
        server.look(params.notebook_document.uri, DELAY)

    @server.feature(types.NOTEBOOK_DOCUMENT_DID_SAVE)
    async def _(params: types.DidSaveNotebookDocumentParams) -> None:
        server.look(params.notebook_document.uri)

    @server.feature(types.NOTEBOOK_DOCUMENT_DID_CLOSE)
    async def _(params: types.DidCloseNotebookDocumentParams) -> None:
        cells = [each.uri for each in params.cell_text_documents]
        server.forget(params.notebook_document.uri, cells)

    @server.feature(
        types.TEXT_DOCUMENT_CODE_ACTION,
        types.CodeActionOptions(
            code_action_kinds=[types.CodeActionKind.QuickFix, FIX_ALL],
            resolve_provider=True,
        ),
    )
    async def _(params: types.CodeActionParams) -> list[types.CodeAction]:
        return await server.actions(params)

    @server.feature(types.CODE_ACTION_RESOLVE)
    async def _(action: types.CodeAction) -> types.CodeAction:
        return await server.resolved(action)

    @server.feature(types.TEXT_DOCUMENT_HOVER)
    async def _(params: types.HoverParams) -> types.Hover | None:
        return await server.hover(params)
