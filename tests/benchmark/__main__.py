"""Measures what the plugin costs, and says in ``docs/speed.md`` what came of it.

Packages and the tools' environments are brought into the cache. This takes a quarter of an hour of
processor time; the machine should have nothing else to do.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.benchmark import figures, page
from tests.benchmark.measure import PARTS, Bench
from tests.benchmark.tools import ToolError


def main(given: Sequence[str] | None = None) -> int:
    """Measure and write; returns the exit code: 1 where a tool could not be run."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmark", description=__doc__)
    parser.add_argument("--cache", type=Path, required=True, help="folder for packages and tools")
    parser.add_argument(
        "--only",
        type=lambda text: text.split(","),
        default=list(PARTS),
        metavar="PART,...",
        help=f"parts to measure anew: {', '.join(PARTS)} (default: all)",
    )
    options = parser.parse_args(given)
    unknown = [each for each in options.only if each not in PARTS]
    if unknown:
        parser.error(f"no such part: {', '.join(unknown)}")
    options.cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        try:
            bench = Bench.ready(options.cache.resolve(), Path(scratch))
            for name in options.only:
                figures.keep(name, PARTS[name](bench), bench.versions)
        except ToolError as error:
            print(error, file=sys.stderr)
            return 1
    print(page.measured_part(figures.read()))
    page.update()
    return 0


if __name__ == "__main__":
    sys.exit(main())
