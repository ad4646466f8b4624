"""Security headers of every answer, and which sites may connect (docs/safety.md section 6)."""

import base64
import hashlib
from collections.abc import Iterable
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

NOT_FOUND = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Not found</title>
<style>
:root { color-scheme: light dark }
body { font: 1.1rem/1.5 system-ui, sans-serif; max-width: 34rem; margin: 15vh auto; padding: 0 1rem }
</style>
</head><body><h1>There is no such page</h1><p><a href="/">To the leaderboard</a></p></body></html>
"""
_FONTS = "/app/static/fonts/"
_HOST_CONFIG = {
    "allowedOrigins": [],
    "useExternalAuthToken": False,
    "enableCustomParentMessages": False,
    "enforceDownloadInNewTab": False,
    "metricsUrl": "",
    "blockErrorDialogs": True,
    "resourceCrossOriginMode": None,
}
"""Streamlit's own configuration lists hosts that may embed and control the app. Here no host may."""
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Frame-Options": "DENY",
}


def host_config(_: Request) -> Response:
    """The configuration that Streamlit's script asks for."""
    return JSONResponse(_HOST_CONFIG, headers={"Cache-Control": "no-cache"})


def content_policy(inline_scripts: Iterable[str]) -> str:
    """Returns the Content-Security-Policy: nothing from other sites, and no script but ours, Streamlit's and the inline
    scripts of the document, each named by its hash."""
    hashes = (base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in inline_scripts)
    scripts = " ".join(["'self'", "'wasm-unsafe-eval'", *(f"'sha256-{each}'" for each in hashes)])
    return (
        f"default-src 'none'; script-src {scripts}; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
        "font-src 'self' data:; connect-src 'self'; worker-src 'self' blob:; media-src 'self'; manifest-src 'self'; "
        "frame-src 'none'; frame-ancestors 'none'; object-src 'none'; base-uri 'none'; form-action 'none'"
    )


class Guard:
    """Adds the security headers and refuses WebSockets from other sites."""

    def __init__(self, app: ASGIApp, policy: str) -> None:
        self._app = app
        headers = {**_HEADERS, "Content-Security-Policy": policy}
        self._headers = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
        self._names = {name for name, _ in self._headers}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket" and not _same_origin(Headers(scope=scope)):
            await send({"type": "websocket.close", "code": 1008})
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                others = [header for header in message["headers"] if header[0] not in self._names]
                message["headers"] = others + self._headers
                if scope["path"].startswith(_FONTS):
                    MutableHeaders(scope=message)["Cache-Control"] = "public, max-age=604800"
                if scope["scheme"] == "https":
                    MutableHeaders(scope=message)["Strict-Transport-Security"] = "max-age=31536000"
            await send(message)

        await self._app(scope, receive, send_guarded)


def _same_origin(headers: Headers) -> bool:
    # A browser always sends the origin of a WebSocket. A client that sends none is not a visitor's browser.
    origin = headers.get("origin")
    return origin is None or urlsplit(origin).netloc == headers.get("host")
