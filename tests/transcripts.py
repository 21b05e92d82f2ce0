"""What a page shows of a shell is what a shell shows: its commands are run, in one go.

A block of ``console`` holds commands, each after ``$``, and what they print. A block after
``<!-- file: name -->`` is a file that is there when the next command runs. All else on a page is
text. ``python -m tests.transcripts docs/adoption.md`` plays pages, and writes into them what is
printed.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

_BLOCK = re.compile(
    r"^(?:<!-- file: (?P<name>\S+) -->\n)?```(?P<language>\w*)\n(?P<text>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
_END = "-- this was the output of one command --"
_COLOURS = ("NO_COLOR", "FORCE_COLOR", "CLICOLOR_FORCE")
_NOBODY = {
    f"GIT_{role}_{what}": "nobody" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")
}


def played(page: str, folder: Path, variables: Mapping[str, str] | None = None) -> str:
    """The page with what its commands print in ``folder`` today."""
    script = []
    for block in _BLOCK.finditer(page):
        if block["name"] is not None:
            script.append(_writing(block["name"], block["text"]))
        elif block["language"] == "console":
            script += [f"{command}\n_end" for command in _commands(block["text"])]
    outputs = iter(_run("\n".join(script), folder, variables or {}))

    def shown(block: re.Match[str]) -> str:
        if block["name"] is not None or block["language"] != "console":
            return block[0]
        lines = "".join(f"$ {each}\n{next(outputs)}" for each in _commands(block["text"]))
        return f"```console\n{lines}```"

    return _BLOCK.sub(shown, page)


def files(page: str) -> dict[str, str]:
    """The files that stand on a page, by name; of two with one name, the last."""
    return {block["name"]: block["text"] for block in _BLOCK.finditer(page) if block["name"]}


def _commands(text: str) -> list[str]:
    return [line.removeprefix("$ ") for line in text.splitlines() if line.startswith("$ ")]


def _writing(name: str, text: str) -> str:
    mark = "__END_OF_THE_FILE__"
    return f"mkdir -p \"$(dirname '{name}')\"\ncat >'{name}' <<'{mark}'\n{text}{mark}"


def _run(script: str, folder: Path, variables: Mapping[str, str]) -> list[str]:
    """What each command prints, on both of its outputs, in a shell without any config."""
    environment = {
        **{name: text for name, text in os.environ.items() if name not in _COLOURS},
        "LC_ALL": "C.UTF-8",
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "GIT_CONFIG_GLOBAL": os.devnull,
        **_NOBODY,
        **variables,
    }
    end = f"_end() {{ local status=$?; echo '{_END}'; return $status; }}\n"
    done = subprocess.run(
        ["bash", "--noprofile", "--norc"],
        input=end + script,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        cwd=folder,
        env=environment,
        check=False,
        timeout=900,
    )
    return done.stdout.split(f"{_END}\n")


def main(pages: list[str]) -> None:
    """Write into each page what its commands print."""
    for page in map(Path, pages):
        with tempfile.TemporaryDirectory() as folder:
            text = played(page.read_text(encoding="utf-8"), Path(folder))
        page.write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main(sys.argv[1:])
