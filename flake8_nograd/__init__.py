"""A flake8 plugin that finds PyTorch gradient-mode and train/eval-mode mistakes."""

__version__: str


def __getattr__(name: str) -> str:
    """``__version__``, looked up when asked for: flake8 does without, and it takes 3 ms."""
    if name == "__version__":
        from importlib.metadata import version

        return version("flake8-nograd")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
