"""What every answer carries and what no request may reach (SAFETY.md section 6)."""

import base64
import hashlib
from collections.abc import Iterable
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

NOT_FOUND = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Not found</title>
<style>
:root { color-scheme: light dark }
body { font: 1.1rem/1.5 system-ui, sans-serif; max-width: 34rem; margin: 15vh auto; padding: 0 1rem }
</style>
</head><body><h1>There is no such page</h1><p><a href="/">To the leaderboard</a></p></body></html>
"""


CLOSED = (
    "/_stcore/metrics",
    "/_stcore/upload_file",
    "/_stcore/agent",
    "/_stcore/script-health-check",
    "/auth",
    "/oauth2callback",
)
"""Routes of Streamlit that this site has no use for: they are not there."""
_STREAMLIT = ("/_stcore/", "/static/", "/media/", "/component/", "/app/static/")
_LETTERS = "/app/static/fonts/"
_HOST_CONFIG = {
    "allowedOrigins": [],
    "useExternalAuthToken": False,
    "enableCustomParentMessages": False,
    "enforceDownloadInNewTab": False,
    "metricsUrl": "",
    "blockErrorDialogs": True,
    "resourceCrossOriginMode": None,
}
"""Streamlit's own lists hosts that may embed and steer the app; nobody may here."""
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Frame-Options": "DENY",
}


def content_policy(inline_scripts: Iterable[str]) -> str:
    """Returns the Content-Security-Policy: nothing from elsewhere, no script but ours, Streamlit's and the inline ones
    of the installed document, by their digest."""
    digests = (base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in inline_scripts)
    scripts = " ".join(["'self'", "'wasm-unsafe-eval'", *(f"'sha256-{digest}'" for digest in digests)])
    return (
        f"default-src 'none'; script-src {scripts}; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
        "font-src 'self' data:; connect-src 'self'; worker-src 'self' blob:; media-src 'self'; manifest-src 'self'; "
        "frame-src 'none'; frame-ancestors 'none'; object-src 'none'; base-uri 'none'; form-action 'none'"
    )


class Guard:
    """Adds the security headers, closes what is not used, and lets no other site open a socket."""

    def __init__(self, app: ASGIApp, policy: str) -> None:
        self._app = app
        self._headers = {**_HEADERS, "Content-Security-Policy": policy}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket" and not _same_origin(Headers(scope=scope)):
            await send({"type": "websocket.close", "code": 1008})
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers[name] = value
                if scope.get("path", "").startswith(_LETTERS):
                    headers["Cache-Control"] = "public, max-age=604800"
                if scope.get("scheme") == "https":
                    headers["Strict-Transport-Security"] = "max-age=31536000"
            await send(message)

        await self._answer(scope)(scope, receive, send_guarded)

    def _answer(self, scope: Scope) -> ASGIApp:
        if scope["type"] != "http":
            return self._app
        path = scope["path"].rstrip("/")
        if any(path == closed or path.startswith(closed + "/") for closed in CLOSED):
            return PlainTextResponse("not found", status_code=404)
        if path == "/_stcore/host-config":
            return JSONResponse(_HOST_CONFIG, headers={"Cache-Control": "no-cache"})
        return self._app


class KnownPaths:
    """Answers 404 for a path that is nothing of ours, where Streamlit would send its document and a dialog."""

    def __init__(self, app: ASGIApp, known: frozenset[str]) -> None:
        self._app = app
        self._known = known

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        app = self._app
        if scope["type"] == "http" and not self._is_known(scope["path"]):
            app = HTMLResponse(NOT_FOUND, status_code=404)
        await app(scope, receive, send)

    def _is_known(self, path: str) -> bool:
        return path in self._known or path.startswith(_STREAMLIT)


def _same_origin(headers: Headers) -> bool:
    """A browser always names the origin of a socket. A client that names none is no browser of a visitor."""
    origin = headers.get("origin")
    return origin is None or urlsplit(origin).netloc == headers.get("host")
