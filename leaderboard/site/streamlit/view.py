"""The ranking of one visit as words and markup. The first paint, the live page and the download take it from here, so
that they cannot disagree; it is made once per release and address, and kept."""

from dataclasses import dataclass
from functools import cached_property, lru_cache
from html import escape
from typing import NamedTuple
from urllib.parse import urlencode

import pandas as pd

from leaderboard.site.data import queries
from leaderboard.site.html import masthead, standings, toolbar
from leaderboard.site.html import ranking as table
from leaderboard.site.html.markup import Html, element, join
from leaderboard.site.html.ranking import Lines, Shown
from leaderboard.site.streamlit.address import LONGEST_SEARCH, Address
from leaderboard.site.streamlit.visit import Visit
from leaderboard.site.views import sentences
from leaderboard.site.views.filters import SEPARATE, is_narrowed, narrow
from leaderboard.site.views.names import Names

REMEMBERED = 128
"""How many views are kept, the latest used: about 60 KB each for a board of twenty systems."""
NOBODY = "No ranked system fits these filters."


@dataclass(frozen=True)
class View:
    """What the leaderboard says at one address."""

    visit: Visit
    scores: "Scores"
    rows: pd.DataFrame
    """The standings that are in sight, in their order. Not to be changed: it is shared."""
    tools: Html

    @property
    def board(self) -> str:
        """Which board of which release this is: as long as it stays, so may the controls."""
        return f"{self.visit.snapshot.digest} {self.visit.board.id}"

    @cached_property
    def tables(self) -> Html:
        """The ranking and what belongs to it: what is not ranked and why, and what guardrails would change. Drawn when
        it is asked for: a browser that filters holds it already."""
        return _tables(self)


@lru_cache(maxsize=REMEMBERED)
def view_of(visit: Visit) -> View:
    """Returns the view of a visit to a board that has results."""
    address, board = visit.address, visit.board
    scores = _scores(visit._replace(address=Address(board.id, address.release, address.category)))
    chosen = address.chosen()
    rows = narrow(scores.every, chosen, visit.names)
    return View(visit, scores, rows, toolbar.toolbar(scores.every, board, visit.names, chosen, LONGEST_SEARCH))


class Scores(NamedTuple):
    """What filters and order do not change. Links in it name the view by a mark that no name or id can hold."""

    every: pd.DataFrame
    says: list[str]
    """What the ranking says, in sentences."""
    leads: Html
    """A notice, if any, and the same as markup."""
    lines: Lines
    precision: Html | None
    unranked: dict[str, Html]
    simulated: Html | None


_VIEW = "$view$"


@lru_cache(maxsize=REMEMBERED)
def _scores(visit: Visit) -> Scores:
    database, board, names, asked = visit.database, visit.board, visit.names, visit.address.category
    categories = asked if queries.has_view(database, board, asked) else ()
    every = queries.standings(database, board, categories)
    pairs = queries.separated(database, board, categories)
    says = sentences.headline(every, pairs, board, names, categories)
    precision = sentences.precision(queries.detectable(database, board, categories))
    return Scores(
        every=every,
        says=says,
        leads=join(None if categories == asked else masthead.notice(SEPARATE), masthead.lead(says)),
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


def ranking(view: View, ways: Html | None = None) -> Html:
    """Returns the ranking with what it says and its controls, for the first paint and for the live page alike, and
    `ways` to take it along. Its attributes say of which board and categories it is."""
    visit = view.visit
    return element(
        "div",
        element("div", view.scores.leads, class_="mh-said"),
        _each_alone(visit),
        view.tools,
        element("div", view.tables, class_="mh-tables"),
        ways,
        class_="mh-ranking",
        data_board=view.board,
        data_categories=" ".join(visit.address.category),
        data_scope=sentences.scope(visit.board, visit.names, visit.address.category),
    )


def _each_alone(visit: Visit) -> Html:
    alone = {category.id: visit.address.link(category=(category.id,)) for category in visit.board.risk_categories}
    return toolbar.each_alone(visit.board, {"": visit.address.link(category=()), **alone})


def _tables(view: View) -> Html:
    visit, scores, rows = view.visit, view.scores, view.rows
    seen, others = rows[rows["ranked"]]["system"].tolist(), set(rows["system"]) & set(scores.unranked)
    parts = join(
        toolbar.count(len(seen), len(scores.lines.rows), visit.address.chosen()),
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
