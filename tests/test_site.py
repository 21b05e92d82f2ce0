"""The site is built offline, without a warning, and its links lead somewhere."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

import pytest

from flake8_nograd.rules import all_rules
from tests.conftest import REPOSITORY

for needed in ("sphinx", "furo", "myst_parser"):
    pytest.importorskip(needed, reason="the site is built with the extra `docs`")

BUILD = "sphinx-build -W --keep-going docs site"
"""The command as the pages and CI have it."""

OFFLINE = """
import socket, sys
from sphinx.cmd.build import main

def refuse(*_):
    raise OSError("the site must be built without a network")

socket.socket.connect = socket.socket.connect_ex = socket.getaddrinfo = refuse
sys.exit(main(sys.argv[1:]))
"""

LOADED = {("script", "src"), ("img", "src"), ("source", "srcset"), ("iframe", "src")}
"""What a browser fetches without being asked; so it does the targets of most <link> elements."""


class Link(NamedTuple):
    """An address in a page, and whether a browser fetches it by itself."""

    address: str
    is_loaded: bool


class Page(HTMLParser):
    """The links and the anchors of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[Link] = []
        self.anchors: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        for name, value in attributes:
            if value is None:
                continue
            if name == "id" or (tag, name) == ("a", "name"):
                self.anchors.add(value)
            if name in ("href", "src", "srcset"):
                self.links.append(Link(value, tag == "link" or (tag, name) in LOADED))


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, built as the command says."""
    out = tmp_path_factory.mktemp("site")
    options = BUILD.split()[1:-1]
    done = subprocess.run(
        [sys.executable, "-c", OFFLINE, *options, str(out)],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return out


@pytest.fixture(scope="module")
def pages(site: Path) -> dict[Path, Page]:
    """All pages of the site."""
    return {path: Page(path.read_text(encoding="utf-8")) for path in sorted(site.rglob("*.html"))}


def internal(pages: dict[Path, Page]) -> Iterator[tuple[Path, str, Path, str]]:
    """Every link within the site: its page, the link, the file it leads to, and the anchor."""
    for path, page in pages.items():
        for link in page.links:
            parts = urlsplit(link.address)
            if not parts.scheme and not parts.netloc:
                goal = (path.parent / unquote(parts.path)).resolve() if parts.path else path
                yield path, link.address, goal, unquote(parts.fragment)


def test_every_rule_has_its_page(site: Path) -> None:
    for rule in all_rules():
        text = site.joinpath("rules", f"{rule.code}.html").read_text(encoding="utf-8")
        assert rule.name in text


def test_every_link_within_the_site_leads_somewhere(pages: dict[Path, Page]) -> None:
    links = list(internal(pages))
    assert len(links) > 1000
    lost = [(page.name, link) for page, link, goal, _ in links if not goal.exists()]
    assert lost == []


def test_every_anchor_is_there(pages: dict[Path, Page]) -> None:
    lost = [
        (page.name, link)
        for page, link, goal, anchor in internal(pages)
        if anchor and goal in pages and anchor not in pages[goal].anchors
    ]
    assert lost == []


def test_every_page_is_reached_from_the_first(site: Path, pages: dict[Path, Page]) -> None:
    reached = {site / "index.html", *site.glob("genindex*.html"), site / "search.html"}
    onward: dict[Path, set[Path]] = {path: set() for path in pages}
    for page, _, goal, _ in internal(pages):
        onward[page].add(goal)
    waiting = [site / "index.html"]
    while waiting:
        new = onward.get(waiting.pop(), set()) & set(pages) - reached
        reached |= new
        waiting += new
    assert set(pages) - reached == set()


def test_reading_the_site_needs_no_network(site: Path, pages: dict[Path, Page]) -> None:
    for path, page in pages.items():
        foreign = [each.address for each in page.links if each.is_loaded and "//" in each.address]
        assert foreign == [], path.name
    styles = list(site.rglob("*.css"))
    assert styles
    for style in styles:
        text = style.read_text(encoding="utf-8")
        assert re.findall(r"(?:@import|url\()\s*[\"']?(?:https?:)?//[^)\s]*", text) == []


def test_no_link_leads_out_of_the_site_by_a_path(pages: dict[Path, Page], site: Path) -> None:
    """A path to a file of the repository works on a code host, and nowhere else."""
    for page, link, goal, _ in internal(pages):
        assert goal.is_relative_to(site), (page.name, link)


def test_ci_and_the_documentation_name_the_same_command() -> None:
    ci = (REPOSITORY / ".ci" / "run").read_text(encoding="utf-8")
    assert re.search(r'"\$bin/sphinx-build" -W --keep-going .*docs ', ci)
    assert BUILD in (REPOSITORY / "docs" / "conf.py").read_text(encoding="utf-8")
