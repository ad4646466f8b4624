"""The site as one ASGI application: Streamlit, our own document around it, health, security headers, a plain log.

`python -m leaderboard serve` runs it; so does `uvicorn leaderboard.site.server:app`, with MEDHARM_RESULTS naming the
folder or address, MEDHARM_ROOT the root that it is verified from, and MEDHARM_CACHE where verified releases are kept.
"""

import hashlib
import os
from functools import cache
from pathlib import Path

import streamlit as st
import uvicorn
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from leaderboard.release.trusted_root import read_trusted
from leaderboard.site.data import updater
from leaderboard.site.server import api, first, guard, log, packed
from leaderboard.site.server.contact import security_txt
from leaderboard.site.streamlit import internals, states
from leaderboard.site.views.about import NAME
from leaderboard.site.views.pages import HOME, PAGES

_ROOT = Path(__file__).parents[3]
_MESSAGE_BYTES = 64 * 1024
"""The largest message that a browser may send: a change of a widget takes a few hundred bytes."""
_ICON = (_ROOT / "static" / "favicon.svg").read_bytes()
_VERSION = hashlib.sha256(first.SCRIPT).hexdigest()[:12]
_document = internals.Document(internals.INDEX, first.STYLE, f"/first.js?{_VERSION}")


def healthz(_: Request) -> Response:
    """Whether the process answers."""
    return PlainTextResponse("ok")


def readyz(_: Request) -> Response:
    """Whether there is a release to show, which one, and whether a newer one was rejected, as of the last look; asking
    has the site look again."""
    store = updater.store(updater.results_place())
    store.look()
    current = store.current()
    body = {"state": store.state, "fault": store.fault, "release": current.number if current else None}
    return JSONResponse(body, status_code=200 if current else 503)


def page(request: Request) -> Response:
    """The document of every page, with its first paint; Streamlit draws the rest. A mistake in the first paint costs
    the first paint, not the page."""
    given = {name: request.query_params.getlist(name) for name in request.query_params}
    updater.store(updater.results_place()).look()
    try:
        made = _painter().page(request.url.path.strip("/") or HOME, given)
    except Exception as error:
        log.mistake("script", error)
        made = _painter().bare()
    return first.answer(request, made)


@cache
def _painter() -> first.Painter:
    return first.Painter(_document, updater.store(updater.results_place()))


def home(request: Request) -> Response:
    """The leaderboard is the home page: its own name leads there, with every choice kept."""
    return RedirectResponse(request.url.replace(path="/"), status_code=308)


def first_script(_: Request) -> Response:
    """The script of the first paint; its address changes with it."""
    headers = {"Cache-Control": "public, immutable, max-age=31536000"}
    return Response(first.SCRIPT, media_type="text/javascript", headers=headers)


def icon(_: Request) -> Response:
    """The site's icon, in the place where Streamlit's would be."""
    return Response(_ICON, media_type="image/svg+xml", headers={"Cache-Control": "max-age=86400"})


def on_script_error(error: Exception) -> bool:
    """Draws our own page and notes the kind and the place of the mistake, never its text, which may quote input."""
    log.mistake("script", error)
    return states.script_error()


_ROUTES = [
    Route("/healthz", healthz),
    Route("/readyz", readyz),
    Route("/first.js", first_script),
    Route("/favicon.png", icon),
    Route("/favicon.ico", icon),
    Route("/.well-known/security.txt", security_txt),
    Route("/", page),
    Route("/leaderboard", home),
    *(Route(f"/{name}", page) for name in PAGES if name != HOME),
]
_MIDDLEWARE = [
    Middleware(log.Log),
    Middleware(guard.Guard, policy=guard.content_policy(_document.inline_scripts)),
    Middleware(api.Api),
    Middleware(guard.KnownPaths, known=frozenset(route.path for route in _ROUTES)),
    Middleware(packed.Packed, folder=Path(st.__file__).with_name("static") / "static"),
]


def _make_app() -> st.App:
    internals.keep_pages_in_frame()
    return st.App(_ROOT / "app.py", routes=_ROUTES, middleware=_MIDDLEWARE, on_script_error=on_script_error)


app = _make_app()


def serve(results: Path | str, port: int, host: str = "127.0.0.1", root: Path | None = None) -> None:
    """Serves a results folder or address, verified from `root` on, until the process is told to stop. FileNotFoundError
    where there is no root, Refused E_ROOT where it is none."""
    os.environ["MEDHARM_RESULTS"] = results if isinstance(results, str) else str(results.resolve())
    if root:
        os.environ["MEDHARM_ROOT"] = str(root.resolve())
    read_trusted()
    log.note(f"{NAME} on http://{host}:{port}")
    log.silence()
    uvicorn.run(
        app,
        host=host,
        port=port,
        access_log=False,
        log_config=None,  # uvicorn's own would switch the silenced loggers on again
        server_header=False,
        timeout_graceful_shutdown=2,
        ws="websockets-sansio",
        ws_max_size=_MESSAGE_BYTES,
    )
