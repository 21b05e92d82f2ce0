"""A repository of the corpus, copied to be written to."""

from __future__ import annotations

import io
import shutil
import subprocess
import warnings
from collections.abc import Iterable
from pathlib import Path

_IDENTITY = ("-c", "user.name=fixing", "-c", "user.email=fixing@localhost")
_AS_IT_IS = ("-c", "core.autocrlf=false", "-c", "commit.gpgsign=false")


class Copy:
    """The Python files of a repository, as a git repository of their own."""

    def __init__(self, origin: Path, folder: Path) -> None:
        """Copy ``origin`` to ``folder``, which must not be there."""
        self.folder = folder
        folder.mkdir(parents=True)
        for path in sorted(origin.rglob("*.py")):
            place = folder / path.relative_to(origin)
            if path.is_file() and ".git" not in place.parts:
                place.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(path, place)
        self._git("init", "--quiet")
        self.keep()

    def files(self) -> list[str]:
        """All files, relative to the folder."""
        return self._names("ls-files", "-z")

    def changed(self) -> list[str]:
        """The files that are not as they were kept last."""
        return self._names("diff", "--name-only", "-z")

    def lines(self) -> tuple[int, int]:
        """How many lines git counts as added, and as removed."""
        rows = [line.split("\t") for line in self._git("diff", "--numstat").splitlines()]
        return sum(int(row[0]) for row in rows), sum(int(row[1]) for row in rows)

    def keep(self) -> None:
        """From now on, the files count as unchanged."""
        self._git("add", "--all", "--force")
        self._git("commit", "--quiet", "--allow-empty", "--message=kept")

    def reset(self) -> None:
        """The files as they were kept last."""
        self._git("reset", "--quiet", "--hard")

    def read(self, name: str) -> bytes:
        """The content of a file."""
        return (self.folder / name).read_bytes()

    def kept(self, name: str) -> bytes:
        """The content that was kept last."""
        return self._git_bytes("show", f"HEAD:{name}")

    def broken(self, names: Iterable[str]) -> list[str]:
        """The files that compiled when they were kept, and do not compile now."""
        return [
            name for name in names if compiles(self.kept(name)) and not compiles(self.read(name))
        ]

    def with_other_line_ends(self, names: Iterable[str]) -> list[str]:
        """The files whose kinds of line ends are others now."""
        return [name for name in names if line_ends(self.kept(name)) != line_ends(self.read(name))]

    def _names(self, *arguments: str) -> list[str]:
        return self._git(*arguments).split("\0")[:-1]

    def _git(self, *arguments: str) -> str:
        return self._git_bytes(*arguments).decode("utf-8", "surrogateescape")

    def _git_bytes(self, *arguments: str) -> bytes:
        command = ["git", *_IDENTITY, *_AS_IT_IS, "-C", str(self.folder), *arguments]
        return subprocess.run(command, capture_output=True, check=True).stdout


def compiles(data: bytes) -> bool:
    """Whether this Python takes a file."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(data, "<file>", "exec", dont_inherit=True)
    except (SyntaxError, ValueError):
        return False
    return True


def line_ends(data: bytes) -> set[str]:
    """The kinds of line ends in a file."""
    reader = io.TextIOWrapper(io.BytesIO(data), encoding="latin-1", newline=None)
    reader.read()
    kinds = reader.newlines
    return {kinds} if isinstance(kinds, str) else set(kinds or ())
