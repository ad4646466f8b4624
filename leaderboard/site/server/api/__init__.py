"""The HTTP API: every number of the site, for programs. Read-only, in the same process, of the same verified release.

`operation.py` says what there is; docs/api.md says it to readers.
"""

import gzip
from collections.abc import Mapping
from functools import cache

from anyio import CapacityLimiter, to_thread
from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from leaderboard.site.data.updater import Snapshot, results_place, store
from leaderboard.site.server import log
from leaderboard.site.server.api import openapi, problem, response
from leaderboard.site.server.api.answer import Question
from leaderboard.site.server.api.body import MEDIA_TYPES, body, tag
from leaderboard.site.server.api.operation import RELEASE
from leaderboard.site.server.api.parameter import read, unknown_value
from leaderboard.site.server.api.problem import Refusal
from leaderboard.site.server.api.response_cache import Body, Kept
from leaderboard.site.server.api.route import DOCUMENT, Route, find

PREFIXES = ("/api/", "/download/")
"""What begins so is the API's."""
KEPT_BYTES = 32 * 1024 * 1024
AT_ONCE = 4
"""How many answers are made at the same time: the threads of pages and of health stay free."""
METHODS = "GET, HEAD, OPTIONS"
_CORS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "Accept-Ranges, Content-Range, ETag, Link, Retry-After",
}
_PREFLIGHT = {
    "Access-Control-Allow-Methods": METHODS,
    "Access-Control-Allow-Headers": "If-None-Match, Range",
    "Access-Control-Max-Age": "86400",
}


class Api:
    """Answers everything under its prefixes, in a thread, so that nobody else has to wait for it. It stands before
    Streamlit, which would compress a file that is asked for in parts."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._kept, self._limiter = Kept(KEPT_BYTES), CapacityLimiter(AT_ONCE)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith(PREFIXES):
            await self._app(scope, receive, send)
            return
        made = await to_thread.run_sync(self._respond, Request(scope), limiter=self._limiter)
        made.headers.update(_CORS)
        await made(scope, receive, send)

    def _respond(self, request: Request) -> Response:
        try:
            return self._answer(request)
        except Refusal as refusal:
            return problem.answer(refusal)
        except Exception as error:  # nothing of it may reach anybody
            log.mistake("api", error)
            return problem.answer(Refusal(500, "mistake", "The site made a mistake. It has been noted."))

    def _answer(self, request: Request) -> Response:
        found = find(request.scope["path"])  # request.url would believe the header Host
        if found is None:
            raise Refusal(404, "no_such_path", f"There is nothing here; {DOCUMENT} lists what there is.")
        if request.method == "OPTIONS":
            return Response(status_code=204, headers={"Allow": METHODS, **_PREFLIGHT})
        if request.method not in ("GET", "HEAD"):
            raise Refusal(405, "method_not_allowed", "The API is for reading.", headers={"Allow": METHODS})
        return self._read(*found, request)

    def _read(self, route: Route, place: Mapping[str, str], request: Request) -> Response:
        given = _given(request.query_params)
        if route.form == "openapi":
            read(given, ())
            return response.of(_document(), "application/json", request.headers)
        asked = read(given, route.operation.query(route.form) if route.operation else (RELEASE,))
        snapshot = _snapshot(asked.get("release"), place.get("release"))
        if route.operation is None:
            return response.of_file(snapshot, route.path, request.headers)
        question, operation = Question(snapshot, place, asked), route.operation
        key = (snapshot.file, request.scope["path"], tuple(sorted(asked.items())))
        made = self._kept.get(key, lambda: body(operation, route.form, question))
        return response.of(made, MEDIA_TYPES[route.form], request.headers)


def _given(query: QueryParams) -> dict[str, list[str]]:
    return {name: query.getlist(name) for name in query}


def _snapshot(asked: tuple[str, ...] | None, place: str | None) -> Snapshot:
    """The release that a request is about: the one it names, else the one that is shown."""
    shown = store(results_place())
    shown.look()
    current = shown.current()
    if current is None:
        raise problem.no_release()
    [wanted] = asked or [place or str(current.number)]
    if wanted not in (kept := tuple(map(str, current.kept))):
        if place:
            raise Refusal(404, "no_such_release", "No release of this number is kept.", allowed=kept)
        raise unknown_value("release", kept)
    found = shown.release(int(wanted))
    if found is None:
        raise problem.unavailable()
    return found


@cache
def _document() -> Body:
    data = openapi.encoded()
    return Body(data, gzip.compress(data, mtime=0), tag("", data), False, None)
