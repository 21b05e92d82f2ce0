"""Measures precision and recall on hand-labelled code, and says so in ``docs/accuracy.md``.

The corpus is a folder outside of this repository with one folder for each labelled repository,
``owner+name``, at the labelled commit. ``--fetch`` brings those that are missing.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.accuracy import corpus, explained, labels, page, scoring
from tests.accuracy.labels import LabelledUnit
from tests.accuracy.linters import Linter, LinterError, nograd, torch_preflight
from tests.accuracy.page import Measured
from tests.accuracy.scoring import Outcome

HERE = Path(__file__).parent
LABELS = HERE / "labels.jsonl"
REASONS = HERE / "explained.toml"
PAGE = HERE.parents[1] / "docs" / "accuracy.md"


def arguments(given: Sequence[str] | None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.accuracy", description=__doc__)
    parser.add_argument("--corpus", type=Path, required=True, help="folder of the repositories")
    parser.add_argument("--fetch", action="store_true", help="clone what the corpus lacks")
    parser.add_argument("--host", default=corpus.GITHUB, help="where to clone from")
    parser.add_argument(
        "--labels", type=Path, default=LABELS, help="other labels; the page is left as it is"
    )
    return parser.parse_args(given)


def main(given: Sequence[str] | None = None) -> int:
    """Measure and write; returns the exit code: 1 where the page could not be written."""
    options = arguments(given)
    units = labels.read(options.labels)
    folder = options.corpus.resolve()
    if options.fetch:
        fetch(units, folder, options.host)
    try:
        own, other = (measure(linter, units, folder) for linter in (nograd, torch_preflight))
    except LinterError as error:
        print(error, file=sys.stderr)
        return 1
    print(page.set_of_labels(own.score), page.figures(own, other), sep="\n\n")
    if options.labels != LABELS:
        return 0
    if problems := problems_of(own):
        print("\nthe page is not written:", *problems, sep="\n\n", file=sys.stderr)
        return 1
    text = page.with_measured_part(
        PAGE.read_text(encoding="utf-8"),
        page.measured_part(own, other, explained.read(REASONS)),
    )
    PAGE.write_text(text, encoding="utf-8", newline="\n")
    return 0


def fetch(units: Sequence[LabelledUnit], folder: Path, host: str) -> None:
    """Bring the repositories that the corpus lacks, and tell of those that do not come."""
    for unit in corpus.missing(units, folder):
        try:
            corpus.fetch(unit, folder, host)
        except corpus.FetchError as error:
            print(error, file=sys.stderr)


def measure(linter: Linter, units: Sequence[LabelledUnit], folder: Path) -> Measured:
    """A linter's score on the labelled files of the corpus. Raises ``LinterError``."""
    files = scoring.files_to_lint(units, folder)
    reports = linter.run(folder, files) if files else {}  # no file means the whole folder to flake8
    return Measured(linter, scoring.score(units, folder, reports, linter.classes))


def problems_of(own: Measured) -> list[str]:
    """Why the page cannot be written: files that are absent, alarms without a reason or no more."""
    absent = own.score.left_out[scoring.ABSENT]
    wrong = own.score.of(Outcome.FALSE_ALARM) + own.score.of(Outcome.MISSED)
    problems = explained.complaints(wrong, explained.read(REASONS))
    if absent:
        problems.append(f"the corpus lacks the files of {absent} units; --fetch may bring them")
    return problems


if __name__ == "__main__":
    sys.exit(main())
