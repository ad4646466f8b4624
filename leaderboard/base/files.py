"""Reading what somebody else may have put at a path: regular files only, up to a length, without waiting for a pipe."""

import errno
import os
import stat
from collections.abc import Iterator
from pathlib import Path

from leaderboard.base.findings import refuse

_CHUNK = 64 * 1024


def chunks(path: Path, position: str = "$", *, follow: bool = True) -> Iterator[bytes]:
    """Returns the bytes of a regular file, piece by piece; OSError where there is none, Refused E_FILE for a pipe, a
    socket, a device or a folder, and for a link unless `follow`. The file is open when this returns."""
    flags = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | (0 if follow else os.O_NOFOLLOW)
    try:
        descriptor = os.open(path, flags)
    except OSError as error:
        if error.errno == errno.ENXIO or (error.errno == errno.ELOOP and not follow):  # a socket; a link
            raise refuse("E_FILE", position) from None
        raise
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise refuse("E_FILE", position)
    return _pieces(descriptor)


def _pieces(descriptor: int) -> Iterator[bytes]:
    with open(descriptor, "rb") as file:
        while piece := file.read(_CHUNK):
            yield piece


def read(path: Path, limit: int, position: str = "$", *, follow: bool = True) -> bytes:
    """Returns the bytes of a regular file; Refused E_SIZE where there are more than `limit`, else as by `chunks`."""
    data = bytearray()
    for piece in chunks(path, position, follow=follow):
        data += piece
        if len(data) > limit:
            raise refuse("E_SIZE", position)
    return bytes(data)
