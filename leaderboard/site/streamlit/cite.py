"""How to cite a view: the text, and an address that always shows the cited release."""

from urllib.parse import urlsplit

import streamlit as st
from markupsafe import Markup

from leaderboard.site.html import page
from leaderboard.site.streamlit.visit import Visit
from leaderboard.site.views.about import NAME, SYNTHETIC
from leaderboard.site.views.sentences import scope


def citation(visit: Visit) -> Markup:
    """Returns the citation of this view, folded."""
    # Not st.code: it makes the browser fetch 1.5 MB of script.
    snapshot, board = visit.snapshot, visit.board
    return page.citation(
        NAME,
        board,
        snapshot.number,
        snapshot.released_on,
        scope(board, visit.names, visit.address.category) if visit.has_results else None,
        permanent_address(visit),
        SYNTHETIC if board.synthetic else None,
    )


def permanent_address(visit: Visit) -> str:
    """Returns this view's address with the release in it."""
    url = urlsplit(st.context.url or "")
    return url._replace(path=url.path or "/", query="").geturl() + visit.address.here(release=visit.snapshot.number)
