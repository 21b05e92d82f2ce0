"""``python -m flake8_nograd.lsp`` is ``nograd-lsp``."""

import sys

from flake8_nograd.lsp.main import main

if __name__ == "__main__":
    sys.exit(main())
