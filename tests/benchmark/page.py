"""The measured part of ``docs/speed.md``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from statistics import median

from tests.benchmark import figures
from tests.benchmark.figures import Growth, Inside, Instructions, Measured, Start, Whole
from tests.benchmark.tools import BARE, NOGRAD, PLUGINS, TORCHFIX

PAGE = Path(__file__).parents[2] / "docs" / "speed.md"
BEGIN, END = "<!-- speed: begin -->\n", "<!-- speed: end -->\n"

TITLES = {"torch": "Code that imports torch", "plain": "Code that never does"}
NOTHING = "a plugin that does nothing"
_RUNTIME = ("python", "flake8", "pycodestyle", "pyflakes", "libcst")


def update() -> None:
    """Write the measured part anew."""
    PAGE.write_text(current(), encoding="utf-8", newline="\n")


def current() -> str:
    """The page as it follows from what was kept."""
    head, begin, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    _, end, tail = rest.partition(END)
    return f"{head}{begin}{measured_part(figures.read())}\n{end}{tail}"


def measured_part(measured: Measured) -> str:
    """All that is measured, as Markdown."""
    sections = [
        _table(["goal", "bar", "measured"], _goals(measured), words=True),
        "## Added to flake8",
        *(_inside(name, one) for name, one in measured.inside.items()),
        "## Whole runs",
        *(_whole(name, one) for name, one in measured.whole.items()),
        "## To begin",
        *_start(measured.start),
        _instructions(measured.instructions),
        "## Long files",
        *_growth(measured.growth),
        "## Versions",
        _table(["tool", *_RUNTIME, "its own"], _versions(measured), words=True),
    ]
    return "\n\n".join(sections)


def _goals(measured: Measured) -> Iterator[Sequence[str]]:
    torch, plain = measured.inside["torch"], measured.inside["plain"]
    own, other = share(torch, NOGRAD.name), share(torch, TORCHFIX.name)
    yield "PyTorch code: added to flake8", "at most 8%", f"{own:.1%}"
    yield "code without torch: added to flake8", "at most 0.1%", f"{share(plain, NOGRAD.name):.2%}"
    yield (
        "PyTorch code: what TorchFix adds",
        "at least 60 times as much",
        f"{other / own:.0f} times",
    )
    loads = measured.start.loads_libcst
    loading = [kind for kind in ("plain", "without torch", "with torch") if loads[kind]]
    yield "no finding possible: LibCST imported", "never", " and ".join(loading) or "never"
    for kind in ("without torch", "with torch"):
        yield (
            f"small file {kind}: instructions over flake8",
            "at most 20 million",
            _millions(measured.instructions, kind),
        )
    for kind, what in (("scripts", "50,000 lines"), ("helpers", "5,000 functions")):
        for has_findings in (False, True):
            times = growth(measured.growth, kind, has_findings=has_findings)
            yield (
                f"{what}, {_shape(has_findings)}: time a line, to that of 1,000 lines",
                "at most 1.5 times",
                f"{times:.2f} times",
            )


def share(inside: Inside, name: str) -> float:
    """What a plugin adds to flake8."""
    return inside.added[name] / inside.bare[name]


def growth(rows: Iterable[Growth], kind: str, *, has_findings: bool) -> float:
    """The plugin's time for a line of the longest file, to that of the file with 1,000 lines."""
    chosen = [each for each in rows if (each.kind, each.has_findings) == (kind, has_findings)]
    thousand = min(chosen, key=lambda each: abs(each.lines - 1_000))
    longest = max(chosen, key=lambda each: each.lines)
    return longest.added_per_line / thousand.added_per_line


def _inside(name: str, one: Inside) -> str:
    costs = [(tool.name, one.bare[tool.name], one.added[tool.name]) for tool in PLUGINS]
    costs.append((NOTHING, one.bare[NOGRAD.name], one.nothing))
    rows = [
        [title, _microseconds(bare, one.lines), _microseconds(own, one.lines), f"{own / bare:.2%}"]
        for title, bare, own in costs
    ]
    text = f"### {TITLES[name]}: {one.files:,} files, {one.lines:,} lines\n\n"
    if one.lines_reported:
        text += (
            f"flake8-nograd reports something in files with {one.lines_reported:,} of these lines"
            " and has LibCST parse them; the others it has not.\n\n"
        )
    header = ["plugin", "flake8 without it, µs a line", "the plugin, µs a line", "added"]
    return text + _table(header, rows)


def _whole(name: str, one: Whole) -> str:
    bare = one.seconds[BARE.name]
    rows = []
    for title, runs in one.seconds.items():
        ratios = [run / other for run, other in zip(runs, bare, strict=True)]
        rows.append(
            [
                title,
                f"{min(runs):.2f}",
                _microseconds(min(runs), one.lines),
                f"{median(ratios):.2f}",
                f"{min(ratios):.2f} to {max(ratios):.2f}",
                f"{one.megabytes[title]:.0f}",
            ]
        )
    header = ["tool", "CPU s", "µs a line", "to flake8", "of all rounds", "peak MiB"]
    return f"### {TITLES[name]}: a whole run\n\n{_table(header, rows)}"


def _start(start: Start) -> Iterator[str]:
    kinds = list(start.seconds)
    rows = [
        [
            tool,
            f"{start.importing[tool] * 1e3:.0f}" if tool in start.importing else "",
            *(f"{start.seconds[kind][tool]:.2f}" for kind in kinds),
        ]
        for tool in start.seconds[kinds[0]]
    ]
    yield _table(["tool", "import, ms", *(f"{kind}, CPU s" for kind in kinds)], rows)


def _instructions(counted: Instructions | None) -> str:
    if counted is None:
        return "Instructions were not counted: valgrind was not installed."
    rows = [
        [
            kind,
            *(f"{row[tool.name] / 1e6:.1f}" for tool in (BARE, NOGRAD)),
            _millions(counted, kind),
        ]
        for kind, row in counted.items()
    ]
    header = ["small file", "flake8, million instructions", "with flake8-nograd", "added"]
    return _table(header, rows)


def _millions(counted: Instructions | None, kind: str) -> str:
    if counted is None:
        return "not counted"
    return f"{(counted[kind][NOGRAD.name] - counted[kind][BARE.name]) / 1e6:.1f} million"


def _growth(rows: Sequence[Growth]) -> Iterator[str]:
    header = ["lines", "functions", "findings", "flake8, µs a line", "flake8-nograd, µs a line"]
    header += ["added", "peak MiB"]
    for kind, has_findings in dict.fromkeys((each.kind, each.has_findings) for each in rows):
        yield f"### {kind.capitalize()}, {_shape(has_findings)}"
        yield _table(
            header,
            [
                [
                    f"{each.lines:,}",
                    f"{each.functions:,}",
                    f"{each.reported:,}",
                    _microseconds(each.bare, each.lines),
                    _microseconds(each.added, each.lines),
                    f"{each.added / each.bare:.1%}",
                    f"{each.megabytes:.0f}",
                ]
                for each in rows
                if (each.kind, each.has_findings) == (kind, has_findings)
            ],
        )


def _shape(has_findings: bool) -> str:
    return "with findings" if has_findings else "clean"


def _versions(measured: Measured) -> Iterator[Sequence[str]]:
    for tool, found in measured.versions.items():
        own = found.get(tool.partition(" ")[0].lower()) or found["flake8-nograd"]
        yield [tool, *(found.get(name, "") for name in _RUNTIME), own]


def _microseconds(seconds: float, lines: int) -> str:
    each = seconds / lines * 1e6
    return f"{each:.0f}" if each >= 10 else f"{each:.2f}"


def _table(header: Sequence[str], rows: Iterable[Sequence[str]], *, words: bool = False) -> str:
    """A table of numbers, but for the first column; or of words."""
    ends = ["---", *["---" if words else "---:"] * (len(header) - 1)]
    return "\n".join(f"| {' | '.join(row)} |" for row in [header, ends, *rows])
