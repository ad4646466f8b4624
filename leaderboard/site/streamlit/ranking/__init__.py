"""The ranking in the live page: a packaged component (version 2 of Streamlit's components), because its script is then
a file of this site, which the content security policy allows. It has neither an iframe nor a shadow root, so that the
markup and the style of the first paint work in it."""

from pathlib import Path
from urllib.parse import parse_qs

import streamlit as st

from leaderboard.site.streamlit import internals
from leaderboard.site.streamlit.view import View

FOLDER = Path(__file__).parent
SCRIPT = FOLDER / "assets" / "ranking.js"
STYLE = FOLDER / "ranking.css"
WANTED = "ranking_wanted"
"""Whether the browser requests the markup, because it could not read it from a document."""
_KEY = "ranking"


def draw_ranking(view: View) -> None:
    """Draws the ranking of a view. Usually the browser has the markup from the document, so that none is sent.
    ranking.js writes the choices of a reader to the address, without a run of Streamlit."""
    wanted = st.session_state.pop(WANTED, False)
    component = internals.component(FOLDER, SCRIPT.name)
    component(key=_KEY, data={"board": view.board, "drawn": view.markup if wanted else None}, on_whole_change=_send)


def _send() -> None:
    """Makes this run send the view that the browser requests. The request holds the address, because the browser may
    have changed it without a message to Streamlit (ranking.js)."""
    st.session_state[WANTED] = True
    st.query_params.from_dict(parse_qs(str(st.session_state[_KEY]["whole"])))
