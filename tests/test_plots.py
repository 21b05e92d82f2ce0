"""The plots show the figures that the pages tell, in light and in dark."""

from __future__ import annotations

import subprocess
import sys
import xml.etree.ElementTree as ET

import pytest

from docs import plots
from docs.plots import COLOURS, PLACEHOLDERS, Plot
from tests.conftest import REPOSITORY

every_plot = pytest.mark.parametrize("plot", list(plots.plots()), ids=lambda plot: plot.name)


def test_plots_are_up_to_date() -> None:
    """Run ``python docs/plots.py`` where this fails."""
    command = [sys.executable, "docs/plots.py", "--check"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=REPOSITORY)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@every_plot
def test_a_plot_has_a_title_and_colours_for_light_and_dark(plot: Plot) -> None:
    text = plot.path.read_text(encoding="utf-8")
    drawing = ET.fromstring(text)
    assert drawing.findtext("{http://www.w3.org/2000/svg}title") == plot.title
    assert [name for name in PLACEHOLDERS.values() if name in text] == []
    light, dark = text.partition("prefers-color-scheme:dark")[::2]
    for name, (in_light, in_dark) in COLOURS.items():
        assert f"--{name}:{in_light}" in light
        assert f"--{name}:{in_dark}" in dark


@every_plot
def test_other_figures_make_a_plot_stale(plot: Plot) -> None:
    assert not plot.is_stale
    assert plot._replace(figures=[plot.figures]).is_stale


@every_plot
def test_a_plot_is_shown_on_a_page(plot: Plot) -> None:
    pages = (REPOSITORY / "docs").rglob("*.md")
    assert any(f"plots/{plot.name}.svg)" in page.read_text(encoding="utf-8") for page in pages)


@every_plot
def test_a_plot_is_drawn_from_its_figures(plot: Plot) -> None:
    pytest.importorskip("matplotlib", reason="drawing needs matplotlib: the extra `docs`")
    drawing = ET.fromstring(plots.drawn(plot))
    words = [each.text or "" for each in drawing.iter("{http://www.w3.org/2000/svg}text")]
    assert plot.title in words


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize("name", [name for name in COLOURS if name not in ("paper", "faint")])
def test_colours_can_be_read(name: str, scheme: int) -> None:
    """4.5 is the least contrast that WCAG 2 asks of text."""
    assert contrast(COLOURS[name][scheme], COLOURS["paper"][scheme]) >= 4.5


def contrast(one: str, other: str) -> float:
    """The contrast of two colours, as WCAG 2 defines it."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    """The relative luminance of a colour, as WCAG 2 defines it."""
    parts = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    linear = [
        each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in parts
    ]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))
