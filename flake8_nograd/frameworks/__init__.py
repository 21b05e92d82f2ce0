"""What libraries do, as data files with one schema, checked when they are read."""

from flake8_nograd.frameworks.registry import Frameworks, load
from flake8_nograd.frameworks.schema import FrameworkError

__all__ = ["FrameworkError", "Frameworks", "load"]
