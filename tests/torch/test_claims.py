"""The pages are held against PyTorch: what they claim is in ``claims/``, a file for each rule."""

from __future__ import annotations

from pathlib import Path

from flake8_nograd.rules import all_rules

CLAIMS = Path(__file__).parent / "claims"


def test_every_rule_has_a_file_of_claims() -> None:
    files = {path.stem.removeprefix("test_").upper() for path in CLAIMS.glob("test_*.py")}
    assert files == {rule.code for rule in all_rules()}
