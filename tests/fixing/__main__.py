"""Runs the fixers on copies of whole repositories, and says in ``docs/fixing.md`` what came of it.

The corpus is the folder of ``python -m tests.accuracy --corpus DIR --fetch``. Nothing is written
there, but for the environment of torch-preflight. This takes a while: half an hour on one core.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.accuracy.linters import TORCH_PREFLIGHT, LinterError
from tests.fixing import measure, page
from tests.fixing.fixers import FixerError


def main(given: Sequence[str] | None = None) -> int:
    """Measure and write; returns the exit code: 1 where a fixer could not be run."""
    parser = argparse.ArgumentParser(prog="python -m tests.fixing", description=__doc__)
    parser.add_argument("--corpus", type=Path, required=True, help="folder of the repositories")
    parser.add_argument("--scratch", type=Path, help="where the copies go, and stay")
    parser.add_argument("name", nargs="*", help="folders to measure anew (default: all)")
    options = parser.parse_args(given)
    corpus = options.corpus.resolve()
    names = options.name or sorted(each.name for each in corpus.glob("*+*"))
    measured = measure.read(page.FIGURES) if options.name else {}
    with tempfile.TemporaryDirectory() as folder:
        scratch = (options.scratch or Path(folder)).resolve()
        for name in names:
            print(name, file=sys.stderr)
            environment = corpus / f".{TORCH_PREFLIGHT}"
            try:
                measured[name] = measure.measure(corpus / name, scratch / name, environment)
            except (FixerError, LinterError) as error:
                print(error, file=sys.stderr)
                return 1
            measure.write(measured, page.FIGURES)  # half an hour must not be lost
            page.update()
    return 0


if __name__ == "__main__":
    sys.exit(main())
