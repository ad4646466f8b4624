"""The database of a release, as it was signed: DuckDB, Python and R open it, over HTTP too."""

import re
from functools import lru_cache
from pathlib import Path

from starlette.responses import Response

from leaderboard import canonical
from leaderboard.server.api.problem import Refusal, unavailable
from leaderboard.updater import Snapshot

MEDIA_TYPE = "application/vnd.duckdb"
_RANGE = re.compile(r"bytes=(\d{0,15})-(\d{0,15})", re.ASCII)


def read(snapshot: Snapshot) -> bytes:
    """Returns the file; Refusal where it is not there any more, or not as it was verified."""
    try:
        return _read(snapshot.file, snapshot.digest)
    except OSError:
        raise unavailable() from None


@lru_cache(maxsize=2)
def _read(path: Path, digest: str) -> bytes:
    data = path.read_bytes()
    if canonical.sha256(data) != digest:
        raise OSError("not the verified file")
    return data


def respond(data: bytes, wanted: str | None, headers: dict[str, str]) -> Response:
    """Returns the file or the range of it that the header `Range` names. A header of another form is passed over, as
    RFC 9110 section 14.2 allows."""
    headers = {"Accept-Ranges": "bytes", **headers}
    found = _RANGE.fullmatch(wanted or "")
    if found is None or found.group(1, 2) == ("", ""):
        return Response(data, headers=headers, media_type=MEDIA_TYPE)
    start, stop = _bounds(found[1], found[2], len(data))
    if start >= stop:
        size = {"Content-Range": f"bytes */{len(data)}"}
        raise Refusal(416, "range_not_satisfiable", "The file has no such part.", headers=size)
    headers["Content-Range"] = f"bytes {start}-{stop - 1}/{len(data)}"
    return Response(data[start:stop], 206, headers, media_type=MEDIA_TYPE)


def _bounds(first: str, last: str, size: int) -> tuple[int, int]:
    if not first:
        return max(0, size - int(last)), size
    return int(first), min(size, int(last) + 1) if last else size
