"""The log: method, path, status and time of each request. Never a query, a name, a nonce or the text of an error."""

import logging
import re
import sys
import time
import traceback
from pathlib import Path
from urllib.parse import quote

from starlette.types import ASGIApp, Message, Receive, Scope, Send

_QUIET = ("/static/", "/_stcore/", "/media/", "/component/")
"""Streamlit's own files: dozens for each visit. Only requests that fail are logged."""


_STATUS = re.compile(r"(?i)(/status/).*")
_NONCE = re.compile(r"[0-9A-Fa-f]{32,}")


def note(line: str) -> None:
    """Prints one line of the log."""
    print(line, file=sys.stderr, flush=True)


def mistake(what: str, error: Exception) -> None:
    """Logs the type of an error and the line that raised it, never its text, which may quote input."""
    where = traceback.extract_tb(error.__traceback__)[-1]
    note(f"{what} error: {type(error).__name__} in {Path(where.filename).name}:{where.lineno}")


def silence() -> None:
    """Disables the loggers that print what must not be in a log: uvicorn's prints query strings, Streamlit's the texts
    of exceptions, which may quote input. Streamlit may configure its loggers later; they stay disabled."""
    for name in ("uvicorn.access", "streamlit.error_util"):
        logging.getLogger(name).disabled = True


def path(requested: str) -> str:
    """Returns a path as it is logged: without what follows `/status/` and without long hex numbers anywhere, because a
    nonce identifies a lab to the maintainers, also a mistyped one or one at a wrong address."""
    return quote(_NONCE.sub("-", _STATUS.sub(r"\1-", requested)))


class Log:
    """Logs every request, except successful requests for Streamlit's own files."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started, status = time.monotonic(), 500

        async def send_logged(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, send_logged)
        finally:
            if status >= 400 or not scope["path"].startswith(_QUIET):
                note(f"{scope['method']} {path(scope['path'])} {status} {1000 * (time.monotonic() - started):.0f} ms")
