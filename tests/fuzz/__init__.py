"""Generated and broken code, through plugin and fixer. Run with ``python -m tests.fuzz``."""
