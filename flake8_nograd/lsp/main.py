"""``nograd-lsp``: the command that an editor starts."""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Sequence

from flake8_nograd import __version__

_MISSING = "nograd-lsp needs pygls: pip install 'flake8-nograd[lsp]'\n"


def main(argv: Sequence[str] | None = None) -> int:
    """Serve on standard input and output until the client ends it.

    Returns the exit code: 1 where the client did not ask for the end before, as the protocol says.
    """
    parser = argparse.ArgumentParser(
        prog="nograd-lsp",
        description="Language server for PyTorch gradient-mode and train/eval-mode mistakes. "
        "Editors start it; it speaks on standard input and output.",
    )
    parser.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    parser.add_argument("--stdio", action="store_true", help="as some editors say; the only way")
    parser.parse_args(argv)
    # Editors show this; pygls warns of every message that is not for this server.
    logging.basicConfig(stream=sys.stderr, level=logging.ERROR)
    try:
        from flake8_nograd.lsp.server import Server
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in ("pygls", "lsprotocol"):
            raise
        sys.stderr.write(_MISSING)
        return 2
    server = Server()
    server.start_io()
    return 0 if server.is_shut_down else 1
