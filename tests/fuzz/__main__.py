"""Sends generated and broken code through the plugin and the fixer.

Every input goes through both doors: the plugin as flake8 calls it, and ``nograd-fix`` from the disk
to the disk. No exception, no NGD000 where LibCST parses and bare flake8 survives, places within the
file, the same answer twice; a fixed file parses, keeps what is not the fixer's, has no new finding
and is not changed again. An input that takes too long ends the run with its stack; it is left in
the folder that the run names.
"""

from __future__ import annotations

import argparse
import faulthandler
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from random import Random

import hypothesmith
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from tests.fuzz.doors import Doors
from tests.fuzz.mutations import mutated
from tests.fuzz.programs import Program

BATCH = 500
"""Inputs of one run of hypothesis: it keeps a tree of all that it has drawn."""

randoms = st.randoms(use_true_random=False)


def _program(random: Random) -> bytes:
    return Program(random).text().encode()


def _with_torch(text: str) -> bytes:
    return f"import torch\n{text}".encode("utf-8", "surrogatepass")


INPUTS = st.sampled_from(["program"] * 9 + ["mutated"] * 10 + ["syntax"]).flatmap(
    {
        "program": randoms.map(_program),
        "mutated": randoms.map(mutated),
        "syntax": hypothesmith.from_grammar().map(_with_torch),
    }.__getitem__
)


def arguments(given_: Sequence[str] | None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--inputs", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--seconds", type=float, default=30, help="for one input")
    return parser.parse_args(given_)


def main(given_: Sequence[str] | None = None) -> int:
    """Run; raises the first failure, shrunk, with its input."""
    options = arguments(given_)
    begin, taken, slowest = time.process_time(), 0, 0.0
    folder = Path(tempfile.mkdtemp(prefix="nograd-fuzz-"))
    doors = Doors(folder)
    print(f"{options.inputs} inputs from seed {options.seed}; the current one is in {folder}")

    def take(data: bytes) -> None:
        nonlocal taken, slowest
        faulthandler.dump_traceback_later(options.seconds, exit=True)
        start = time.process_time()
        doors.take(data)
        slowest = max(slowest, time.process_time() - start)
        faulthandler.cancel_dump_traceback_later()
        taken += 1

    number = options.seed
    while taken < options.inputs:
        run = settings(
            max_examples=min(BATCH, options.inputs - taken),
            database=None,
            deadline=None,
            phases=(Phase.generate, Phase.shrink),
            suppress_health_check=list(HealthCheck),
            print_blob=False,
        )
        seed(number)(run(given(data=INPUTS)(take)))()
        number += 1_000_003
        print(f"{taken} inputs, {time.process_time() - begin:.0f} s", flush=True)
    print(f"{doors.parsed} parsed, {doors.mended} mended, {doors.taken_back} fixes taken back")
    print(f"findings: {dict(sorted(doors.findings.items()))}; slowest input {slowest:.1f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
