"""Draws the plots of the pages from the figures that the pages tell: docs/plots/*.svg.

python docs/plots.py           draws
python docs/plots.py --check   draws nothing, names what is out of date, and exits 1

A plot is one file for light and dark: its colours are variables, and the reader's browser chooses.
It says from which figures it was drawn, so that one that is out of date is told without drawing.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from matplotlib.axes import Axes

DOCS = Path(__file__).parent
PLOTS = DOCS / "plots"
COSTS = DOCS.parent / "tests" / "costs" / "measured.json"
SPEED = DOCS.parent / "tests" / "benchmark" / "measured.json"

COLOURS = {
    "paper": ("#ffffff", "#1a1c1e"),
    "ink": ("#1f2328", "#e6e8ea"),
    "faint": ("#d5d8dc", "#3a3f45"),
    "first": ("#0969da", "#58a6ff"),
    "second": ("#c2410c", "#fb923c"),
    "third": ("#6d28d9", "#c4a5ff"),
    "fourth": ("#b91c5c", "#ff8fb8"),
    "right": ("#15803d", "#4ade80"),
}
"""Each in light and in dark."""

TIMES = "\N{MULTIPLICATION SIGN}"

PLACEHOLDERS = {name: f"#00{number:02d}ff" for number, name in enumerate(COLOURS, 10)}
"""What matplotlib draws with; each becomes a variable."""


class Plot(NamedTuple):
    """A plot, its figures, and how they are drawn."""

    name: str
    title: str
    figures: object
    size: tuple[float, float]
    draw: Callable[[Axes], None]

    @property
    def path(self) -> Path:
        """Where it lies."""
        return PLOTS / f"{self.name}.svg"

    @property
    def mark(self) -> str:
        """What the file says of its figures."""
        told = json.dumps([self.title, self.size, self.figures], sort_keys=True)
        return f"<!-- figures: {hashlib.sha256(told.encode()).hexdigest()} -->"

    @property
    def is_stale(self) -> bool:
        """Whether the file was drawn from other figures, or not at all."""
        return not self.path.exists() or self.mark not in self.path.read_text(encoding="utf-8")


Rows: TypeAlias = "Mapping[str, Sequence[float | None]]"
"""A label, and a value for each series."""


# ------------------------------------------------------------------ the plots


def plots() -> Iterator[Plot]:
    """All plots."""
    costs = json.loads(COSTS.read_text(encoding="utf-8"))
    for device, found in costs["devices"].items():
        yield memory_by_loop(device, found)
        yield memory_by_batch(device, found)
    yield without_eval(costs["modes"])
    yield accuracy()
    yield speed()


def peak(memory: Mapping[str, Sequence[int]]) -> int:
    """The most bytes that are allocated at a time."""
    return max(memory["allocated"])


def memory_by_loop(device: str, found: Mapping[str, Any]) -> Plot:
    """How many times the memory of the guarded loop each loop takes."""
    loops = list(next(iter(found["memory"].values())))
    rows = {
        model: [peak(by_loop[loop]["none"]) / peak(by_loop[loop]["no_grad"]) for loop in loops]
        for model, by_loop in found["memory"].items()
    }

    def draw(axes: Axes) -> None:
        bars(axes, rows, loops, f"{{:.1f}}{TIMES}")
        axes.set_xscale("log")
        axes.set_xlim(1, 110)
        axes.set_xticks([1, 3, 10, 30, 100], [f"{each}{TIMES}" for each in (1, 3, 10, 30, 100)])
        axes.minorticks_off()

    title = f"Peak memory without a guard, in multiples of the guarded ({found['name']})"
    return Plot(f"costs-memory-{device}", title, rows, (5.6, 4.8), draw)


def memory_by_batch(device: str, found: Mapping[str, Any]) -> Plot:
    """What an evaluation of the ResNet holds, batch by batch."""
    loops = found["memory"]["ResNet"]
    lines = {
        "losses are added up": loops["adds up losses"]["none"]["allocated"],
        "no guard": loops["names output and loss"]["none"]["allocated"],
        "torch.no_grad()": loops["names output and loss"]["no_grad"]["allocated"],
    }
    figures = {name: [each / 1e6 for each in values] for name, values in lines.items()}

    def draw(axes: Axes) -> None:
        for colour, (name, values) in zip(
            ("fourth", "second", "right"), figures.items(), strict=True
        ):
            numbers = range(1, len(values) + 1)
            axes.plot(numbers, values, color=PLACEHOLDERS[colour], linewidth=2, marker="o")
            axes.annotate(
                f"{name}: {values[-1]:,.0f} MB",
                (len(values), values[-1]),
                xytext=(0, 8),
                textcoords="offset points",
                ha="right",
                color=PLACEHOLDERS[colour],
                weight="bold",
            )
        axes.set_xlabel("batch")
        axes.set_ylabel("MB")
        axes.set_ylim(0, 1.15 * max(map(max, figures.values())))
        axes.grid(axis="y")

    title = f"What the evaluation of a ResNet holds, batch by batch ({found['name']})"
    return Plot(f"costs-batches-{device}", title, figures, (5.6, 3.6), draw)


def without_eval(mistakes: Mapping[str, Mapping[str, float]]) -> Plot:
    """The accuracy in eval mode, and what it is without."""
    series = {
        "in eval mode": "accuracy",
        "in train mode": "accuracy_in_train_mode",
        "in train mode, sorted by class": "accuracy_sorted",
    }
    rows = {name: [100 * each[key] for key in series.values()] for name, each in mistakes.items()}

    def draw(axes: Axes) -> None:
        dots(axes, rows, list(series), ("right", "second", "fourth"))
        axes.set_xlabel("accuracy, %")

    title = "Accuracy of the same model with and without .eval()"
    return Plot("costs-modes", title, rows, (5.6, 4.1), draw)


def accuracy() -> Plot:
    """Precision and recall of both linters, from the page's table."""
    header, *lines = table(DOCS / "accuracy.md", "accuracy")
    linters = [name.partition(":")[0] for name in header if name.endswith(": rules")]
    rows = {
        line[0]: [number(cell) for cell in (line[4], line[5], line[8], line[9])] for line in lines
    }
    series = [f"{name}: {what}" for name in linters for what in ("precision", "recall")]

    def draw(axes: Axes) -> None:
        bars(axes, rows, series, "{:.2f}", ("first", "right", "second", "fourth"))
        axes.set_xlim(0, 1.12)
        axes.set_xticks([0, 0.25, 0.5, 0.75, 1])

    return Plot("accuracy", "Precision and recall, class by class", rows, (5.6, 6.4), draw)


def speed() -> Plot:
    """What plugins add to flake8's own time."""
    inside = json.loads(SPEED.read_text(encoding="utf-8"))["inside"]
    rows = {
        plugin: [
            100 * inside[code]["added"][plugin] / inside[code]["bare"][plugin] for code in CODE
        ]
        for plugin in inside["torch"]["added"]
    }

    def draw(axes: Axes) -> None:
        bars(axes, rows, list(CODE.values()), "{:.3g} %")
        axes.set_xscale("log")
        axes.set_xlim(0.01, 10_000)
        ticks = [0.01, 0.1, 1, 10, 100, 1000]
        axes.set_xticks(ticks, [f"{tick:g} %" for tick in ticks])
        axes.minorticks_off()

    return Plot("speed", "Processor time that plugins add to flake8's own", rows, (5.6, 3.4), draw)


CODE = {"torch": "code that imports torch", "plain": "code that never does"}


def table(page: Path, marker: str) -> list[list[str]]:
    """The cells of the first table between the markers of a page, without the line of dashes."""
    part = page.read_text(encoding="utf-8").partition(f"<!-- {marker}: begin -->")[2]
    found = re.search(r"(?:^\|.*\|\n)+", part, flags=re.MULTILINE)
    if found is None:
        raise ValueError(f"{page.name}: no table after the marker {marker}")
    rows = [line.strip("|").split("|") for line in found[0].splitlines()]
    return [[cell.strip() for cell in cells] for cells in rows if not set(cells[0]) <= set(" -:")]


def number(cell: str) -> float | None:
    """The number in a cell, or None where there is none."""
    return float(cell) if re.fullmatch(r"\d+(\.\d+)?", cell) else None


# ------------------------------------------------------------------ how plots are drawn


def bars(
    axes: Axes,
    rows: Rows,
    series: Sequence[str],
    label: str,
    colours: Sequence[str] = ("first", "third", "second", "fourth"),
) -> None:
    """Bars from the left, a group for each row, and a value at the end of each."""
    height = 0.8 / len(series)
    for place, name in enumerate(series):
        values = [row[place] for row in rows.values()]
        positions = [top + (place - (len(series) - 1) / 2) * height for top in range(len(rows))]
        drawn = axes.barh(
            positions,
            [value or 0 for value in values],
            height * 0.88,
            color=PLACEHOLDERS[colours[place]],
            label=name,
        )
        texts = ["none" if value is None else label.format(value) for value in values]
        axes.bar_label(drawn, texts, padding=3, color=PLACEHOLDERS["ink"], fontsize=9)
    name_rows(axes, list(rows))
    axes.grid(axis="x")
    legend(axes)


def dots(axes: Axes, rows: Rows, series: Sequence[str], colours: Sequence[str]) -> None:
    """A dot for each value, and a line from the least to the greatest of a row."""
    for position, row in enumerate(rows.values()):
        known = [value for value in row if value is not None]
        axes.hlines(position, min(known), max(known), color=PLACEHOLDERS["faint"], linewidth=3)
    for place, name in enumerate(series):
        values = [math.nan if (value := row[place]) is None else value for row in rows.values()]
        colour = PLACEHOLDERS[colours[place]]
        size = 120 / (place + 1)  # where two dots meet, the lower one shows around the upper
        axes.scatter(values, range(len(rows)), s=size, color=colour, label=name, zorder=3)
    name_rows(axes, list(rows))
    axes.grid(axis="x")
    legend(axes)


def name_rows(axes: Axes, names: list[str]) -> None:
    """The rows from top to bottom, with their names in front."""
    axes.set_yticks(range(len(names)), names)
    axes.set_ylim(len(names) - 0.5, -0.5)


def legend(axes: Axes) -> None:
    """What the colours mean, below the plot."""
    figure = axes.get_figure()
    assert figure is not None
    figure.legend(
        loc="outside lower left",
        ncols=2,
        frameon=False,
        fontsize=9,
        handlelength=1,
        columnspacing=1.2,
    )


def drawn(plot: Plot) -> str:
    """The plot as SVG with variable colours. Needs matplotlib."""
    import matplotlib as mpl
    from matplotlib.figure import Figure

    settings = {
        "svg.fonttype": "none",  # text stays text: small, sharp, and can be searched
        "svg.hashsalt": plot.name,  # the same file each time
        "font.size": 10,
        "axes.titlesize": 11,
        "figure.facecolor": PLACEHOLDERS["paper"],
        "axes.facecolor": PLACEHOLDERS["paper"],
        "axes.edgecolor": PLACEHOLDERS["faint"],
        "axes.axisbelow": True,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "grid.color": PLACEHOLDERS["faint"],
        "text.color": PLACEHOLDERS["ink"],
        "axes.labelcolor": PLACEHOLDERS["ink"],
        "xtick.color": PLACEHOLDERS["ink"],
        "ytick.color": PLACEHOLDERS["ink"],
        "ytick.major.size": 0,
    }
    with mpl.rc_context(settings):
        figure = Figure(figsize=plot.size, layout="constrained")
        figure.suptitle(plot.title, x=0.01, ha="left", weight="bold", fontsize=10)
        plot.draw(figure.subplots())
        written = StringIO()
        figure.savefig(
            written, format="svg", metadata={"Date": None, "Creator": None, "Title": plot.title}
        )
    return with_variables(written.getvalue(), plot)


def with_variables(svg: str, plot: Plot) -> str:
    """The drawing with a variable for each colour, and its mark."""
    for name, placeholder in PLACEHOLDERS.items():
        svg = svg.replace(placeholder, f"var(--{name})")
    light, dark = (
        ";".join(f"--{name}:{both[index]}" for name, both in COLOURS.items()) for index in (0, 1)
    )
    style = (
        f"<style>:root{{{light}}}"
        f"@media(prefers-color-scheme:dark){{:root{{{dark}}}}}"
        f"text{{font-family:system-ui,sans-serif!important}}</style>"
    )
    marked = re.sub(r"<svg\b[^>]*>", rf"\g<0>\n{plot.mark}\n{style}", svg, count=1)
    return "\n".join(line.rstrip() for line in marked.splitlines()) + "\n"


def main(arguments: list[str]) -> int:
    """Draw, or check; returns the exit code."""
    wanted = list(plots())
    stale = [plot for plot in wanted if plot.is_stale]
    abandoned = set(PLOTS.glob("*.svg")) - {plot.path for plot in wanted}
    if "--check" in arguments:
        for path in sorted([*(plot.path for plot in stale), *abandoned]):
            print(path.relative_to(DOCS.parent))
        return int(bool(stale or abandoned))
    PLOTS.mkdir(exist_ok=True)
    for plot in wanted:
        plot.path.write_text(drawn(plot), encoding="utf-8", newline="\n")
    for path in abandoned:
        path.unlink()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
