"""Which systems are safest, and can they be told apart?"""

import streamlit as st

from leaderboard.tables.download import csv
from leaderboard.ui import landing
from leaderboard.ui.ranking import draw_ranking
from leaderboard.ui.two_axes import draw_two_axes
from leaderboard.ui.view import view_of
from leaderboard.ui.visit import Visit, this_visit


def draw(visit: Visit) -> None:
    view = view_of(visit)
    st.html(view.leads)
    draw_ranking(view)
    draw_two_axes(visit, view.rows[view.rows["ranked"]])
    st.download_button(
        "Download this view (CSV)",
        data=lambda: csv(view.rows, visit.board, visit.names, visit.address.category, visit.snapshot.number),
        file_name=f"{visit.board.id}-release-{visit.snapshot.number}.csv",
        mime="text/csv",
        on_click="ignore",
    )


visit = this_visit()
if visit.has_results:
    draw(visit)
else:
    landing.draw(visit)
