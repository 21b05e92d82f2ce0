"""PyTorch, or the reason why this folder is skipped.

NumPy is asked for too, because PyTorch warns without it, and some claims speak of it.
"""

from __future__ import annotations

import pytest

REASON = "PyTorch or NumPy is not installed: pip install torch==2.13.0 numpy"

pytest.importorskip("numpy", reason=REASON)
torch = pytest.importorskip("torch", reason=REASON)
