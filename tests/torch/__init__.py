"""What the rules say, observed with a real PyTorch. Without one, all of this is skipped."""

import pytest

_REASON = "PyTorch and NumPy are not both installed: pip install -e '.[ci]'"

pytest.importorskip("numpy", reason=_REASON)
torch = pytest.importorskip("torch", reason=_REASON)
torch.set_num_threads(1)  # for models as small as these, more threads only take turns
