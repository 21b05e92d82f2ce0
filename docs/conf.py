"""The site. It is built of the pages in this folder, without a network:

sphinx-build -W --keep-going docs site
"""

from __future__ import annotations

import importlib.metadata
import re
from pathlib import Path

from sphinx.application import Sphinx

project = "flake8-nograd"
project_copyright = "flake8-nograd contributors"
release = importlib.metadata.version("flake8-nograd")

extensions = ["myst_parser"]
myst_heading_anchors = 3  # links to headings as on GitHub
# Nor does a line that begins with a percent sign vanish there.
myst_disable_syntax = ["myst_block_break", "myst_line_comment", "myst_target"]

html_theme = "furo"
html_title = f"{project} {release}"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_theme_options = {
    "light_css_variables": {
        "removed": "#9a1a12",
        "removed-background": "#ffebe9",
        "added": "#0f5323",
        "added-background": "#dafbe1",
    },
    "dark_css_variables": {
        "removed": "#ffc1ba",
        "removed-background": "#4b1d1a",
        "added": "#aff5b4",
        "added-background": "#12391d",
    },
}
html_copy_source = False
html_show_sphinx = False
pygments_style = "a11y-high-contrast-light"  # both come with the theme
pygments_dark_style = "a11y-high-contrast-dark"

PAGES = {
    "README.md": "index.md",
    "README.md#configuration": "configuration.md",
    "README.md#suppressing": "configuration.md#suppressing",
    "README.md#beside-ruff": "configuration.md#beside-ruff",
    "CHANGELOG.md": "changelog.md",
}
"""The pages of the site that include files above this folder, or their sections."""


OTHERS = "<all other pages>"
"""Stands in the navigation where pages are that it does not list."""


def lead_to_pages(text: str, above: str) -> str:
    """Links to files above this folder lead to pages, or give way to their words.

    ``above`` is how such links begin.
    """

    def link(found: re.Match[str]) -> str:
        words, path, anchor = found.groups()
        if path.startswith("docs/"):
            return f"[{words}]({path.removeprefix('docs/')}{anchor})"
        page = PAGES.get(path + anchor) or (PAGES[path] + anchor if path in PAGES else None)
        return f"[{words}]({page})" if page else words

    return re.sub(rf"\[([^]]+)\]\({re.escape(above)}(?!https?:)([^)#\s]+)(#?[^)\s]*)\)", link, text)


def of_a_page(_: Sphinx, page: str, source: list[str]) -> None:
    """The links of a page right in this folder."""
    if "/" not in page:
        source[0] = lead_to_pages(source[0], above="../")


def of_an_included_file(_: Sphinx, __: Path, ___: str, source: list[str]) -> None:
    """The links of a file above this folder."""
    source[0] = lead_to_pages(source[0], above="")


def all_other_pages(app: Sphinx, page: str, source: list[str]) -> None:
    """Pages of this folder that the first page does not list come into its navigation."""
    if page == "index":
        listed = {page, *source[0].split()}
        others = sorted(each for each in app.env.found_docs - listed if "/" not in each)
        source[0] = source[0].replace(OTHERS, "\n".join(others))
        app.env.note_reread()  # there may be a new page the next time


def setup(app: Sphinx) -> None:
    """Called by Sphinx."""
    app.connect("source-read", all_other_pages)
    app.connect("source-read", of_a_page)
    app.connect("include-read", of_an_included_file)
