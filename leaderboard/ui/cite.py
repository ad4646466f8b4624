"""How to cite a view: its words and an address that keeps showing the release that was cited."""

from urllib.parse import urlsplit

import streamlit as st

from leaderboard.tables import masthead
from leaderboard.tables.masthead import SYNTHETIC, long_date
from leaderboard.tables.sentences import scope
from leaderboard.ui.visit import Visit


def citation(visit: Visit) -> None:
    """Draws the citation of this view, folded away. Streamlit's block of code would bring 1.5 MB of script."""
    st.html(masthead.citation(cite(visit)))


def cite(visit: Visit) -> str:
    """Returns the citation."""
    snapshot, board = visit.snapshot, visit.board
    about = f", over {scope(board, visit.names, visit.address.category)}" if visit.has_results else ""
    synthetic = f" {SYNTHETIC}" if board.synthetic else ""
    return (
        f"MedHarm Leaderboard: {board.title} {board.version}{about}. Release {snapshot.number}, "
        f"{long_date(snapshot.released_on)}. {permanent_address(visit)}{synthetic}"
    )


def permanent_address(visit: Visit) -> str:
    """Returns this view's address with the release in it."""
    page = urlsplit(st.context.url or "")
    return page._replace(path=page.path or "/", query="").geturl() + visit.address.here(release=visit.snapshot.number)
