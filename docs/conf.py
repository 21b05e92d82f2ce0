"""The site: ``sphinx-build -W docs site`` makes it of the pages in this folder, without a network."""

from __future__ import annotations

import re
from importlib.metadata import version as version_of

from sphinx.application import Sphinx

project = "flake8-nograd"
author = "flake8-nograd contributors"
project_copyright = author
release = version_of("flake8-nograd")

extensions = ["myst_parser"]
myst_heading_anchors = 3  # links to headings as on GitHub

html_theme = "furo"
html_title = project
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_copy_source = False
html_show_sphinx = False
pygments_style = "a11y-high-contrast-light"
pygments_dark_style = "a11y-high-contrast-dark"

SITE_PAGES = {"../README.md": "index.md", "../CHANGELOG.md": "changelog.md"}
"""Files outside of this folder that pages link to, and the pages that include them."""


def stay_on_the_site(app: Sphinx, page: str, source: list[str]) -> None:
    """Links to included files lead to the pages that include them."""
    for file, goal in SITE_PAGES.items():
        link = re.compile(rf"\]\({re.escape(file)}(?=[)#])")
        source[0] = link.sub(f"]({goal}", source[0])


def setup(app: Sphinx) -> None:
    """Called by Sphinx."""
    app.connect("source-read", stay_on_the_site)
