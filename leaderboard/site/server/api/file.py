"""A release's files: the one that was signed, and the same rows as a DuckDB database."""

import re
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from starlette.responses import Response

from leaderboard.base import canonical
from leaderboard.release import container
from leaderboard.site.data.updater import Snapshot
from leaderboard.site.exports import duckdb_file
from leaderboard.site.server.api.problem import ApiError

_RANGE = re.compile(r"bytes=(\d{0,15})-(\d{0,15})", re.ASCII)


class File(NamedTuple):
    """One file of a release."""

    id: str
    media_type: str
    summary: str
    about: str
    make: Callable[[bytes], bytes]
    """From the signed file."""


def _database(signed: bytes) -> bytes:
    return signed if signed[8:12] == b"DUCK" else duckdb_file.build(container.decode(signed))


FILES = {
    "/download/release": File(
        "download_release",
        "application/octet-stream",
        "The release file as it was signed",
        "Byte for byte what was signed: its sha256 is the `digest` of every answer. JSON, but for releases 1 to 3.",
        lambda signed: signed,
    ),
    "/download/leaderboard.duckdb": File(
        "download_database",
        "application/vnd.duckdb",
        "The whole release as a DuckDB database",
        "Made on this site from the signed file, with the same rows; only releases 1 to 3 were signed in this form. "
        "Its bytes differ from site to site, so a part of it is sent only with an `If-Range` that names its `ETag`.",
        _database,
    ),
}
"""The files by path."""


def read(snapshot: Snapshot, path: str) -> tuple[bytes, str]:
    """Returns a file of a release and its sha256; ApiError where the signed file is gone or has changed since it was
    verified."""
    try:
        return _read(snapshot.file, snapshot.digest, path)
    except OSError:
        raise ApiError("release_unavailable") from None


@lru_cache(maxsize=4)
def _read(file: Path, digest: str, path: str) -> tuple[bytes, str]:
    signed = file.read_bytes()
    if canonical.sha256(signed) != digest:
        raise OSError("not the verified file")
    data = FILES[path].make(signed)
    return data, canonical.sha256(data)


# Not Starlette's FileResponse: it would send what is on the disk now, and these are the bytes that were verified. Nor
# is there a file of the database. FileResponse also answers a malformed `Range` with 400 as plain text.
def respond(data: bytes, media_type: str, requested: str | None, headers: dict[str, str]) -> Response:
    """Returns the file, or the part of it that a `Range` header names. A header of another form than `bytes=1-2` is
    ignored, as RFC 9110 section 14.2 allows."""
    headers = {"Accept-Ranges": "bytes", **headers}
    match = _RANGE.fullmatch(requested or "")
    if match is None or match.group(1, 2) == ("", ""):
        return Response(data, headers=headers, media_type=media_type)
    first, last, size = match[1], match[2], len(data)
    if first:
        start, stop = int(first), min(size, int(last) + 1) if last else size
    else:
        start, stop = max(0, size - int(last)), size
    if start >= stop:
        raise ApiError("range_not_satisfiable", headers={"Content-Range": f"bytes */{size}"})
    headers["Content-Range"] = f"bytes {start}-{stop - 1}/{size}"
    return Response(data[start:stop], 206, headers, media_type=media_type)
