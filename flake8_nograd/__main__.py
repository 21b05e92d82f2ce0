"""``python -m flake8_nograd`` is ``nograd-fix``."""

import sys

from flake8_nograd.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
