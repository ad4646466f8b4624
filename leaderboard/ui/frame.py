"""The frame around every page: title, style, sidebar, header, notices, footer, and the watch for a new release."""

from pathlib import Path

import streamlit as st

from leaderboard import queries
from leaderboard.tables import limits, masthead
from leaderboard.ui import cite, states
from leaderboard.ui.choices import bind
from leaderboard.ui.visit import Visit, read_visit, site_store

NAME = "MedHarm Leaderboard"
LOOKS_EVERY = 5
"""Seconds between two looks for a new release: well under the 15 that an open page may take to show it."""
_STYLE = Path(__file__).with_name("style.css")
_ICON = Path(__file__).parents[2] / "static" / "favicon.svg"
SUPPORT = (
    "If someone is in danger now, call your emergency number (112 in the EU, 911 in the US and Canada, 999 in the UK). "
    "For poisoning, call your poison centre (in the US 1-800-222-1222). This site gives no medical advice."
)
PAGES = {
    "leaderboard": "Leaderboard",
    "categories": "Categories",
    "system": "Systems",
    "releases": "Releases",
    "methods": "Methods",
}


def open_page() -> None:
    """Sets the look of the page."""
    st.set_page_config(page_title=NAME, page_icon=_ICON, layout="wide", initial_sidebar_state="auto", menu_items={})
    st.html(_STYLE)


def pages() -> list[st.Page]:
    """Returns the pages of the site; the leaderboard is the home page."""
    return [
        st.Page(f"pages/{name}.py", title=title, url_path=name, default=name == "leaderboard")
        for name, title in PAGES.items()
    ]


def begin() -> Visit:
    """Returns the visit, or draws the page that says why there is none and ends the run."""
    st.session_state["drawn"] = site_store().mark()  # before the visit: what comes in between is drawn by the next run
    visit = read_visit()
    st.session_state["visit"] = visit
    if visit is None:
        watch()
        states.nothing_to_show(site_store().state, site_store().fault)
        st.stop()
    return visit


@st.fragment(run_every=LOOKS_EVERY)
def watch() -> None:
    """Draws the page again when the release or its state has changed. The choices stay: they are in the URL."""
    site_store().refresh()
    mark, drawn = site_store().mark(), st.session_state["drawn"]
    if mark != drawn:
        st.session_state["new_release"] = mark.digest != drawn.digest
        st.rerun()


def sidebar(visit: Visit) -> None:
    """Draws the brand, the board picker and the way to the pages."""
    with st.sidebar:
        st.html(masthead.brand(visit.address.link(release=visit.address.release)))
        held = queries.boards(visit.database)
        boards = visit.snapshot.catalogue.boards
        st.radio(
            "Benchmark",
            list(boards),
            format_func=lambda id: boards[id].title,
            captions=[masthead.about_board(board, held) for board in boards.values()],
            **bind("board", visit.board.id),
        )
        with st.container(key="pages", gap=None):
            st.html(masthead.small_heading("Pages"))
            for name, title in PAGES.items():
                st.page_link(f"pages/{name}.py", label=title, query_params=visit.address.parameters(), width="stretch")


def header(visit: Visit, page: str) -> None:
    """Draws the page's heading, what it is about and the state of the release; notices stand below it."""
    title = visit.names.system(visit.address.system) if page == PAGES["system"] and visit.address.system else page
    st.set_page_config(page_title=f"{title} · {visit.board.title} · {NAME}")
    release = masthead.release_line(visit.snapshot, site_store().state)
    st.html(masthead.heading(visit.board, title, page == PAGES["leaderboard"], release))
    states.draw_notices(visit, site_store())


def footer(visit: Visit) -> None:
    """Draws what every page ends with."""
    st.html(limits.box(visit.board))
    cite.citation(visit)
    ways = [(title, visit.address.link("" if name == "leaderboard" else name)) for name, title in PAGES.items()]
    st.html(masthead.footer(visit.board, SUPPORT if visit.board.medical else None, ways))
