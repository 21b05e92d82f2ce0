"""The memory that an evaluation takes at its peak, beyond the weights and the data.

``python -m tests.costs.memory MODEL LOOP GUARD DEVICE`` measures one evaluation in a process of its
own, and prints the figures as JSON.

On a CPU, *allocated* follows each allocation of PyTorch's allocator, as its profiler records them:
exact, the same in every run, and what ``torch.cuda.max_memory_allocated`` says on a GPU. *resident*
is how much the process's own peak rises above what it had before (Linux only): what the system
sees, with whatever the C library keeps back.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TypedDict

import torch
from torch import nn
from torch.profiler import ProfilerActivity, profile, record_function

from tests.costs.evaluations import GUARDS, LOOPS, MODELS, Batch, Loop

STATUS = Path("/proc/self/status")
CLEAR = Path("/proc/self/clear_refs")
RESET_PEAK = "5"
"""See proc(5): written to ``clear_refs``, it sets the peak back to what is resident now."""


class Memory(TypedDict):
    """The figures of one evaluation, in bytes."""

    allocated: list[int]
    """The peak during each batch."""
    resident: int | None
    """The peak of the process; None where the system does not tell."""


def measured(model: str, loop: str, guard: str, device: str) -> Memory:
    """The memory of an evaluation, in processes of its own: without the profiler, and with it."""
    command = [sys.executable, "-m", "tests.costs.memory", model, loop, guard, device]
    resident = json.loads(subprocess.check_output([*command, "resident"]))
    allocated = json.loads(subprocess.check_output([*command, "allocated"]))
    return {"allocated": allocated, "resident": resident}


def resident_peak(loop: Loop, model: nn.Module, batches: list[Batch]) -> int | None:
    """How much the peak of the process rises while the loop runs."""
    if not CLEAR.exists():
        return None
    CLEAR.write_text(RESET_PEAK)
    before = _kibibytes("VmRSS")
    loop(model, batches)
    return (_kibibytes("VmHWM") - before) * 1024


def _kibibytes(field: str) -> int:
    [line] = [each for each in STATUS.read_text().splitlines() if each.startswith(f"{field}:")]
    return int(line.split()[1])


def cuda_peaks(loop: Loop, model: nn.Module, batches: list[Batch]) -> list[int]:
    """The peak of PyTorch's CUDA allocator during each batch."""
    peaks: list[int] = []
    before = torch.cuda.memory_allocated()

    def watched() -> Iterator[Batch]:
        for batch in batches:
            torch.cuda.reset_peak_memory_stats()
            yield batch
            peaks.append(torch.cuda.max_memory_allocated() - before)

    loop(model, watched())
    return peaks


def cpu_peaks(loop: Loop, model: nn.Module, batches: list[Batch]) -> list[int]:
    """The peak of PyTorch's CPU allocator during each batch."""

    def watched() -> Iterator[Batch]:
        for number, batch in enumerate(batches):
            with record_function(f"batch {number}"):
                yield batch

    with profile(activities=[ProfilerActivity.CPU], profile_memory=True) as profiler:
        loop(model, watched())
    with tempfile.TemporaryDirectory() as folder:
        trace = Path(folder, "trace.json")
        profiler.export_chrome_trace(str(trace))
        events = json.loads(trace.read_text(encoding="utf-8"))["traceEvents"]
    return peaks_between(events, len(batches))


def peaks_between(events: list[dict[str, object]], batches: int) -> list[int]:
    """The most bytes that are allocated at a time, from the begin of each batch to the next."""
    begins = {
        event["name"]: float(str(event["ts"]))
        for event in events
        if str(event.get("name")).startswith("batch ") and event.get("ph") == "X"
    }
    allocations = [
        (float(str(event["ts"])), event["args"])
        for event in events
        if event.get("name") == "[memory]"
    ]
    allocations.sort(key=lambda each: each[0])
    peaks = [0] * batches
    allocated = 0
    for moment, details in allocations:
        assert isinstance(details, dict)
        allocated += details["Bytes"]
        number = sum(moment >= begins[f"batch {each}"] for each in range(batches)) - 1
        peaks[max(number, 0)] = max(peaks[max(number, 0)], allocated)
    return peaks


def main(model_name: str, loop_name: str, guard_name: str, device: str, what: str) -> None:
    """Measure one evaluation, after a batch that lets libraries set up what they keep."""
    torch.manual_seed(0)
    torch.set_num_threads(1)
    evaluated, loop, guard = MODELS[model_name], LOOPS[loop_name], GUARDS[guard_name]
    model = evaluated.build().to(device).eval()
    batches = evaluated.batches(device)
    with torch.no_grad():
        model(batches[0][0])
    peaks = {"allocated": cuda_peaks if device == "cuda" else cpu_peaks, "resident": resident_peak}
    with guard():
        found = peaks[what](loop, model, batches)
    print(json.dumps(found))


if __name__ == "__main__":
    main(*sys.argv[1:])
