"""What the rules say, observed with a real PyTorch. Without one, all of this is skipped."""

import pytest

pytest.importorskip(
    "torch", reason="PyTorch is not installed: pip install torch==2.13.0 numpy, or -e '.[ci]'"
)
