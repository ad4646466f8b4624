"""Reading what somebody else may have put at a path: regular files only, up to a length, without waiting for a pipe."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from leaderboard.base.findings import refuse

_CHUNK = 64 * 1024


def chunks(path: Path, position: str = "$") -> Iterator[bytes]:
    """Returns the bytes of a regular file, piece by piece; OSError where there is none, Refused E_FILE for a pipe, a
    device or a folder. The file is open when this returns."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise refuse("E_FILE", position)
    return _pieces(descriptor)


def _pieces(descriptor: int) -> Iterator[bytes]:
    with open(descriptor, "rb") as file:
        while piece := file.read(_CHUNK):
            yield piece


def read(path: Path, limit: int, position: str = "$") -> bytes:
    """Returns the bytes of a regular file; Refused E_SIZE where there are more than `limit`, else as by `chunks`."""
    data = bytearray()
    for piece in chunks(path, position):
        data += piece
        if len(data) > limit:
            raise refuse("E_SIZE", position)
    return bytes(data)
