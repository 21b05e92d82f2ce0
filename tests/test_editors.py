"""What editors do with flake8 shows the plugin's findings, in text that is not saved too."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from queue import Queue
from typing import Any

import pytest

from flake8_nograd.rules import all_rules
from tests.conftest import REPOSITORY, Flake8
from tests.transcripts import files

EVALUATE = """\
import torch


def evaluate(model: torch.nn.Module, loader):
    model.eval()
    hits = 0
    for x, y in loader:
        hits += (model(x).argmax(1) == y).sum().item()
    return hits
"""
GUARDED = EVALUATE.replace("def evaluate", "@torch.no_grad()\ndef evaluate")
MESSAGE = "`evaluate` runs `model(...)` with gradients recorded"
SETTINGS = files((REPOSITORY / "docs" / "editors.md").read_text(encoding="utf-8"))
"""What the page tells people to write into which file."""

PATIENCE = 60
"""Seconds: flake8 starts anew for each text, maybe on a busy machine."""

# --------------------------------------------------------------------------- the commands


@pytest.mark.parametrize("notebook", [False, True], ids=["file", "notebook"])
def test_the_command_of_vs_code(flake8: Flake8, notebook: bool) -> None:
    form = "--format=%(row)d,%(col)d,%(code).1s,%(code)s:%(text)s"
    if notebook:
        found = flake8.lines(form, "--stdin-display-name", "nb.ipynb", "-", stdin=EVALUATE)
    else:
        found = flake8.lines(form, str(flake8.write("evaluate.py", EVALUATE)))
    (line,) = found
    assert line.startswith(f"7,5,N,NGD101:{MESSAGE}")


def test_what_is_an_error_in_vs_code_is_an_error_of_the_rules() -> None:
    told = json.loads(SETTINGS[".vscode/settings.json"])["flake8.severity"]
    errors = {rule.code: "Error" for rule in all_rules() if rule.level == "error"}
    assert told == {"NGD": "Warning", **errors}


def test_the_command_of_ale(flake8: Flake8) -> None:
    assert "flake8-nograd" in flake8.run("--version").stdout  # ALE asks first
    path = str(flake8.write("evaluate.py", GUARDED))
    (line,) = flake8.lines("--format=default", "--stdin-display-name", path, "-", stdin=EVALUATE)
    assert line.startswith(f"{path}:7:5: NGD101 {MESSAGE}")


def test_the_command_of_nvim_lint(flake8: Flake8) -> None:
    path = str(flake8.write("evaluate.py", GUARDED))
    form = "--format=%(path)s:%(row)d:%(col)d:%(code)s:%(text)s"
    name = ("--stdin-display-name", path)
    (line,) = flake8.lines(form, "--no-show-source", *name, "-", stdin=EVALUATE)
    assert line.startswith(f"{path}:7:5:NGD101:{MESSAGE}")


def test_the_command_of_sublimelinter(flake8: Flake8) -> None:
    (line,) = flake8.lines("--format", "default", "-", stdin=EVALUATE)
    assert line.startswith(f"stdin:7:5: NGD101 {MESSAGE}")


@pytest.mark.parametrize("text", ["", "def broken(:\n", "import torch\nmodel.ev", "\ufeff\r\n"])
def test_half_a_text_is_no_failure_of_the_plugin(flake8: Flake8, text: str) -> None:
    done = flake8.run("--stdin-display-name", "evaluate.py", "-", stdin=text)
    assert done.stderr == ""
    assert done.returncode in (0, 1)
    assert "NGD" not in done.stdout


def test_the_name_that_an_editor_gives_is_that_of_the_configuration(flake8: Flake8) -> None:
    flake8.write(".flake8", "[flake8]\nper-file-ignores =\n    old.py: NGD\n")
    assert flake8.lines("--stdin-display-name", "old.py", "-", stdin=EVALUATE) == []
    assert len(flake8.lines("--stdin-display-name", "new.py", "-", stdin=EVALUATE)) == 1


# ------------------------------------------------------------------------ python-lsp-server


class Pylsp:
    """A client of python-lsp-server."""

    def __init__(self, server: subprocess.Popen[bytes], streams: Any, folder: Path) -> None:
        self._writer = streams.JsonRpcStreamWriter(server.stdin)
        self._heard: Queue[dict[str, Any]] = Queue()
        reader = streams.JsonRpcStreamReader(server.stdout)
        threading.Thread(target=reader.listen, args=(self._heard.put,), daemon=True).start()
        self._uri = (folder / "evaluate.py").as_uri()
        self.ask("initialize", processId=None, rootUri=folder.as_uri(), capabilities={})
        self.tell("initialized")
        self.tell("workspace/didChangeConfiguration", settings=json.loads(SETTINGS["pylsp.json"]))

    def ask(self, method: str, **params: Any) -> None:
        """Ask for something, and wait until it is answered."""
        message = {"jsonrpc": "2.0", "id": method, "method": method, "params": params}
        self._writer.write(message)
        while self._heard.get(timeout=PATIENCE).get("id") != method:
            pass

    def tell(self, method: str, **params: Any) -> None:
        self._writer.write({"jsonrpc": "2.0", "method": method, "params": params})

    def did(self, what: str, *, version: int, **more: Any) -> list[dict[str, Any]]:
        """Do something with the file; what is shown for it then."""
        document = {"uri": self._uri, "version": version, **more.pop("document", {})}
        self.tell(f"textDocument/did{what}", textDocument=document, **more)
        while True:
            message = self._heard.get(timeout=PATIENCE)
            if message.get("method") == "textDocument/publishDiagnostics":
                shown: list[dict[str, Any]] = message["params"]["diagnostics"]
                return shown


@pytest.fixture
def pylsp(tmp_path: Path) -> Iterator[Pylsp]:
    """A session in a folder; it ends as the protocol asks."""
    pytest.importorskip("pylsp", reason="pip install python-lsp-server")
    streams = pytest.importorskip("pylsp_jsonrpc.streams", reason="pip install python-lsp-server")
    here = str(Path(sys.executable).parent)
    with subprocess.Popen(
        [sys.executable, "-m", "pylsp"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=tmp_path,
        env={**os.environ, "PATH": os.pathsep.join((here, os.environ["PATH"]))},
    ) as server:
        try:
            client = Pylsp(server, streams, tmp_path)
            yield client
            client.ask("shutdown")
            client.tell("exit")
            assert server.wait(PATIENCE) == 0
        finally:
            server.kill()


def test_a_session_with_python_lsp_server(pylsp: Pylsp, tmp_path: Path) -> None:
    file = tmp_path / "evaluate.py"
    file.write_text(GUARDED)

    (found,) = pylsp.did(
        "Open", version=1, document={"languageId": "python", "text": EVALUATE}
    )  # as after a restart with unsaved text
    assert (found["source"], found["code"]) == ("flake8", "NGD101")
    assert found["range"]["start"] == {"line": 6, "character": 4}
    assert MESSAGE in found["message"]

    assert pylsp.did("Change", version=2, contentChanges=[{"text": GUARDED}]) == []

    typed = "\n" + EVALUATE
    (found,) = pylsp.did("Change", version=3, contentChanges=[{"text": typed}])
    assert found["range"]["start"]["line"] == 7
    assert file.read_text() == GUARDED

    file.write_text(typed)
    (found,) = pylsp.did("Save", version=3)
    assert (found["code"], found["range"]["start"]["line"]) == ("NGD101", 7)
