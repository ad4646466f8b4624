"""The home page of a board that awaits its first results, with links to the boards that have some."""

import streamlit as st
from markupsafe import Markup

from leaderboard.boards.board import Board
from leaderboard.site.data import queries, rows
from leaderboard.site.html import landing
from leaderboard.site.streamlit.visit import Visit
from leaderboard.site.views.about import state_of
from leaderboard.site.views.landing import FIRST, Door, first_ranked
from leaderboard.site.views.messages import _
from leaderboard.site.views.names import names_of
from leaderboard.site.views.ranking import scores_of
from leaderboard.site.views.sentences import price


def draw(visit: Visit) -> None:
    """Draws the page."""
    st.html(page(visit))


def page(visit: Visit) -> Markup:
    """Returns the page."""
    others = [board for board in visit.snapshot.catalogue.boards.values() if board.id != visit.board.id]
    past = [line.release for line in rows.read(rows.ReleaseLine, queries.releases(visit.database, visit.board))]
    stored = [release for release in past if release in visit.snapshot.kept]
    return landing.landing(
        visit.board,
        visit.names,
        [_door(visit, board) for board in others],
        visit.address.link("methods"),
        visit.left_out,
        visit.address.link(release=stored[0]) if stored else None,
    )


def _door(visit: Visit, board: Board) -> Door:
    address = visit.address._replace(board=board.id)
    names = names_of(board, visit.snapshot.catalogue.registries[board.id])

    def to_system(id: str) -> str:
        return address.link("system", system=id)

    state = state_of(board, rows.read(rows.BoardLine, queries.boards(visit.database)))
    closed = Door(board, state, "", (), 0, names, address.link(), to_system)
    if state == "synthetic":
        return closed._replace(says=_("All results there are invented: no real model is described."))
    if state != "real":
        return closed
    scores = scores_of(visit.database, board, names, ())
    ranked = first_ranked(scores.every, scores.foremost)
    top = [row for row in scores.ranked if row.system in scores.foremost]
    says = " ".join([scores.says[0], *price(top, names)])
    return closed._replace(says=says, first=ranked[:FIRST], rest=max(len(ranked) - FIRST, 0))
