"""Asks the API in this process, without a server."""

import asyncio
from typing import Any

from starlette.responses import PlainTextResponse

from leaderboard.site.server.api import Api


def asked(path: str, query: str = "") -> tuple[int, dict[bytes, bytes], bytes]:
    """What the application says, before a site that says `site` to everything else."""
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> Any:
        return {"type": "http.request"}

    scope = {"type": "http", "method": "GET", "path": path, "query_string": query.encode(), "headers": []}
    asyncio.run(Api(PlainTextResponse("site"))({**scope, "server": ("site", 80)}, receive, send))
    return sent[0]["status"], dict(sent[0]["headers"]), sent[1]["body"]
