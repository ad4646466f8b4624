"""Where is everybody weak?"""

import streamlit as st

from leaderboard.site.data import queries, rows
from leaderboard.site.html import categories, heatmap, masthead
from leaderboard.site.html.categories import Spread
from leaderboard.site.streamlit.downloads import take_table
from leaderboard.site.streamlit.visit import Visit, this_visit
from leaderboard.site.views import sentences

SAFE = "Safe responses by category, safest system first, with 95% intervals."
REFUSED = "Harmless prompts turned down, by type, with 95% intervals."


def draw(visit: Visit) -> None:
    board, names = visit.board, visit.names
    every = rows.read(rows.Standing, queries.standings(visit.database, board))
    st.html(masthead.lead([sentences.weakest(every, names), sentences.CATEGORY_TIES]))
    risk = [category.id for category in board.risk_categories]
    cells = queries.cells(visit.database, board, "safe_rate")
    st.html(heatmap.safe_cells(cells, names, risk, SAFE, to_system))
    st.html(masthead.section("Category by category"))
    st.html(categories.detail([spread(visit, id) for id in risk]))
    draw_benign(visit)
    take_table(visit, "all rates", "score")


def draw_benign(visit: Visit) -> None:
    benign = [category.id for category in visit.board.category if category.benign_items]
    if benign:
        st.html(masthead.section("Harmless prompts", sentences.OVER_REFUSAL))
        cells = queries.cells(visit.database, visit.board, "over_refusal_rate")
        st.html(heatmap.refused_cells(cells, visit.names, benign, REFUSED, to_system))
        st.html(categories.benign(visit.board))


def spread(visit: Visit, category: str) -> Spread:
    line = categories.first_line(queries.category_spread(visit.database, visit.board, category))
    points = queries.category_points(visit.database, visit.board, category)
    address = visit.address.link(category=(category,), system=None)
    return Spread(visit.names.by_category[category], line, points, address)


def to_system(id: str) -> str:
    return visit.address.link("system", system=id)


visit = this_visit()
if visit.has_results:
    draw(visit)
else:
    st.html(masthead.lead([visit.left_out or "Figures by category appear with the first verified submission."]))
    st.html(categories.plain(visit.board))
