"""What libraries do, as data files with one schema, checked when they are loaded."""

from flake8_nograd.frameworks.registry import FrameworkError, Frameworks, load

__all__ = ["FrameworkError", "Frameworks", "load"]
