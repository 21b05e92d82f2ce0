"""Runs other linters on the same code as this plugin, and writes ``docs/comparison.md``.

They are installed from the package registry into environments of their own, within a folder
outside of this repository.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.accuracy.linters import LinterError
from tests.comparison import page
from tests.comparison.compare import compare
from tests.comparison.linters import OTHERS, OWN, installed, own_programs
from tests.comparison.page import PAGE
from tests.comparison.pairs import pairs


def main(given: Sequence[str] | None = None) -> int:
    """Compare and write; returns the exit code: 1 where a linter could not be run."""
    parser = argparse.ArgumentParser(prog="python -m tests.comparison", description=__doc__)
    parser.add_argument("--tools", type=Path, required=True, help="folder of the linters")
    tools = parser.parse_args(given).tools.resolve()
    code = pairs()
    try:
        compared = [compare(OWN, own_programs(), code)]
        compared += [compare(linter, installed(linter, tools), code) for linter in OTHERS]
    except LinterError as error:
        print(error, file=sys.stderr)
        return 1
    PAGE.write_text(page.written(code, compared), encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
