"""The home page of a board that awaits its first results, with doors to the boards that have some."""

from collections.abc import Iterator

import streamlit as st

from leaderboard.boards.board import Board
from leaderboard.site.data import queries
from leaderboard.site.html import landing, masthead
from leaderboard.site.html.markup import Html, element
from leaderboard.site.streamlit.visit import Visit
from leaderboard.site.views import sentences
from leaderboard.site.views.names import names_of
from leaderboard.site.views.numbers import records

FIRST = 5
"""How many systems of a ranking a door shows."""
_TODAY = "Other benchmarks of model safety, with real systems and labels given by people."
_INVENTED = "All results there are invented: no real model is described."


def draw(visit: Visit) -> None:
    """Draws the page."""
    for part in parts(visit):
        st.html(part)


def parts(visit: Visit) -> Iterator[Html]:
    """Yields the parts of the page."""
    others = [board for board in visit.snapshot.catalogue.boards.values() if board.id != visit.board.id]
    yield landing.hero(visit.board, *_left_out(visit))
    yield masthead.section("What it asks about")
    yield landing.categories(visit.board)
    yield landing.known(visit.board)
    yield masthead.section(landing.STEPS_TITLE)
    yield landing.steps(visit.address.link("methods"))
    yield masthead.section(landing.RESULTS_TITLE, _TODAY)
    for state in ("real", "synthetic"):
        doors = [_door(visit, board) for board in others if board.state == state]
        yield element("div", *doors, class_="mh-doors")


def _left_out(visit: Visit) -> tuple[str | None, str | None]:
    """Why this release has nothing of the board, and the address of the last one that had."""
    why = queries.left_out(visit.database, visit.board)
    past = [n for n in queries.releases(visit.database, visit.board)["release"] if n in visit.snapshot.kept]
    return why, visit.address.link(release=int(past[0])) if why and past else None


def _door(visit: Visit, board: Board) -> Html:
    there = visit.address._replace(board=board.id)
    if board.synthetic:
        return landing.door(board, _INVENTED, None, there.link(), "Open the synthetic demo")
    names = names_of(board, visit.snapshot.catalogue.registries[board.id])
    standings, pairs = queries.standings(visit.database, board), queries.separated(visit.database, board)
    says = sentences.headline(standings, pairs, board, names, ())
    foremost = sentences.front(standings, pairs)
    ranked = [line for line in records(standings) if line["ranked"] and not line["safe_by_blocking"]]
    ranked.sort(key=lambda line: line["system"] not in foremost)  # as the board's own page groups them
    first = [
        (line, names.system(line["system"]), there.link("system", system=line["system"])) for line in ranked[:FIRST]
    ]
    ranking = landing.first_places(first, len(ranked) - len(first)) if first else None
    return landing.door(board, says[0] if says else "", ranking, there.link(), f"Open the {board.title} ranking")
