"""The ranking of one visit as words and markup. The first paint, the live page and the download take it from here, so
that they cannot disagree; it is made once per release and address, and kept."""

from functools import lru_cache
from html import escape
from typing import NamedTuple
from urllib.parse import urlencode

import pandas as pd

from leaderboard import queries
from leaderboard.tables import masthead, sentences, standings, toolbar
from leaderboard.tables import ranking as table
from leaderboard.tables.filters import SEPARATE, is_narrowed, narrow
from leaderboard.tables.markup import Html, element, join
from leaderboard.tables.names import Names
from leaderboard.tables.ranking import Lines, Shown
from leaderboard.ui.address import LONGEST_SEARCH, Address
from leaderboard.ui.visit import Visit

REMEMBERED = 128
"""How many views are kept, the latest used: about 60 KB each for a board of twenty systems."""
NOBODY = "No ranked system fits these filters."


class View(NamedTuple):
    """What the leaderboard says at one address."""

    query: str
    """The address, as every part of the site writes it."""
    board: str
    """Which board of which release this is: as long as it stays, so may the controls."""
    of: str
    """Which tables these are: the same for any filter and any order of the rows."""
    leads: Html
    """A notice, if any, and what the ranking says."""
    tools: Html
    tables: Html
    """The ranking and what belongs to it: what is not ranked and why, and what guardrails would change."""
    rows: pd.DataFrame
    """The standings that are in sight, in their order. Not to be changed: it is shared."""


@lru_cache(maxsize=REMEMBERED)
def view_of(visit: Visit) -> View:
    """Returns the view of a visit to a board that has results."""
    address, board = visit.address, visit.board
    scores = _scores(visit._replace(address=Address(board.id, address.release, address.category)))
    chosen = address.chosen()
    rows = narrow(scores.every, chosen, visit.names)
    return View(
        query=urlencode(address.parameters(), doseq=True),
        board=f"{visit.snapshot.digest} {board.id}",
        of=f"{visit.snapshot.digest} {board.id} {' '.join(address.category)}",
        leads=scores.leads,
        tools=toolbar.toolbar(scores.every, board, visit.names, chosen, LONGEST_SEARCH),
        tables=_tables(visit, scores, rows),
        rows=rows,
    )


class _Scores(NamedTuple):
    """What filters and order do not change. Links in it name the view by a mark that no name or id can hold."""

    every: pd.DataFrame
    leads: Html
    lines: Lines
    precision: Html | None
    unranked: dict[str, Html]
    simulated: Html | None


_VIEW = "$view$"


@lru_cache(maxsize=REMEMBERED)
def _scores(visit: Visit) -> _Scores:
    database, board, names, asked = visit.database, visit.board, visit.names, visit.address.category
    categories = asked if queries.has_view(database, board, asked) else ()
    every = queries.standings(database, board, categories)
    pairs = queries.separated(database, board, categories)
    said = masthead.lead(sentences.headline(every, pairs, board, names, categories))
    precision = sentences.precision(queries.detectable(database, board, categories))
    return _Scores(
        every=every,
        leads=said if categories == asked else join(masthead.notice(SEPARATE), said),
        lines=table.lines(every[every["ranked"]], sentences.front(every, pairs), board, names, categories, _to_system),
        precision=masthead.note(precision) if precision else None,
        unranked=standings.unranked_lines(every[~every["ranked"] & (every["evidence"] == "run")], names, _to_system),
        simulated=_simulated(every, names),
    )


def _to_system(id: str) -> str:
    return f"./system?{_VIEW}system={id}"


def _simulated(every: pd.DataFrame, names: Names) -> Html | None:
    if not (every["evidence"] == "simulated").any():
        return None
    return join(
        masthead.section("What guardrails would change", standings.SIMULATED),
        standings.simulated(every, names, _to_system),
    )


def ranking(view: View) -> Html:
    """Returns the ranking with its controls, as the first paint draws it and as the live page's script builds it."""
    return element(
        "div", view.tools, element("div", view.tables, class_="mh-tables", data_of=view.of), class_="mh-ranking"
    )


def _tables(visit: Visit, scores: _Scores, rows: pd.DataFrame) -> Html:
    seen, others = rows[rows["ranked"]]["system"].tolist(), set(rows["system"]) & set(scores.unranked)
    parts = join(
        toolbar.count(len(seen), len(scores.lines.rows)),
        table.ranking(scores.lines, Shown(seen, visit.address.sort)) if scores.lines.rows else None,
        element("p", NOBODY, class_="mh-nothing", hidden=bool(seen)),
        scores.precision,
        _unranked(scores.unranked, others),
        element("section", scores.simulated, class_="mh-simulated", hidden=is_narrowed(visit.address.chosen()))
        if scores.simulated
        else None,
    )
    query = urlencode(visit.address.parameters(system=None), doseq=True)
    return Html(parts.replace(_VIEW, escape(f"{query}&")))


def _unranked(lines: dict[str, Html], shown: set[str]) -> Html | None:
    if not lines:
        return None
    return element(
        "section",
        masthead.section("Not ranked", standings.UNRANKED),
        standings.unranked(lines, shown),
        class_="mh-unranked",
        hidden=not shown,
    )
