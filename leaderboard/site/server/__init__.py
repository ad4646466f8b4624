"""The site as one ASGI application: our pages and the HTTP API around Streamlit, with security headers and a plain log.

`python -m leaderboard serve` runs it; so does `uvicorn leaderboard.site.server:app`, with MEDHARM_RESULTS naming the
folder or address, MEDHARM_ROOT the root that it is verified from, and MEDHARM_CACHE where verified releases are stored.
"""

import hashlib
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path

import streamlit as st
import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute

from leaderboard.release.trusted_root import read_trusted
from leaderboard.site.data import updater
from leaderboard.site.server import api, first, guard, log
from leaderboard.site.server.compression import Assets, Compress
from leaderboard.site.server.contact import security_txt
from leaderboard.site.streamlit import internals, states
from leaderboard.site.views.about import NAME
from leaderboard.site.views.pages import HOME, PAGES

_ROOT = Path(__file__).parents[3]
_MESSAGE_BYTES = 64 * 1024
"""The largest message that a browser may send: a change of a widget takes a few hundred bytes."""
_ICON = (_ROOT / "static" / "favicon.svg").read_bytes()
_STREAMLIT_FILES = Path(st.__file__).with_name("static")
_STREAMLIT_PATHS = (
    "/_stcore/health",
    "/_stcore/bidi-components/{path:path}",
    "/component/{path:path}",
    "/media/{path:path}",
    "/app/static/{path:path}",
)
"""What this site uses of Streamlit's server; for example, not its uploads, metrics, sign-in and agents."""
_VERSION = hashlib.sha256(first.SCRIPT).hexdigest()[:12]
_document = internals.Document(internals.INDEX, first.STYLE, f"/first.js?{_VERSION}")


def healthz(_: Request) -> Response:
    """Whether the process answers."""
    return PlainTextResponse("ok")


def readyz(_: Request) -> Response:
    """Whether there is a release to show, which one, and whether a newer one was rejected. Also starts a check for a
    newer release, whose result the next request shows."""
    store = updater.store(updater.results_place())
    store.look()
    current = store.current()
    body = {"state": store.state, "fault": store.fault, "release": current.number if current else None}
    return JSONResponse(body, status_code=200 if current else 503)


def page(request: Request) -> Response:
    """The document of every page, with its first paint; Streamlit draws the rest. An error in the first paint costs
    the first paint, not the page."""
    parameters = {name: request.query_params.getlist(name) for name in request.query_params}
    updater.store(updater.results_place()).look()
    try:
        document = _painter().page(request.url.path.strip("/") or HOME, parameters)
    except Exception as error:
        log.mistake("script", error)
        document = _painter().bare()
    return first.answer(request, document)


@cache
def _painter() -> first.Painter:
    return first.Painter(_document, updater.store(updater.results_place()))


def home(request: Request) -> Response:
    """Redirects the leaderboard's own name to the home page, with the query."""
    return RedirectResponse(request.url.replace(path="/"), status_code=308)


def first_script(_: Request) -> Response:
    """The script of the first paint; its address changes with it."""
    headers = {"Cache-Control": "public, immutable, max-age=31536000"}
    return Response(first.SCRIPT, media_type="text/javascript", headers=headers)


def icon(_: Request) -> Response:
    """The site's icon, at the path of Streamlit's."""
    return Response(_ICON, media_type="image/svg+xml", headers={"Cache-Control": "max-age=86400"})


def not_found(_: Request, __: Exception) -> Response:
    """The answer to an unknown path, where Streamlit would send its document and a dialog."""
    return HTMLResponse(guard.NOT_FOUND, status_code=404)


def on_script_error(error: Exception) -> bool:
    """Draws our own error page and logs the type and the line of the error, never its text, which may quote input."""
    log.mistake("script", error)
    return states.script_error()


def _routes(streamlit: st.App) -> list[BaseRoute]:
    """The first route that matches answers. Any other path is a 404, also one that a later Streamlit adds."""
    return [
        *api.ROUTES,
        Route("/", page),
        *(Route(f"/{name}", page) for name in PAGES if name != HOME),
        Route("/leaderboard", home),
        Route("/first.js", first_script),
        Mount("/static", Assets(directory=_STREAMLIT_FILES / "static", follow_symlink=True)),
        Route("/healthz", healthz),
        Route("/readyz", readyz),
        Route("/favicon.png", icon),
        Route("/favicon.ico", icon),
        Route("/.well-known/security.txt", security_txt),
        Route("/_stcore/host-config", guard.host_config),
        # Not Mount: it would take the prefix out of the path that Streamlit's own routes match.
        *(Route(path, streamlit) for path in _STREAMLIT_PATHS),
        WebSocketRoute("/_stcore/stream", streamlit),
    ]


def _make_app() -> Starlette:
    internals.keep_pages_in_frame()
    streamlit = st.App(_ROOT / "app.py", on_script_error=on_script_error)

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        async with streamlit.lifespan()(app):
            yield

    middleware = [
        Middleware(log.Log),
        Middleware(guard.Guard, policy=guard.content_policy(_document.inline_scripts)),
        Middleware(Compress),
    ]
    app = Starlette(
        routes=_routes(streamlit), middleware=middleware, exception_handlers={404: not_found}, lifespan=lifespan
    )
    app.router.redirect_slashes = False  # a path with a slash at its end is unknown too
    return app


app = _make_app()


def serve(results: Path | str, port: int, host: str = "127.0.0.1", root: Path | None = None) -> None:
    """Serves a results folder or address, verified from `root` on, until the process is told to stop. FileNotFoundError
    where there is no root, Refused E_ROOT where the file is not a root."""
    os.environ["MEDHARM_RESULTS"] = results if isinstance(results, str) else os.path.realpath(results)
    if root:
        os.environ["MEDHARM_ROOT"] = os.path.realpath(root)
    read_trusted()
    log.note(f"{NAME} on http://{host}:{port}")
    log.silence()
    uvicorn.run(
        app,
        host=host,
        port=port,
        access_log=False,
        log_config=None,  # uvicorn's own would enable the disabled loggers again
        server_header=False,
        timeout_graceful_shutdown=2,
        ws="websockets-sansio",
        ws_max_size=_MESSAGE_BYTES,
    )
