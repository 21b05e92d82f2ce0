"""The reviewed snapshot of published packages; what brings it up to date runs by hand."""

from __future__ import annotations

import hashlib
import io
import tarfile
from dataclasses import replace
from pathlib import Path

import pytest

from tests.realcode import packages, snapshot
from tests.realcode.__main__ import BEGIN, PAGE
from tests.realcode.packages import Package
from tests.realcode.snapshot import Finding

ONE = Finding("net-1.0", "net/a.py", 3, "NGD101", "a loop", "true", "no guard")
TWO = Finding("net-1.0", "net/b.py", 7, "NGD301", "a forward", "false", "its caller switches")


def test_packages_are_pinned_by_hash() -> None:
    locked = packages.locked()
    assert len({each.name for each in locked}) == len(locked) >= 12
    for each in locked:
        assert each.url.startswith("https://")
        assert each.url.endswith(f"-{each.version}.tar.gz")
        assert len(bytes.fromhex(each.sha256)) == 32


def test_verdicts_have_reasons() -> None:
    found = snapshot.read()
    assert [each.place for each in found] == sorted(each.place for each in found)
    assert len({each.place for each in found}) == len(found)
    assert {each.package for each in found} <= {each.folder for each in packages.locked()}
    assert {each.verdict for each in found} <= {*snapshot.VERDICTS, snapshot.UNREVIEWED}
    assert all(bool(each.reason) == (each.verdict in snapshot.VERDICTS) for each in found)


@pytest.mark.parametrize("sample", ["first", "second"])
def test_the_page_says_what_the_snapshot_holds(sample: str) -> None:
    """At most one finding in 3,000 lines; of the first sample at least 95 % are true."""
    chosen = {each.folder for each in packages.locked() if each.sample == sample}
    found = [each for each in snapshot.read() if each.package in chosen]
    page = PAGE.read_text(encoding="utf-8").splitlines()
    [total] = [line for line in page if line.startswith(f"| all of the {sample} sample |")]
    lines, findings, true = (int(cell.replace(",", "")) for cell in total.split("|")[2:5])
    assert (findings, true) == (len(found), sum(each.verdict == "true" for each in found))
    assert lines >= 500_000
    assert lines / findings >= 3_000
    if sample == "first":
        assert true / findings >= 0.95


def test_verdicts_stay_with_their_findings() -> None:
    found = [
        replace(ONE, verdict=snapshot.UNREVIEWED, reason="", message="another text"),
        replace(TWO, line=9, verdict=snapshot.UNREVIEWED, reason=""),
    ]
    kept, new = snapshot.reviewed(found, [ONE, TWO])
    assert (kept.verdict, kept.reason, kept.message) == ("true", "no guard", "another text")
    assert new.verdict == snapshot.UNREVIEWED


def test_a_change_of_behaviour_shows() -> None:
    moved = replace(TWO, line=9)
    assert snapshot.changes([ONE, TWO], [ONE, TWO]) == []
    assert snapshot.changes([ONE, TWO], [replace(ONE, message="other"), moved]) == [
        "- net-1.0 net/a.py:3: NGD101 a loop",
        "+ net-1.0 net/a.py:3: NGD101 other",
        "- net-1.0 net/b.py:7: NGD301 a forward",
        "+ net-1.0 net/b.py:9: NGD301 a forward",
    ]


def test_a_snapshot_is_read_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "snapshot.jsonl"
    snapshot.write([TWO, ONE], path)
    assert snapshot.read(path) == [ONE, TWO]


def test_a_package_is_unpacked_and_linted(tmp_path: Path) -> None:
    package = packed(tmp_path)
    folder = packages.unpack(package, tmp_path)
    assert packages.unpack(package, tmp_path) == folder == tmp_path / "net-1.0"
    assert packages.lines_importing_torch(folder) == SOURCE.count("\n")
    [found] = snapshot.lint(package.folder, folder)
    assert (found.path, found.line, found.code) == ("net-1.0/net.py", 6, "NGD101")


def test_another_file_than_the_pinned_one_is_refused(tmp_path: Path) -> None:
    package = replace(packed(tmp_path), sha256="00" * 32)
    with pytest.raises(ValueError, match="sha256"):
        packages.unpack(package, tmp_path)
    assert not (tmp_path / "net-1.0").exists()


def test_the_page_has_a_place_for_the_table() -> None:
    assert PAGE.read_text(encoding="utf-8").count(BEGIN) == 1


SOURCE = """\
import torch


def evaluate(model, loader):
    model.eval()
    for x in loader:
        print(model(x).argmax())
"""


def packed(folder: Path) -> Package:
    """A source distribution with one file, and its row in a lock file."""
    archive = folder / "net-1.0-sdist.tar.gz"
    with tarfile.open(archive, "w:gz") as members:
        for name, text in [("net-1.0/net.py", SOURCE), ("net-1.0/other.py", "import math\n")]:
            member = tarfile.TarInfo(name)
            member.size = len(text)
            members.addfile(member, io.BytesIO(text.encode()))
    sha256 = hashlib.sha256(archive.read_bytes()).hexdigest()
    return Package("net", "1.0", archive.as_uri(), sha256)
