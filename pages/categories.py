"""The page of categories: in which ones are systems weak?"""

import streamlit as st

from leaderboard.boards.board import Category
from leaderboard.site.data import queries, rows
from leaderboard.site.html import categories, page
from leaderboard.site.streamlit import leads
from leaderboard.site.streamlit.downloads import take_table
from leaderboard.site.streamlit.visit import Visit, this_visit
from leaderboard.site.views import sentences
from leaderboard.site.views.basis import explain
from leaderboard.site.views.categories import SAFE, TURNED_DOWN, Spread, heat_map, spread


def draw(visit: Visit) -> None:
    board, database = visit.board, visit.database
    every = rows.read(rows.Standing, queries.standings(database, board))
    order = explain(queries.basis(database, board), board, visit.names)
    says = [sentences.weakest(every, visit.names), sentences.category_ties(visit.names)]
    st.html(page.lead([*says, *([order] if order else [])]))
    safe = rows.read(rows.Cell, queries.cells(database, board, "safe_rate"))
    turned_down = rows.read(rows.Cell, queries.cells(database, board, "over_refusal_rate"))
    benign = [category for category in board.category if category.benign_items]
    results = categories.results(
        heat_map(SAFE, board.risk_categories, safe),
        heat_map(TURNED_DOWN, benign, turned_down) if benign else None,
        [spread_of(visit, category, safe) for category in board.risk_categories],
        visit.names,
        lambda id: visit.address.link("system", system=id),
    )
    st.html(results)
    take_table(visit, "all rates", "score")


def spread_of(visit: Visit, category: Category, safe: list[rows.Cell]) -> Spread:
    line = rows.first(rows.CategorySpread, queries.category_spread(visit.database, visit.board, category.id))
    return spread(category, safe, line, visit.address.link(category=(category.id,), system=None))


visit = this_visit()
if visit.has_results:
    draw(visit)
else:
    st.html(page.lead(leads.awaiting(visit, "categories")))
    st.html(categories.awaited(visit.board, visit.names))
