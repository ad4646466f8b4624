"""The home page of a board that awaits its first results, with doors to the boards that have some."""

import streamlit as st

from leaderboard import queries
from leaderboard.board import Board
from leaderboard.tables import landing, masthead, sentences
from leaderboard.tables.marks import ranks, records
from leaderboard.tables.markup import element
from leaderboard.tables.names import names_of
from leaderboard.ui.visit import Visit

FIRST = 3
"""How many systems of a ranking a door shows."""


def draw(visit: Visit) -> None:
    """Draws the page."""
    st.html(
        masthead.lead(
            ["No verified submission yet.", "This board shows results once a first submission has been checked."]
        )
    )
    boards = [board for board in visit.snapshot.catalogue.boards.values() if board.id != visit.board.id]
    st.html(landing.known(visit.board))
    st.html(masthead.section("What it asks about", None))
    st.html(landing.categories(visit.board))
    st.html(masthead.section("How a first result gets here", None))
    st.html(landing.steps(visit.address.link("methods")))
    st.html(
        masthead.section(
            "Results you can read today",
            "Other benchmarks of model safety, with real systems and labels given by people.",
        )
    )
    st.html(element("div", *(_door(visit, board) for board in boards if board.state == "real"), class_="mh-doors"))
    st.html(element("div", *(_door(visit, board) for board in boards if board.synthetic), class_="mh-doors"))


def _door(visit: Visit, board: Board) -> masthead.Html:
    names = names_of(board, visit.snapshot.catalogue.registries[board.id])
    address = visit.address._replace(board=board.id).link()
    if board.synthetic:
        return landing.door(
            board, "All results there are invented: no real model is described.", [], address, "Open the synthetic demo"
        )
    standings = queries.standings(visit.database, board)
    says = sentences.headline(standings, queries.separated(visit.database, board), board, names, ())
    top = [
        (ranks(row["low"], row["high"]), names.system(row["system"]))
        for row in records(standings[standings["ranked"]].head(FIRST))
    ]
    return landing.door(board, says[0] if says else "", top, address, f"Open the {board.title} ranking")
