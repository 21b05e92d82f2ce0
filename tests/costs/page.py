"""What was measured, as ``docs/costs.md`` and other pages say it. Needs no PyTorch."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict

if TYPE_CHECKING:
    from tests.costs.memory import Memory
    from tests.costs.modes import Mistake

HERE = Path(__file__).parent
FIGURES = HERE / "measured.json"
PAGE = HERE.parents[1] / "docs" / "costs.md"
BEGIN, END = "<!-- costs: begin -->", "<!-- costs: end -->"

PASSING = ("names nothing", "names output and loss")
"""Loops that keep nothing beyond their batch."""
KEEPING = ("keeps outputs", "adds up losses")
"""Loops that keep the graphs of all batches."""


class Size(TypedDict):
    """What a model and its data take with and without a guard, in bytes."""

    describes: str
    weights: int
    data: int


class OfDevice(TypedDict):
    """What was measured on one device."""

    name: str
    memory: dict[str, dict[str, dict[str, Memory]]]
    """By model, loop and guard."""
    seconds: dict[str, dict[str, float]]
    """By model and guard."""


class Costs(TypedDict):
    """All that was measured."""

    versions: dict[str, str]
    models: dict[str, Size]
    devices: dict[str, OfDevice]
    modes: dict[str, Mistake]


def read() -> Costs:
    """What was measured last."""
    costs: Costs = json.loads(FIGURES.read_text(encoding="utf-8"))
    return costs


def written(costs: Costs) -> str:
    """The page with its measured part. Raises ``ValueError`` where a marker is missing."""
    before, begin, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    _, end, after = rest.partition(END)
    if not end:
        raise ValueError(f"the markers {BEGIN} and {END} are missing")
    return f"{before}{begin}\n{measured_part(costs)}\n{end}{after}"


def ratios(costs: Costs, loops: Iterable[str], device: str = "cpu") -> list[float]:
    """For each model and loop: the peak without guard over that under ``no_grad``."""
    memory = costs["devices"][device]["memory"]
    return [
        peak(of_model[loop]["none"]) / peak(of_model[loop]["no_grad"])
        for of_model in memory.values()
        for loop in loops
    ]


def peak(memory: Memory) -> int:
    """The most bytes that are allocated at a time."""
    return max(memory["allocated"])


def span(values: Iterable[float]) -> str:
    """The least and the greatest of some ratios."""
    low, *_, high = sorted(values)
    return f"{times(low)} to {times(high)} times"


def times(ratio: float) -> str:
    """Two digits that count."""
    return f"{ratio:.1f}" if ratio < 9.95 else f"{ratio:.0f}"


def measured_part(costs: Costs) -> str:
    """All that lies between the markers."""
    versions = ", ".join(f"{name} {version}" for name, version in costs["versions"].items())
    parts = [f"Measured with {versions}.", *models(costs)]
    for device, found in costs["devices"].items():
        parts += memory_of(costs, device, found)
    parts += time_of(costs["devices"])
    parts += without_eval(costs["modes"])
    return "\n\n".join(parts)


def models(costs: Costs) -> Iterator[str]:
    """What was evaluated."""
    yield "| model | is | weights, MB | data, MB |\n| --- | --- | ---: | ---: |\n" + "\n".join(
        f"| {name} | {size['describes']} | {megabytes(size['weights'])} "
        f"| {megabytes(size['data'])} |"
        for name, size in costs["models"].items()
    )


def memory_of(costs: Costs, device: str, found: OfDevice) -> Iterator[str]:
    """The memory on one device."""
    yield f"## Memory on a {found['name']}"
    yield (
        f"Beyond the weights and the data, an evaluation without a guard takes "
        f"**{span(ratios(costs, PASSING, device))}** the memory of the guarded one, and "
        f"**{span(ratios(costs, KEEPING, device))}** after {batches(found)} batches where it keeps "
        f"outputs or adds up losses as tensors: each batch then adds its graph."
    )
    yield f"![Peak memory, loop by loop](plots/costs-memory-{device}.svg)"
    yield f"![Memory batch by batch](plots/costs-batches-{device}.svg)"
    has_resident = all(
        each["resident"] is not None
        for of_model in found["memory"].values()
        for of_loop in of_model.values()
        for each in of_loop.values()
    )
    columns = ["model", "loop", "none, MB", "`no_grad`, MB", "`inference_mode`, MB", "ratio"]
    if has_resident:
        columns += ["resident: none, MB", "resident: `no_grad`, MB"]
    rows = [columns, ["---", "---", *["---:"] * (len(columns) - 2)]]
    for model, of_model in found["memory"].items():
        for loop, of_loop in of_model.items():
            cells = [model, loop, *(megabytes(peak(each)) for each in of_loop.values())]
            cells.append(times(peak(of_loop["none"]) / peak(of_loop["no_grad"])))
            if has_resident:
                cells += [megabytes(of_loop[guard]["resident"] or 0) for guard in RESIDENT]
            rows.append(cells)
    yield table(rows)


RESIDENT = ("none", "no_grad")


def batches(found: OfDevice) -> int:
    """How many batches an evaluation has."""
    loops = next(iter(found["memory"].values()))
    return len(next(iter(loops.values()))["none"]["allocated"])


def time_of(devices: dict[str, OfDevice]) -> Iterator[str]:
    """The time on all devices."""
    low, *_, high = sorted(slowness(devices))
    yield "## Time"
    yield (
        f"Without a guard an evaluation took {low:.2f} to {high:.2f} times as long: recording "
        "costs a fixed amount for each operation, which shows where there are many small ones. "
        "Seconds for an evaluation:"
    )
    rows = [
        ["device", "model", "none", "`no_grad`", "`inference_mode`", "ratio"],
        ["---", "---", *["---:"] * 4],
    ]
    for found in devices.values():
        for model, seconds in found["seconds"].items():
            figures = [f"{each:.4f}" for each in seconds.values()]
            ratio = f"{seconds['none'] / seconds['no_grad']:.2f}"
            rows.append([found["name"], model, *figures, ratio])
    yield table(rows)


def slowness(devices: dict[str, OfDevice]) -> list[float]:
    """For each model: the time without guard over that under ``no_grad``."""
    return [
        seconds["none"] / seconds["no_grad"]
        for found in devices.values()
        for seconds in found["seconds"].values()
    ]


def without_eval(mistakes: dict[str, Mistake]) -> Iterator[str]:
    """What a missing ``.eval()`` does."""
    yield "## Without `.eval()`"
    yield "![Accuracy without eval](plots/costs-modes.svg)"
    rows = [
        [
            "model",
            "accuracy",
            "in train mode",
            "two passes disagree on",
            "loss",
            "in train mode, sorted by class",
            "in eval mode, after noisy inputs in train mode",
        ],
        ["---", *["---:"] * 6],
    ]
    for name, each in mistakes.items():
        rows.append(
            [
                name,
                percent(each["accuracy"]),
                percent(each["accuracy_in_train_mode"]),
                percent(each["disagreement"]),
                f"{each['loss_ratio']:.2f} times",
                percent(each["accuracy_sorted"]),
                percent(each["accuracy_afterwards"]),
            ]
        )
    yield table(rows)


def table(rows: Iterable[Iterable[str]]) -> str:
    """Rows as Markdown has them."""
    return "\n".join(f"| {' | '.join(cells)} |" for cells in rows)


def megabytes(count: int) -> str:
    """Bytes as megabytes."""
    return f"{count / 1e6:,.1f}" if count < 10e6 else f"{count / 1e6:,.0f}"


def percent(share: float) -> str:
    """A share in percent."""
    return f"{share:.1%}".replace("%", " %")
