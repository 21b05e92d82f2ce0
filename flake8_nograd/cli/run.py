"""All files, in several processes where that pays."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor, as_completed

from flake8_nograd.cli.mend import Mending
from flake8_nograd.cli.outcome import Outcome

_FILES_PER_PROCESS = 8
"""A process costs as much to start as a few files to analyse."""

_mending: Mending


def run(
    mending: Mending, files: Sequence[str], jobs: int | None, on_done: Callable[[], None]
) -> list[Outcome]:
    """What became of each file, in the order given; ``on_done`` is called after each.

    ``jobs`` is the number of processes, left to the number of files and processors by ``None``.
    When interrupted, the files that were begun are finished.
    """
    if jobs is None:
        jobs = min(os.cpu_count() or 1, len(files) // _FILES_PER_PROCESS)
    jobs = min(jobs, len(files))
    if jobs > 1:
        return _in_processes(mending, files, jobs, on_done)
    outcomes = []
    for file in files:
        outcomes.append(mending.of(file))
        on_done()
    return outcomes


def _in_processes(
    mending: Mending, files: Sequence[str], jobs: int, on_done: Callable[[], None]
) -> list[Outcome]:
    executor = ProcessPoolExecutor(jobs, initializer=_begin, initargs=(mending,))
    try:
        futures = _submitted(executor, files)
        for _ in as_completed(futures):
            on_done()
        return [each.result() for each in futures]
    finally:
        executor.shutdown(cancel_futures=True)


def _submitted(executor: Executor, files: Sequence[str]) -> list[Future[Outcome]]:
    return [executor.submit(_of, file) for file in files]


def _begin(mending: Mending) -> None:
    global _mending
    _mending = mending
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent process lets each finish its file


def _of(file: str) -> Outcome:
    return _mending.of(file)
