"""A finished answer as a response: compressed, not sent again to who has it, or a part of a file."""

from starlette.datastructures import Headers
from starlette.responses import Response

from leaderboard.site.data.updater import Snapshot
from leaderboard.site.server.api import file
from leaderboard.site.server.api.response_cache import Body

FRESH = "public, max-age=15"
"""A newly published release is shown everywhere within so many seconds, and one that is taken down is gone."""


def of(made: Body, media_type: str, asked: Headers) -> Response:
    """The response that sends an answer, or 304 where the reader has it already."""
    packed = bool(made.packed) and "gzip" in asked.get("accept-encoding", "")
    headers = {"Cache-Control": FRESH, "Vary": "Accept-Encoding", "ETag": f'"{made.tag}{"-gzip" if packed else ""}"'}
    if made.link:
        headers["Link"] = made.link
    if made.synthetic:
        headers["X-Robots-Tag"] = "noindex"
    if _has(asked, made.tag):
        return Response(status_code=304, headers=headers)
    if packed:
        headers["Content-Encoding"] = "gzip"
    return Response(made.packed if packed else made.data, headers=headers, media_type=media_type)


def _has(asked: Headers, known: str) -> bool:
    """Whether the reader names the answer as one that it has; RFC 9110 section 13.1.2."""
    tags = {part.strip().removeprefix("W/").strip('"') for part in asked.get("if-none-match", "").split(",")}
    return bool({known, f"{known}-gzip", "*"} & tags)


def of_file(snapshot: Snapshot, path: str, asked: Headers) -> Response:
    """The response that sends a file of a release, or the part of it that is asked for."""
    data, digest = file.read(snapshot, path)
    known = digest[:32]
    headers = {"Cache-Control": FRESH, "ETag": f'"{known}"'}
    if _has(asked, known):
        return Response(status_code=304, headers=headers)
    # A database is built again after a restart, with other bytes: its parts do not fit those of another build.
    signed = [None] if digest == snapshot.digest else []
    same = asked.get("if-range") in (*signed, headers["ETag"])
    return file.respond(data, file.FILES[path].media_type, asked.get("range") if same else None, headers)
