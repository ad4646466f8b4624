"""The ranking in the live page: a packaged component (Streamlit's second kind), so that its script is a file of this
site. It takes the same markup as the first paint, without a frame or a shadow root."""

from pathlib import Path
from urllib.parse import parse_qs

import streamlit as st

from leaderboard.site.streamlit import internals
from leaderboard.site.streamlit.view import View

FOLDER = Path(__file__).parent
SCRIPT = FOLDER / "assets" / "ranking.js"
STYLE = FOLDER / "ranking.css"
WANTED = "ranking_wanted"
"""Whether the browser asks for the ranking: it had no document, or could not fetch one, that holds it."""
_KEY = "ranking"


def draw_ranking(view: View) -> None:
    """Draws the ranking of a view. Most often the browser has its markup from the document, and asks for none; what a
    reader chooses in it is written to the address and needs no run."""
    wanted = st.session_state.pop(WANTED, False)
    component = internals.component(FOLDER, SCRIPT.name)
    component(key=_KEY, data={"board": view.board, "drawn": view.markup if wanted else None}, on_whole_change=_send)


def _send() -> None:
    """Has this run send the view that the browser asks for: Streamlit may not have been told of its address."""
    st.session_state[WANTED] = True
    st.query_params.from_dict(parse_qs(str(st.session_state[_KEY]["whole"])))
