"""``nograd-fix --check`` names what flake8 names, whatever is selected, ignored or silenced."""

from __future__ import annotations

from pathlib import Path

import pytest
from flake8.main.cli import main as flake8_main

from flake8_nograd.cli.main import main as nograd_fix_main

LOOP = """\
import torch


def evaluate(model, loader):
    model.eval()
    for x in loader:{comment}
        print(model(x).argmax(1))


def predict(model: torch.nn.Module, x):
    model.eval
    with torch.no_grad():
        with torch.no_grad():
            return model(x)
"""

COMMENTS = [
    "  # noqa",
    "  # NOQA",
    "  # noqa: NGD101",
    "  # noqa:NGD101",
    "  # noqa : NGD101",
    "  #noqa: NGD101",
    "  # noqa: ngd101",
    "  # noqa: NGD1",
    "  # noqa: NGD",
    "  # noqa: NGD301",
    "  # noqa: E501,NGD101",
    "  # noqa: E501 NGD101",
    "  # noqa: NGD101 because it is small",
    "  # small  # noqa: NGD101",
    "  # noqa: E501  # noqa: NGD101",
    "  # type: ignore # noqa:NGD101, NGD301",
]

OVER_SEVERAL_LINES = '''\
import torch


def predict(model: torch.nn.Module, x):
    with torch.no_grad():
        model("""
        """).backward()  # noqa: NGD2
    model.eval; \\
        print(x)  # noqa: NGD405
    model.eval; print(
        x,
    )  # noqa: NGD405
    model.eval; print("""
        # noqa
    """)
'''

FILES = {
    "plain.py": LOOP.format(comment=""),
    "pkg/deep/plain.py": LOOP.format(comment=""),
    "tests/test_plain.py": LOOP.format(comment=""),
    "build/plain.py": LOOP.format(comment=""),
    "stub.pyi": LOOP.format(comment=""),
    "script": LOOP.format(comment=""),
    "joined.py": OVER_SEVERAL_LINES,
    "off.py": "# flake8: noqa\n" + LOOP.format(comment=""),
    "off_by_code.py": LOOP.format(comment="") + "# flake8: noqa: E501\n",
    "not_off.py": "import os  # flake8: noqa\n" + LOOP.format(comment=""),
    "without.py": "print('nothing to see')\n",
    "empty.py": "",
    "é.py": LOOP.format(comment="  # été"),
}
FILES |= {
    f"noqa_{number:02}.py": LOOP.format(comment=comment) for number, comment in enumerate(COMMENTS)
}
BYTES = {
    "crlf.py": LOOP.format(comment="").replace("\n", "\r\n").encode(),
    "old_mac.py": LOOP.format(comment="").replace("\n", "\r").encode(),
    "mark.py": b"\xef\xbb\xbf" + LOOP.format(comment="  # noqa: NGD101").encode(),
    "latin.py": b"# coding: latin-1\n" + LOOP.format(comment="  # \xe9t\xe9").encode("latin-1"),
    "no_text.py": LOOP.format(comment="  # \xe9t\xe9").encode("latin-1"),
    "open_end.py": LOOP.format(comment="").rstrip("\n").encode(),
    "page.py": LOOP.format(comment="").replace("\n\n\ndef", "\n\x0c\ndef").encode(),
}


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with a file for each way to say something to flake8, as the current folder."""
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    for name, data in BYTES.items():
        (tmp_path / name).write_bytes(data)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def disagreement(arguments: list[str], capfd: pytest.CaptureFixture[str]) -> tuple[list[str], ...]:
    """What flake8 says of our rules, and what ``nograd-fix`` says."""
    capfd.readouterr()
    flake8_main(["--jobs=1", *arguments])
    said = [line for line in capfd.readouterr().out.splitlines() if ": NGD" in line]
    nograd_fix_main(["--check", "--jobs=1", "--output-format=concise", *arguments])
    return said, capfd.readouterr().out.splitlines()


@pytest.mark.parametrize(
    ("arguments", "codes"),
    [
        ("", "NGD101 NGD405"),
        ("--select=NGD", "NGD101 NGD405"),
        ("--select=N", "NGD101 NGD405"),
        ("--select=E,F,W", ""),
        ("--select=E,NGD4", "NGD405"),
        ("--select=NGD1 --extend-ignore=NGD101", ""),
        ("--select=NGD --ignore=NGD1", "NGD405"),
        ("--select=NGD101 --ignore=NGD", "NGD101"),
        ("--select=NGD --ignore=NGD101", "NGD405"),
        ("--ignore=NGD1", "NGD405"),
        ("--ignore=E501", "NGD101 NGD405"),
        ("--extend-ignore=NGD405,E", "NGD101"),
        ("--ignore=N", ""),
        ("--extend-select=NGD9", "NGD101 NGD405 NGD902"),
        ("--extend-select=NGD902 --ignore=E501", "NGD101 NGD405 NGD902"),
        ("--select=NGD9", "NGD902"),
        ("--nograd-enable=NGD902", "NGD101 NGD405 NGD902"),
        ("--nograd-enable=NGD902 --extend-ignore=NGD9", "NGD101 NGD405"),
        ("--nograd-enable=NGD9 --select=NGD1", "NGD101"),
        ("--disable-noqa", "NGD101 NGD201 NGD405"),
        ("--per-file-ignores=tests/*:NGD1", "NGD101 NGD405"),
        ("--per-file-ignores=tests/*:NGD,plain.py:NGD4", "NGD101 NGD405"),
        ("--per-file-ignores=*.py:NGD101", "NGD405"),
        ("--select=NGD --per-file-ignores=pkg/*:NGD4", "NGD101 NGD405"),
        ("--exclude=build,tests", "NGD101 NGD405"),
        ("--extend-exclude=noqa_*", "NGD101 NGD405"),
        ("--exclude=pkg/deep", "NGD101 NGD405"),
        ("--exclude=./build/*.py", "NGD101 NGD405"),
        ("--filename=*.pyi", "NGD101 NGD405"),
        ("--filename=*.py,*.pyi", "NGD101 NGD405"),
        ("plain.py script stub.pyi", "NGD101 NGD405"),
        ("--exclude=plain.py plain.py pkg", ""),
        ("pkg tests/test_plain.py", "NGD101 NGD405"),
        ("./pkg ./tests/", "NGD101 NGD405"),
        ("--isolated noqa_02.py plain.py", "NGD101 NGD405"),
    ],
)
def test_options(
    project: Path, capfd: pytest.CaptureFixture[str], arguments: str, codes: str
) -> None:
    words = arguments.split()
    if not any((project / word).exists() for word in words):
        words.append(".")
    flake8, ours = disagreement(words, capfd)
    assert ours == flake8
    assert " ".join(sorted({line.split()[1] for line in ours})) == codes


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("setup.cfg", "[flake8]\nselect = NGD1\n"),
        ("tox.ini", "[flake8]\nignore = NGD1\nnograd-enable = NGD902\n"),
        (".flake8", "[flake8]\nextend-ignore =\n    NGD101,\n    E501\nexclude = build,tests\n"),
        (".flake8", "[flake8]\nper-file-ignores =\n    tests/*: NGD101\n    plain.py: NGD4, E\n"),
        (".flake8", "[flake8]\ndisable-noqa = true\nmax-line-length = 100\ncolor = always\n"),
        (".flake8", "[flake8]\nextend_select = NGD9\nfilename = *.py,*.pyi\n"),
        (".flake8", "[flake8]\nrequire-plugins = pycodestyle\n"),
        ("tox.ini", "[tox]\nenvlist = py\n"),
    ],
)
@pytest.mark.parametrize("more", ["", "--extend-ignore=NGD405", "--select=NGD"])
def test_config_files(
    project: Path, capfd: pytest.CaptureFixture[str], file: str, text: str, more: str
) -> None:
    (project / file).write_text(text, encoding="utf-8")
    flake8, ours = disagreement([*more.split(), "."], capfd)
    assert ours == flake8
    assert ours


def test_a_config_file_by_name(project: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (project / ".flake8").write_text("[flake8]\nselect = E\n", encoding="utf-8")
    (project / "one.cfg").write_text("[flake8]\nselect = NGD\n", encoding="utf-8")
    (project / "two.cfg").write_text("[flake8]\nignore = NGD4\n", encoding="utf-8")
    codes = []
    for words in (
        ["."],
        ["--config=one.cfg", "."],
        ["--append-config=one.cfg", "."],
        ["--config=one.cfg", "--append-config=two.cfg", "."],
        ["--isolated", "."],
    ):
        flake8, ours = disagreement(words, capfd)
        assert ours == flake8
        codes.append({line.split()[1] for line in ours})
    both = {"NGD101", "NGD405"}
    assert codes == [set(), both, both, {"NGD101"}, both]


def test_the_config_file_of_a_parent_folder(
    project: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (project / "setup.cfg").write_text("[flake8]\nselect = NGD4\n", encoding="utf-8")
    monkeypatch.chdir(project / "pkg")
    flake8, ours = disagreement(["."], capfd)
    assert ours == flake8
    assert [line.split()[1] for line in ours] == ["NGD405"]


def test_what_is_silenced_or_ignored_is_not_mended(project: Path) -> None:
    ignored = ["--per-file-ignores=tests/*:NGD4,pkg/*:NGD1", "--exclude=build"]
    before = {path: path.read_bytes() for path in project.rglob("*.py")}
    nograd_fix_main([*ignored, "."])
    changed = {
        path.relative_to(project).as_posix() for path in before if path.read_bytes() != before[path]
    }
    assert "plain.py" in changed
    assert "pkg/deep/plain.py" in changed
    assert not changed & {"off.py", "off_by_code.py", "build/plain.py"}
    mended = (project / "plain.py").read_text(encoding="utf-8")
    assert mended.count("model.eval()") == 2
    kept = (project / "tests/test_plain.py").read_text(encoding="utf-8")
    assert kept.count("model.eval()") == 1
