"""The settings in docs/editors.md, in the editors that they are for, with the real server."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import REPOSITORY
from tests.test_editors import EVALUATE, GUARDED, MESSAGE, PATIENCE, SETTINGS


def environment(folder: Path) -> dict[str, str]:
    """Where the editors find flake8 and ``nograd-lsp``, and no settings of anybody."""
    here = str(Path(sys.executable).parent)
    homes = {"HOME": str(folder), **{f"XDG_{what}_HOME": str(folder) for what in ("STATE", "DATA")}}
    path = os.pathsep.join((here, os.environ["PATH"]))
    return {**os.environ, **homes, "PATH": path, "PYTHONPATH": str(REPOSITORY)}


def run(command: Sequence[str | Path], folder: Path) -> str:
    """What an editor prints."""
    done = subprocess.run(
        [str(each) for each in command],
        cwd=folder,
        env=environment(folder),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        timeout=5 * PATIENCE,
        check=False,
    )
    return done.stdout


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A folder with a mistake in it."""
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / ".flake8").write_text("[flake8]\nselect = NGD\n")
    (folder / "evaluate.py").write_text(EVALUATE)
    return folder


def session(command: Sequence[str | Path], project: Path) -> Any:
    """Edit the file of a project by a script; what the script says that it saw."""
    printed = run(command, project)
    seen = project / "seen.json"
    assert seen.exists(), printed
    return json.loads(seen.read_text(encoding="utf-8"))


# ---------------------------------------------------------------------------------- Neovim

IN_NEOVIM = """
local seen = {}
local function wait_for(what)
  if not vim.wait(60000, what, 20) then error("waited in vain") end
end
local function shown() return vim.diagnostic.get(0) end
local function say(what) vim.fn.writefile({ vim.json.encode(what) }, "seen.json") end
wait_for(function() return #shown() > 0 end)
"""

QUICK_FIX_IN_NEOVIM = """
local found = shown()
vim.api.nvim_win_set_cursor(0, { found[1].lnum + 1, 0 })
vim.lsp.buf.code_action({ filter = function(action) return action.isPreferred end, apply = true })
wait_for(function() return #shown() == 0 end)
vim.cmd.write()
say(found)
"""

HOVER_IN_NEOVIM = """
vim.api.nvim_win_set_cursor(0, { shown()[1].lnum + 1, 4 })
vim.lsp.buf.hover()
wait_for(function() return #vim.api.nvim_list_wins() > 1 end)
local window = vim.api.nvim_list_wins()[2]
say(vim.api.nvim_buf_get_lines(vim.api.nvim_win_get_buf(window), 0, -1, false))
"""

SAVE_IN_NEOVIM = """
vim.api.nvim_buf_set_lines(0, -1, -1, false, { "# typed" })
vim.cmd.write()
say("saved")
"""


def in_neovim(neovim: str, project: Path, settings: Sequence[str], script: str) -> Any:
    """What a script sees in Neovim, with settings from the page."""
    init = project.parent / "init.lua"
    init.write_text("\n".join(SETTINGS[name] for name in settings), encoding="utf-8")
    steps = project.parent / "steps.lua"
    steps.write_text(IN_NEOVIM + script, encoding="utf-8")
    command: list[str | Path] = [neovim, "--headless", "--clean", "-u", init, "evaluate.py"]
    return session([*command, "-c", f"luafile {steps}", "-c", "qa!"], project)


@pytest.mark.parametrize("settings", ["init.lua", "older.lua"])
def test_a_quick_fix_in_neovim(neovim: str, project: Path, settings: str) -> None:
    (found,) = in_neovim(neovim, project, [settings], QUICK_FIX_IN_NEOVIM)
    assert (found["source"], found["code"], found["lnum"]) == ("nograd", "NGD101", 6)
    assert MESSAGE in found["message"]
    assert (project / "evaluate.py").read_text() == GUARDED


def test_the_page_of_a_rule_in_neovim(neovim: str, project: Path) -> None:
    page = in_neovim(neovim, project, ["init.lua"], HOVER_IN_NEOVIM)
    assert "evaluation-loop-records-gradients" in page[0]


def test_all_is_fixed_on_save_in_neovim(neovim: str, project: Path) -> None:
    assert in_neovim(neovim, project, ["init.lua", "on-save.lua"], SAVE_IN_NEOVIM) == "saved"
    assert (project / "evaluate.py").read_text() == GUARDED + "# typed\n"


# ----------------------------------------------------------------------------------- Emacs

IN_EMACS = """
(require 'json)
(defun wait-for (what)
  (with-timeout (60 (error "waited in vain"))
    (while (not (funcall what)) (accept-process-output nil 0.05) (sit-for 0.05))))
(defun say (what) (with-temp-file "seen.json" (insert (json-encode what))))
(setq eglot-sync-connect t)
(setq last-nonmenu-event ?x) ; choices are asked for by a key, not by the mouse
(find-file "evaluate.py")
(run-hooks 'post-command-hook)
(flymake-start)
(wait-for #'flymake-diagnostics)
"""

FLYMAKE_IN_EMACS = """
(say (mapcar (lambda (found) (vector (flymake-diagnostic-text found)
                                     (flymake-diagnostic-type found)
                                     (line-number-at-pos (flymake-diagnostic-beg found))))
             (flymake-diagnostics)))
"""

QUICK_FIX_IN_EMACS = """
(goto-char (flymake-diagnostic-beg (car (flymake-diagnostics))))
(let ((titles (mapcar (lambda (action) (plist-get action :title))
                      (eglot-code-actions (point) (point)))))
  (cl-letf (((symbol-function 'completing-read) (lambda (&rest _) (car titles))))
    (eglot-code-actions (point) (point) nil t))
  (save-buffer)
  (say titles))
"""

SAVE_IN_EMACS = """
(goto-char (point-max))
(insert "# typed\n")
(save-buffer)
(say "saved")
"""


def in_emacs(project: Path, settings: Sequence[str], script: str) -> Any:
    """What a script sees in Emacs, with settings from the page."""
    emacs = shutil.which("emacs", path=environment(project)["PATH"])
    start = [emacs or "emacs", "--batch", "--no-init-file", "--eval", "(package-initialize)"]
    if emacs is None or "yes" not in run([*start, "--eval", HAS_EGLOT], project):
        pytest.skip("Emacs with Eglot is not installed: apt install emacs-nox, 29 or newer")
    init = project.parent / "init.el"
    init.write_text("\n".join(SETTINGS[name] for name in settings), encoding="utf-8")
    steps = project.parent / "steps.el"
    steps.write_text(IN_EMACS + script, encoding="utf-8")
    return session([*start, "-l", str(init), "-l", str(steps)], project)


HAS_EGLOT = """(princ (if (require 'eglot nil t) "yes" "no"))"""


def test_flymake_runs_flake8_in_emacs(project: Path) -> None:
    [[message, kind, line]] = in_emacs(project, ["flymake.el"], FLYMAKE_IN_EMACS)
    assert message.startswith(f"NGD101 {MESSAGE}")
    assert (kind, line) == ("warning", 7)


def test_a_quick_fix_in_emacs(project: Path) -> None:
    first, *_ = in_emacs(project, ["eglot.el"], QUICK_FIX_IN_EMACS)
    assert first == "Fix NGD101"
    assert (project / "evaluate.py").read_text() == GUARDED


def test_all_is_fixed_on_save_in_emacs(project: Path) -> None:
    assert in_emacs(project, ["eglot.el", "on-save.el"], SAVE_IN_EMACS) == "saved"
    assert (project / "evaluate.py").read_text() == GUARDED + "# typed\n"
