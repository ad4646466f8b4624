"""The first paint: the page of a URL as plain markup, before any script has run and for readers without scripts.

The functions of the live page draw it, once per release, state and address; then it is cached."""

import hashlib
import threading
import time
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from leaderboard.site.data import queries, rows
from leaderboard.site.data.updater import Mark, Store
from leaderboard.site.html import page
from leaderboard.site.server import log
from leaderboard.site.streamlit import frame, leads, ranking, states, view
from leaderboard.site.streamlit.address import Address, Parameters
from leaderboard.site.streamlit.internals import Document
from leaderboard.site.streamlit.visit import Visit, visit_of
from leaderboard.site.views import about
from leaderboard.site.views.about import NAME
from leaderboard.site.views.messages import _
from leaderboard.site.views.pages import HOME, PAGES, path

CACHED = 256
"""The number of pages in the cache, about 90 KB each. The page that was not used for longest is dropped first."""
AHEAD = "drawn ahead"
"""The name of the thread that draws rankings before they are requested."""
_HERE = Path(__file__).parent
STYLE = "".join(path.read_text("utf-8") for path in (frame.STYLE, ranking.STYLE, _HERE / "first.css"))
SCRIPT = (ranking.SCRIPT.read_text("utf-8") + (_HERE / "first.js").read_text("utf-8")).encode()
NO_SCRIPT = _("The figures of this page are drawn with JavaScript. The rankings can be read without.")


class Page(NamedTuple):
    """A finished document."""

    body: bytes
    tag: str
    """The ETag, from the hash of the body."""
    indexed: bool
    """False for invented results: search engines must not index them."""


def answer(request: Request, document: Page) -> Response:
    """Returns a document, or 304 if the browser has it already."""
    # `compression` compresses the body and adds `Vary` to it, but not to a 304, which has no body.
    headers = {"Cache-Control": "no-cache", "ETag": document.tag, "Vary": "Accept-Encoding"}
    if not document.indexed:
        headers["X-Robots-Tag"] = "noindex"
    if document.tag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return Response(document.body, media_type="text/html", headers=headers)


class Painter:
    """Draws and caches the documents of one site."""

    def __init__(self, document: Document, store: Store) -> None:
        self._document, self._store = document, store
        self._cached = lru_cache(maxsize=CACHED)(self._draw)
        self._drawn_ahead: str | None = None
        """The release whose rankings are drawn ahead."""

    def page(self, name: str, parameters: Parameters) -> Page:
        """Returns the document of a page at an address. The first request for a release also starts to draw
        rankings ahead."""
        mark = self._store.mark()
        if self._drawn_ahead != mark.digest:
            self._drawn_ahead = mark.digest
            # No daemon: Python would stop a daemon thread inside DuckDB at exit, and the process would crash.
            threading.Thread(target=self._try_to_draw_ahead, name=AHEAD).start()
        return self._cached(name, visit_of(self._store, parameters), mark)

    def draw_ahead(self) -> None:
        """Caches the ranking of every board over all categories and over each single one, because readers choose these
        first. Sleeps as long as the work took, to leave CPU for requests."""
        mark = self._store.mark()
        for visit in _likely(self._store):
            started = time.thread_time()
            self._cached(HOME, visit, mark)
            time.sleep(time.thread_time() - started)

    def _try_to_draw_ahead(self) -> None:
        try:
            self.draw_ahead()
        # Not fatal: a request for the same ranking meets the same error, and the server answers with `bare`.
        except Exception as error:
            log.mistake("drawing ahead", error)

    def bare(self) -> Page:
        """Returns a document without a first paint, for the case that drawing it failed. Search engines must not index
        it, and try again later."""
        return _page_of(self._document.text(NAME, about.ABOUT, Markup()), indexed=False)

    def _draw(self, name: str, visit: Visit | None, mark: Mark) -> Page:
        if visit is None:
            title, description, parts = NAME, about.ABOUT, [states.nothing(mark.state, mark.fault)]
        else:
            title, description = frame.title(visit, name), leads.about(visit, name)
            parts = list(_parts(visit, name, self._store))
        markup = page.first_paint(_sidebar(visit, name) if visit else "", parts)
        return _page_of(self._document.text(title, description, markup), indexed=not (visit and visit.board.synthetic))


def _likely(store: Store) -> Iterator[Visit]:
    """The visits that are drawn ahead."""
    current = store.current()
    for board in current.catalogue.boards.values() if current else ():
        for category in (None, *board.risk_categories):
            chosen = {"category": [category.id]} if category else {}
            visit = visit_of(store, {"board": [board.id], **chosen})
            if visit and visit.has_results:
                yield visit


def _page_of(text: str, *, indexed: bool) -> Page:
    body = text.encode()
    return Page(body, f'"{hashlib.sha256(body).hexdigest()[:32]}"', indexed)


def _parts(visit: Visit, name: str, store: Store) -> Iterator[Markup]:
    yield frame.head(visit, name, store)
    yield from states.notices(visit, store)
    if name == HOME and visit.has_results:
        yield view.view_of(visit).markup
    else:
        yield from leads.parts(visit, name)
        if name != HOME:
            yield page.notice(NO_SCRIPT, "mh-noscript")
    yield page.limits(about.limits(visit.board))
    yield frame.foot(visit)


def _sidebar(visit: Visit, current: str) -> Markup:
    """The list of boards, and the pages of this board."""
    lines = rows.read(rows.BoardLine, queries.boards(visit.database))
    boards = [
        (
            board.title,
            Address(board=board.id, release=visit.address.release).link(),
            about.state(board, lines),
            board.id == visit.board.id,
        )
        for board in visit.snapshot.catalogue.boards.values()
    ]
    pages = [(title, visit.address.link(path(name)), name == current) for name, title in PAGES.items()]
    return page.sidebar(visit.address.link(), boards, pages)
