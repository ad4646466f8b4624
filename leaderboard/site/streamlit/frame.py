"""The frame around every page: title, style, sidebar, header, notices, footer, and the watch for a new release."""

from functools import cache
from pathlib import Path

import streamlit as st
from markupsafe import Markup

from leaderboard.boards import licences
from leaderboard.site.data import queries, rows
from leaderboard.site.data.updater import Store
from leaderboard.site.html import page
from leaderboard.site.streamlit import cite, ranking, states
from leaderboard.site.streamlit.choices import bind
from leaderboard.site.streamlit.visit import Visit, read_visit, site_store
from leaderboard.site.views import about, glossary
from leaderboard.site.views.about import NAME
from leaderboard.site.views.messages import _
from leaderboard.site.views.pages import HOME, PAGES, path

REFRESH_SECONDS = 5
"""How often an open page checks for a new release: well under the 15 seconds that it may take to show one."""
STYLE = Path(__file__).with_name("style.css")
_ICON = Path(__file__).parents[3] / "static" / "favicon.svg"


def open_page() -> None:
    """Sets title, icon, layout and style of the page."""
    st.set_page_config(page_title=NAME, page_icon=_ICON, layout="wide", initial_sidebar_state="auto", menu_items={})
    st.html(_style())


@cache
def _style() -> Markup:
    return Markup("<style>{}</style>").format(Markup(STYLE.read_text("utf-8") + ranking.STYLE.read_text("utf-8")))


def pages() -> list[st.Page]:
    """Returns the pages of the site; the leaderboard is the home page."""
    return [
        st.Page(f"pages/{name}.py", title=title, url_path=name, default=name == HOME) for name, title in PAGES.items()
    ]


def begin() -> Visit:
    """Returns the visit, or draws the page that says why there is none and ends the run."""
    before, mark = st.session_state.get("drawn"), site_store().mark()
    # The mark is read before the visit. If a new release arrives in between, the marks differ and `watch` runs again.
    st.session_state["drawn"] = mark
    if before and before.digest != mark.digest:
        st.session_state["new_release"] = True
    visit = read_visit()
    st.session_state["visit"] = visit
    if visit is None:
        watch()
        st.html(states.nothing(site_store().state, site_store().fault))
        st.stop()
    return visit


@st.fragment(run_every=REFRESH_SECONDS)
def watch() -> None:
    """Draws the page again when the release or its state has changed. The choices stay, because they are in the URL."""
    site_store().look()
    if site_store().mark() != st.session_state["drawn"]:
        st.rerun()


def sidebar(visit: Visit) -> None:
    """Draws the brand, the list of boards and the links to the pages."""
    with st.sidebar:
        st.html(page.brand(visit.address.link(release=visit.address.release)))
        lines = rows.read(rows.BoardLine, queries.boards(visit.database))
        boards = visit.snapshot.catalogue.boards
        st.radio(
            _("Benchmark"),
            list(boards),
            format_func=lambda id: boards[id].title,
            captions=[about.state(board, lines) for board in boards.values()],
            **bind("board", visit.board.id),
        )
        with st.container(key="pages", gap=None):
            st.html(page.small_heading(_("Pages")))
            for name, title in PAGES.items():
                st.page_link(f"pages/{name}.py", label=title, query_params=visit.address.parameters(), width="stretch")


def header(visit: Visit, name: str) -> None:
    """Draws the page's heading, what it is about and the state of the release, then the notices."""
    st.set_page_config(page_title=title(visit, name))
    st.html(head(visit, name, site_store()))
    states.draw_notices(visit, site_store())


def title(visit: Visit, name: str) -> str:
    """Returns the title of a page's window."""
    return f"{_heading(visit, name)} · {visit.board.title} · {NAME}"


def head(visit: Visit, name: str, store: Store) -> Markup:
    """Returns a page's heading."""
    current = store.current()
    older = current is not None and current.number != visit.snapshot.number
    release = page.release_line(visit.snapshot, store.state, older)
    term = visit.names.term(glossary.BOARD_STATES[visit.state])
    return page.heading(visit.board, visit.state, term, _heading(visit, name), name == HOME, release)


def _heading(visit: Visit, name: str) -> str:
    return visit.names.system(visit.address.system) if name == "system" and visit.address.system else PAGES[name]


def footer(visit: Visit) -> None:
    """Draws what every page ends with."""
    st.html(page.limits(about.limits(visit.board)))
    st.html(cite.citation(visit))
    st.html(foot(visit))


def foot(visit: Visit) -> Markup:
    """Returns the foot of a page."""
    links = [(title, visit.address.link(path(name))) for name, title in PAGES.items()]
    support = about.SUPPORT if visit.board.medical else None
    return page.footer(visit.board, support, links, about.NOTHING_ELSE, licences.url(visit.board.licence))
