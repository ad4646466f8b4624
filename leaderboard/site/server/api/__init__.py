"""The HTTP API: every number of the site, for programs. Read-only, in the same process, of the same verified release.

`operation.py` lists what there is; docs/api.md describes it to readers."""

from collections.abc import Callable
from functools import cache, partial

from anyio import CapacityLimiter, to_thread
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, Router
from starlette.types import Receive, Scope, Send

from leaderboard.site.data.updater import Snapshot, results_place, store
from leaderboard.site.server import log
from leaderboard.site.server.api import file, openapi
from leaderboard.site.server.api.answer import Body, Question, encode, licence_link, tag
from leaderboard.site.server.api.operation import ALONE, DOCUMENT, FORMATS, RESOURCES, Resource
from leaderboard.site.server.api.parameter import RELEASE, Parameter, read, unknown_value
from leaderboard.site.server.api.problem import ApiError
from leaderboard.site.server.bounded_cache import Cache

METHODS = "GET, HEAD, OPTIONS"
FRESH = "public, max-age=15"
"""A newly published release is shown everywhere within 15 seconds, and one that is withdrawn is gone."""
_CORS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "Accept-Ranges, Content-Range, ETag, Link, Retry-After",
}
# Not Starlette's CORSMiddleware, which sends these headers only to requests that name an origin: a shared cache would
# hand an answer without them to a page.
_PREFLIGHT = {
    "Allow": METHODS,
    "Access-Control-Allow-Methods": METHODS,
    "Access-Control-Allow-Headers": "If-None-Match, Range",
    "Access-Control-Max-Age": "86400",
}
_cache = Cache[Body](32 * 1024 * 1024, lambda body: len(body.data))
# How many answers are made at the same time: the threads of pages and of health checks stay free.
_limiter = CapacityLimiter(4)


class Endpoint:
    """Answers one path, for every method, in a thread, so that other requests do not wait for the database."""

    def __init__(self, answer: Callable[[Request], Response] | None = None) -> None:
        """Without `answer` there is no such path."""
        self._answer = answer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        response = await to_thread.run_sync(self._respond, Request(scope), limiter=_limiter)
        response.headers.update(_CORS)
        await response(scope, receive, send)

    def _respond(self, request: Request) -> Response:
        try:
            if self._answer is None:
                raise ApiError("no_such_path")
            if request.method == "OPTIONS":
                return Response(status_code=204, headers=_PREFLIGHT)
            if request.method not in ("GET", "HEAD"):
                raise ApiError("method_not_allowed", headers={"Allow": METHODS})
            return self._answer(request)
        except ApiError as error:
            return error.response()
        except Exception as error:  # its text must reach neither the client nor the log
            log.mistake("api", error)
            return ApiError("mistake").response()


def _table(resource: Resource, request: Request) -> Response:
    operation, format_id = resource.operation, resource.format
    query = _query(request, *operation.query(format_id))
    snapshot = _snapshot(query, request.path_params.get("release"))
    question = Question(snapshot, request.path_params, query, request.scope["path"].rpartition("/")[2])
    key = (snapshot.file, request.scope["path"], tuple(sorted(query.items())))
    body = _cache.get(key, lambda: encode(operation.answer(question), question, format_id, paged=operation.paged))
    return _response(body, FORMATS[format_id].media_type, request.headers)


def _document(request: Request) -> Response:
    _query(request)
    return _response(_encoded_document(), FORMATS["json"].media_type, request.headers)


@cache
def _encoded_document() -> Body:
    data = openapi.encoded()
    return Body(data, tag("", data))


def _file(path: str, request: Request) -> Response:
    snapshot = _snapshot(_query(request, RELEASE), None)
    data, digest = file.read(snapshot, path)
    headers = {"Cache-Control": FRESH, "ETag": f'"{digest[:32]}"', "Link": licence_link(snapshot)}
    if _has(request.headers, digest[:32]):
        return Response(status_code=304, headers=headers)
    # A database is built again after a restart, with other bytes: its parts do not fit those of another build.
    is_signed = digest == snapshot.digest
    if_range = request.headers.get("if-range")
    in_part = if_range == headers["ETag"] or (is_signed and if_range is None)
    requested = request.headers.get("range") if in_part else None
    return file.respond(data, file.FILES[path].media_type, requested, headers)


def _query(request: Request, *parameters: Parameter) -> dict[str, tuple[str, ...]]:
    query = request.query_params
    return read({name: query.getlist(name) for name in query}, parameters)


def _snapshot(query: dict[str, tuple[str, ...]], in_path: str | None) -> Snapshot:
    """Returns the release that a request names, else the current one."""
    source = store(results_place())
    source.look()
    current = source.current()
    if current is None:
        raise ApiError("no_release")
    [number] = query.get("release", (in_path or str(current.number),))
    available = tuple(map(str, current.kept))
    if number not in available:
        raise ApiError("no_such_release", allowed=available) if in_path else unknown_value("release", available)
    snapshot = source.release(int(number))
    if snapshot is None:
        raise ApiError("release_unavailable")
    return snapshot


def _response(body: Body, media_type: str, requested: Headers) -> Response:
    """Returns the response that sends an answer, or 304 where the client has it already."""
    headers = {"Cache-Control": FRESH, "Vary": "Accept-Encoding", "ETag": f'"{body.tag}"'}
    if body.links:
        headers["Link"] = ", ".join(body.links)
    if body.synthetic:
        headers["X-Robots-Tag"] = "noindex"
    if _has(requested, body.tag):
        return Response(status_code=304, headers=headers)
    return Response(body.data, headers=headers, media_type=media_type)


def _has(requested: Headers, tag: str) -> bool:
    """Whether `If-None-Match` names the answer: RFC 9110 section 13.1.2, by which weak tags match too."""
    tags = {part.strip().removeprefix("W/").strip('"') for part in requested.get("if-none-match", "").split(",")}
    return bool({tag, "*"} & tags)


ROUTER = Router(
    [
        *(Route(resource.path, Endpoint(partial(_table, resource))) for resource in (*RESOURCES, *ALONE)),
        *(Route(path, Endpoint(partial(_file, path))) for path in file.FILES),
        Route(DOCUMENT, Endpoint(_document)),
    ],
    redirect_slashes=False,
    default=Endpoint(),
)
# Not Mount: it would take the prefix out of the paths above.
ROUTES = [Route("/api/{path:path}", ROUTER), Route("/download/{path:path}", ROUTER)]
