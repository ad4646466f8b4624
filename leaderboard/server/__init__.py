"""The site as one ASGI application: Streamlit, our own document around it, health, security headers, a plain log.

`python -m leaderboard serve` runs it; so does `uvicorn leaderboard.server:app`, with MEDHARM_RESULTS naming the folder.
"""

import errno
import os
import traceback
from pathlib import Path

import streamlit as st
import uvicorn
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route
from streamlit.runtime.pages_manager import PagesManager

from leaderboard import updater
from leaderboard.server import guard, log
from leaderboard.server.document import BOOT, Document
from leaderboard.ui import states
from leaderboard.ui.frame import NAME, PAGES

_ROOT = Path(__file__).parents[2]
_MESSAGE_BYTES = 64 * 1024
"""The largest message that a browser may send: a change of a widget takes a few hundred bytes."""
_ABOUT = "How safe are language models on high-risk medical questions, and how sure can we be?"
_ICON = (_ROOT / "static" / "favicon.svg").read_bytes()
_document = Document(Path(st.__file__).with_name("static") / "index.html", NAME, _ABOUT)


def healthz(_: Request) -> Response:
    """Whether the process answers."""
    return PlainTextResponse("ok")


def readyz(_: Request) -> Response:
    """Whether there is a release to show, which one, and whether a newer one was rejected."""
    store = updater.store(updater.results_folder())
    current = store.current()
    body = {"state": store.state, "fault": store.fault, "release": current.number if current else None}
    return JSONResponse(body, status_code=200 if current else 503)


def page(request: Request) -> Response:
    """The document of every page: Streamlit draws the rest."""
    current = updater.store(updater.results_folder()).current()
    board = current.catalogue.boards.get(request.query_params.get("board", "")) if current else None
    return _document.response(indexed=not (board and board.synthetic))


def home(request: Request) -> Response:
    """The leaderboard is the home page: its own name leads there, with every choice kept."""
    return RedirectResponse(request.url.replace(path="/"), status_code=308)


def boot(_: Request) -> Response:
    """The script that tells Streamlit where its server is. A file, so that no inline script need be allowed."""
    return Response(BOOT, media_type="text/javascript", headers={"Cache-Control": "no-cache"})


def icon(_: Request) -> Response:
    """The site's icon, in the place where Streamlit's would be."""
    return Response(_ICON, media_type="image/svg+xml", headers={"Cache-Control": "max-age=86400"})


def on_script_error(error: Exception) -> bool:
    """Draws our own page and notes the kind and the place of the mistake, never its text, which may quote input."""
    where = traceback.extract_tb(error.__traceback__)[-1]
    log.note(f"script error: {type(error).__name__} in {Path(where.filename).name}:{where.lineno}")
    return states.script_error()


_ROUTES = [
    Route("/healthz", healthz),
    Route("/readyz", readyz),
    Route("/boot.js", boot),
    Route("/favicon.png", icon),
    Route("/favicon.ico", icon),
    Route("/", page),
    Route("/leaderboard", home),
    *(Route(f"/{name}", page) for name in PAGES if name != "leaderboard"),
]
_MIDDLEWARE = [
    Middleware(log.Log),
    Middleware(guard.Guard, policy=guard.content_policy(_document.inline_scripts)),
    Middleware(guard.KnownPaths, known=frozenset(route.path for route in _ROUTES)),
]


def _make_app() -> st.App:
    # Streamlit takes a folder called `pages` for its older kind of app until app.py has run once, and would run a page
    # without its frame for the first visitor of a deep link.
    PagesManager.uses_pages_directory = False
    return st.App(_ROOT / "app.py", routes=_ROUTES, middleware=_MIDDLEWARE, on_script_error=on_script_error)


app = _make_app()


def serve(results: Path, port: int, host: str = "127.0.0.1") -> None:
    """Serves a results folder until the process is told to stop. FileNotFoundError where there is no such folder."""
    if not results.is_dir():
        raise FileNotFoundError(errno.ENOENT, "there is no results folder", str(results))
    os.environ["MEDHARM_RESULTS"] = str(results.resolve())
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
