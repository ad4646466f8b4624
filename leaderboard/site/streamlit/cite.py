"""How to cite a view: its words and an address that keeps showing the release that was cited."""

from urllib.parse import urlsplit

import streamlit as st

from leaderboard.site.html import masthead
from leaderboard.site.html.markup import Html, element, join
from leaderboard.site.html.masthead import SYNTHETIC, long_date
from leaderboard.site.streamlit.visit import Visit
from leaderboard.site.views.sentences import scope


def citation(visit: Visit) -> None:
    """Draws the citation of this view, folded away. Streamlit's block of code would bring 1.5 MB of script."""
    st.html(masthead.citation(cite(visit)))


def cite(visit: Visit) -> Html:
    """Returns the citation. What depends on the view is marked: the ranking's script keeps it true."""
    snapshot, board = visit.snapshot, visit.board
    view = element("span", scope(board, visit.names, visit.address.category), class_="mh-scope")
    here = element("span", permanent_address(visit), class_="mh-here", data_release=snapshot.number)
    about = join(", over ", view) if visit.has_results else None
    synthetic = f" {SYNTHETIC}" if board.synthetic else None
    day = long_date(snapshot.released_on)
    return join(
        f"MedHarm Leaderboard: {board.title} {board.version}",
        about,
        f". Release {snapshot.number}, {day}. ",
        here,
        synthetic,
    )


def permanent_address(visit: Visit) -> str:
    """Returns this view's address with the release in it."""
    page = urlsplit(st.context.url or "")
    return page._replace(path=page.path or "/", query="").geturl() + visit.address.here(release=visit.snapshot.number)
