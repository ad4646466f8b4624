"""Asks the API in this process, without a server."""

import asyncio
from typing import Any

from starlette.responses import PlainTextResponse
from starlette.routing import Router

from leaderboard.site.server.api import ROUTES


def asked(path: str, query: str = "", method: str = "GET", **headers: str) -> tuple[int, dict[bytes, bytes], bytes]:
    """Returns status, headers and body of the answer, from a site that answers `site` to everything else."""
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> Any:
        return {"type": "http.request"}

    named = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": "http", "method": method, "path": path, "query_string": query.encode(), "headers": named}
    site = Router(ROUTES, redirect_slashes=False, default=PlainTextResponse("site"))
    asyncio.run(site({**scope, "server": ("site", 80)}, receive, send))
    return sent[0]["status"], dict(sent[0]["headers"]), sent[1]["body"]
