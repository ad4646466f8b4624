"""Streamlit's own files, compressed. It sends them as they are, 3 MB of text for a first visit."""

import gzip
from functools import lru_cache
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

_PREFIX = "/static/"
_TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
_KEPT = 400
"""How many files are kept: more than a visit to every page asks for, some 4 MB."""
_FOR_EVER = "public, immutable, max-age=31536000"
"""As Streamlit says of these files: their names change with what is in them."""


class Packed:
    """Answers a request for one of these files with it compressed, where the browser takes that."""

    def __init__(self, app: ASGIApp, folder: Path) -> None:
        self._app, self._folder = app, folder.resolve()
        self._packed = lru_cache(maxsize=_KEPT)(_pack)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = self._wanted(scope) if scope["type"] == "http" else None
        if path is None:
            await self._app(scope, receive, send)
            return
        body = await run_in_threadpool(self._packed, path)
        headers = {"Content-Encoding": "gzip", "Cache-Control": _FOR_EVER, "Vary": "Accept-Encoding"}
        await Response(body, media_type=_TYPES[path.suffix], headers=headers)(scope, receive, send)

    def _wanted(self, scope: Scope) -> Path | None:
        """The file that is asked for, where it is one that shrinks and lies in the folder."""
        if not scope["path"].startswith(_PREFIX) or "gzip" not in Headers(scope=scope).get("accept-encoding", ""):
            return None
        path = (self._folder / scope["path"].removeprefix(_PREFIX)).resolve()
        known = path.suffix in _TYPES and path.is_relative_to(self._folder) and path.is_file()
        return path if known and scope["method"] == "GET" else None


def _pack(path: Path) -> bytes:
    return gzip.compress(path.read_bytes(), mtime=0)
