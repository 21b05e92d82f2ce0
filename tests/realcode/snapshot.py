"""The reviewed findings: what is reported where, and whether it is true."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from pathlib import Path

SNAPSHOT = Path(__file__).with_name("snapshot.jsonl")
UNREVIEWED = "unreviewed"
VERDICTS = ("true", "false")

_REPORT = re.compile(r"(.+?):(\d+):\d+: (NGD\d{3}) (.+)")


@dataclass(frozen=True, order=True)
class Finding:
    """One finding, and the reviewer's word on it. ``package`` is its name and version."""

    package: str
    path: str
    line: int
    code: str
    message: str
    verdict: str = UNREVIEWED
    reason: str = ""

    @property
    def place(self) -> tuple[str, str, int, str]:
        """What tells findings apart."""
        return self.package, self.path, self.line, self.code


def read(path: Path = SNAPSHOT) -> list[Finding]:
    """The findings of a snapshot file."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return [Finding(**json.loads(line)) for line in lines]


def write(findings: Iterable[Finding], path: Path = SNAPSHOT) -> None:
    """Write a snapshot file, sorted."""
    lines = [json.dumps(asdict(each), ensure_ascii=False) + "\n" for each in sorted(findings)]
    path.write_text("".join(lines), encoding="utf-8", newline="\n")


def lint(package: str, folder: Path) -> list[Finding]:
    """What flake8 reports for the files of a package."""
    command = [sys.executable, "-m", "flake8", "--isolated", "--disable-noqa", "--select=NGD", "."]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder)
    if done.returncode not in (0, 1) or done.stderr:
        raise RuntimeError(f"{package}: {done.stderr or done.stdout}")
    found = []
    for report in done.stdout.splitlines():
        match = _REPORT.fullmatch(report)
        if match is None:
            raise RuntimeError(f"{package}: {report}")
        path, line, code, message = match.groups()
        found.append(Finding(package, path.removeprefix("./"), int(line), code, message))
    return found


def reviewed(found: Iterable[Finding], before: Iterable[Finding]) -> list[Finding]:
    """What is found now, with the verdicts that were given before."""
    known = {each.place: each for each in before}
    return sorted(
        replace(each, verdict=known[each.place].verdict, reason=known[each.place].reason)
        if each.place in known
        else each
        for each in found
    )


def changes(before: Iterable[Finding], after: Iterable[Finding]) -> list[str]:
    """A line for each finding that came, went, or says something else."""
    old = {each.place: each for each in before}
    new = {each.place: each for each in after}
    lines = []
    for place in sorted(old.keys() | new.keys()):
        if place not in new:
            lines.append(f"- {_told(old[place])}")
        elif place not in old:
            lines.append(f"+ {_told(new[place])}")
        elif old[place].message != new[place].message:
            lines += [f"- {_told(old[place])}", f"+ {_told(new[place])}"]
    return lines


def share_true(findings: Iterable[Finding]) -> float:
    """The share of the findings that the reviewer calls true."""
    verdicts = [each.verdict for each in findings]
    return verdicts.count("true") / len(verdicts)


def _told(each: Finding) -> str:
    return f"{each.package} {each.path}:{each.line}: {each.code} {each.message}"
