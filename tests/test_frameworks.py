"""Framework files: what the loader accepts, how it names a mistake, how a path finds its row."""

from __future__ import annotations

import re
import tomllib
from importlib.resources import files
from pathlib import Path

import pytest

from flake8_nograd.frameworks import load
from flake8_nograd.frameworks.registry import FrameworkError, Frameworks, parse
from flake8_nograd.frameworks.schema import Effect, Guard, Returns

PACKAGE = Path(str(files("flake8_nograd")))
DATA = PACKAGE / "frameworks" / "data"
BUNDLED = sorted(DATA.glob("*.toml"), key=lambda file: file.name)

GUARD = '[[guard]]\nname = "a.quiet"\ngrad = "off"\nsource = "a.py"\n'


def frameworks(text: str) -> Frameworks:
    return Frameworks(parse(text, "own.toml"))
