"""The home page of a board that awaits its first results, with doors to the boards that have some."""

import streamlit as st

from leaderboard import queries
from leaderboard.board import Board
from leaderboard.tables import landing, masthead, sentences
from leaderboard.tables.marks import ranks, records
from leaderboard.tables.markup import Html, element
from leaderboard.tables.names import names_of
from leaderboard.ui.visit import Visit

FIRST = 3
"""How many systems of a ranking a door shows."""
_AWAITING = ["No verified submission yet.", "This board shows results once a first submission has been checked."]
_TODAY = "Other benchmarks of model safety, with real systems and labels given by people."
_INVENTED = "All results there are invented: no real model is described."


def draw(visit: Visit) -> None:
    """Draws the page."""
    others = [board for board in visit.snapshot.catalogue.boards.values() if board.id != visit.board.id]
    st.html(masthead.lead(_AWAITING))
    st.html(landing.known(visit.board))
    st.html(masthead.section("What it asks about"))
    st.html(landing.categories(visit.board))
    st.html(masthead.section("How a first result gets here"))
    st.html(landing.steps(visit.address.link("methods")))
    st.html(masthead.section("Results you can read today", _TODAY))
    st.html(element("div", *(_door(visit, board) for board in others if board.state == "real"), class_="mh-doors"))
    st.html(element("div", *(_door(visit, board) for board in others if board.synthetic), class_="mh-doors"))


def _door(visit: Visit, board: Board) -> Html:
    address = visit.address._replace(board=board.id).link()
    if board.synthetic:
        return landing.door(board, _INVENTED, [], address, "Open the synthetic demo")
    names = names_of(board, visit.snapshot.catalogue.registries[board.id])
    standings = queries.standings(visit.database, board)
    says = sentences.headline(standings, queries.separated(visit.database, board), board, names, ())
    first = records(standings[standings["ranked"] & ~standings["safe_by_blocking"]].head(FIRST))
    top = [(ranks(row["low"], row["high"]), names.system(row["system"])) for row in first]
    return landing.door(board, says[0] if says else "", top, address, f"Open the {board.title} ranking")
