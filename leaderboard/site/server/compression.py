"""Compressed answers. starlette-compress picks the encoding (zstd, br, gzip) and sets the headers."""

from collections.abc import Callable
from functools import lru_cache
from os import PathLike, fspath, stat_result
from pathlib import Path
from typing import NamedTuple

from anyio.lowlevel import checkpoint
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import FileResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette_compress import CompressMiddleware, add_compress_type

from leaderboard.site.server.bounded_cache import Cache

CACHE_BYTES = 64 * 1024 * 1024
LARGEST = 6 * 1024 * 1024
"""Bytes of the largest body that is compressed in one step and cached: Streamlit's largest script has 4.7 MB."""
PIECE = 64 * 1024
for media_type in ("text/csv", "application/csvm+json"):  # not in the library's list
    add_compress_type(media_type)


class _Compressed(NamedTuple):
    body: bytes
    compressed: bytes


class Compress:
    """starlette-compress with three additions: a cache, large bodies in pieces, and weak ETags where bytes differ."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = CompressMiddleware(_in_pieces(app))
        # The library compresses each answer again for each request: 0.3 ms for a ranking, 70 ms for a large script.
        cache = Cache[_Compressed](CACHE_BYTES, lambda value: len(value.body) + len(value.compressed))
        for responder in (self._app._zstd, self._app._brotli, self._app._gzip):
            responder.oneshot = _cached(cache, responder.encoding, responder.oneshot)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_weak(message: Message) -> None:
            if message["type"] == "http.response.start":
                _correct(MutableHeaders(scope=message), Headers(scope=scope))
            await send(message)

        await self._app(scope, receive, send_weak if scope["type"] == "http" else send)


def _cached(cache: Cache[_Compressed], encoding: str, compress: Callable[[bytes], bytes]) -> Callable[[bytes], bytes]:
    # The key is the body itself. Python stores the hash in the bytes object, and the API and the pages hand out the
    # same object each time, so a hit costs no pass over the bytes.
    return lambda body: cache.get((encoding, body), lambda: _Compressed(body, compress(body))).compressed


def _correct(headers: MutableHeaders, request: Headers) -> None:
    # The library appends to a `Vary` that is there already.
    if "," in (vary := headers.get("vary", "")):
        headers["vary"] = ", ".join(dict.fromkeys(name.strip() for name in vary.split(",")))
    # A strong ETag promises equal bytes, and a compressed answer has other bytes than the plain one: RFC 9110 section
    # 8.8.3.3. A 304 repeats the ETag of the answer that the client has.
    tag = headers.get("etag", "")
    if tag.startswith('"') and ("content-encoding" in headers or f"W/{tag}" in request.get("if-none-match", "")):
        headers["etag"] = f"W/{tag}"


def _in_pieces(app: ASGIApp) -> ASGIApp:
    """Compression runs in the event loop. Pieces of a very large table let other requests run in between."""

    async def wrapped(scope: Scope, receive: Receive, send: Send) -> None:
        async def send_pieces(message: Message) -> None:
            body = message.get("body", b"")
            if len(body) <= LARGEST:
                await send(message)
                return
            for start in range(0, len(body), PIECE):
                piece = body[start : start + PIECE]
                last = start + PIECE >= len(body) and not message.get("more_body")
                await send({"type": "http.response.body", "body": piece, "more_body": not last})
                await checkpoint()

        await app(scope, receive, send_pieces)

    return wrapped


class Assets(StaticFiles):
    """Streamlit's scripts, styles and pictures. It would send 3 MB of them for a first visit, not compressed."""

    def file_response(
        self, full_path: str | PathLike[str], stat_result: stat_result, scope: Scope, status_code: int = 200
    ) -> Response:
        """Returns the file, or 304. A script is sent from memory, always as the same object, so that its compressed
        form is found in the cache; anything else, and a part of a script, as Starlette does."""
        response = super().file_response(full_path, stat_result, scope, status_code)
        # As Streamlit says of these files: their names change with their content.
        response.headers["Cache-Control"] = "public, immutable, max-age=31536000"
        path = fspath(full_path)
        whole = isinstance(response, FileResponse) and "range" not in Headers(scope=scope)
        if whole and path.endswith((".js", ".css", ".svg")):
            return Response(_read(path), status_code, response.headers)
        return response


@lru_cache(maxsize=400)  # more files than a visit to every page asks for
def _read(path: str) -> bytes:
    return Path(path).read_bytes()
