"""Which systems are safest, and can they be told apart?"""

import streamlit as st

from leaderboard import exports
from leaderboard.ui import landing
from leaderboard.ui.ranking import draw_ranking
from leaderboard.ui.take import take
from leaderboard.ui.two_axes import draw_two_axes
from leaderboard.ui.view import view_of
from leaderboard.ui.visit import Visit, this_visit


def draw(visit: Visit) -> None:
    view = view_of(visit)
    st.html(view.leads)
    draw_ranking(view)
    draw_two_axes(visit, view.rows[view.rows["ranked"]])
    take(
        visit,
        "this view",
        lambda: exports.leaderboard(visit.snapshot, visit.board, visit.names, visit.address.chosen()),
    )


visit = this_visit()
if visit.has_results:
    draw(visit)
else:
    landing.draw(visit)
