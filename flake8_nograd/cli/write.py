"""To the disk: a file is replaced whole, or not at all."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from pathlib import Path


class NotWritten(Exception):
    """A file was left as it is. The message says why."""


def replace(path: Path, before: bytes, after: bytes) -> None:
    """Put ``after`` in the place of ``before``; raises :class:`NotWritten`.

    The new content is written beside the file and renamed over it, so that neither an interrupt
    nor a full disk leaves half a file. Mode and, where that is allowed, owner are kept. A symbolic
    link stays, its target is replaced. Of a file with several hard links only this name changes.
    A read-only file, and one that has changed since it was read, is not written.
    """
    place = Path(os.path.realpath(path))
    try:
        state = place.stat()
        if not state.st_mode & 0o222 or not os.access(place, os.W_OK):
            raise NotWritten("is read-only")
        with _Beside(place) as (descriptor, new):
            with os.fdopen(descriptor, "wb") as file:
                file.write(after)
                file.flush()
                os.fsync(file.fileno())
            with contextlib.suppress(OSError):  # only root may give a file to another
                shutil.chown(new, state.st_uid, state.st_gid)
            shutil.copymode(place, new)
            if place.read_bytes() != before:
                raise NotWritten("has changed while it was being fixed")
            new.replace(place)
    except OSError as error:
        raise NotWritten(error.strerror or str(error)) from error


class _Beside:
    """A new file in the folder of another, that is gone in the end unless it was renamed."""

    def __init__(self, place: Path) -> None:
        self._place = place

    def __enter__(self) -> tuple[int, Path]:
        descriptor, name = tempfile.mkstemp(
            dir=self._place.parent, prefix=f".{self._place.name[:50]}.", suffix=".nograd-fix"
        )
        self._new = Path(name)
        return descriptor, self._new

    def __exit__(self, *_: object) -> None:
        self._new.unlink(missing_ok=True)
