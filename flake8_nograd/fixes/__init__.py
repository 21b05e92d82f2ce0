"""Turns the remedies of findings into an edited file, and proves the result."""

from flake8_nograd.fixes.names import GuardName as GuardName
from flake8_nograd.fixes.proof import PASSES as PASSES
from flake8_nograd.fixes.proof import Fixed as Fixed
from flake8_nograd.fixes.proof import does_not_compile as does_not_compile
from flake8_nograd.fixes.proof import fix_bytes as fix_bytes
from flake8_nograd.fixes.proof import preview as preview
