"""The ranking: which systems are safest, and can they be told apart?"""

import streamlit as st

from leaderboard.site.streamlit import landing, ranking
from leaderboard.site.streamlit.downloads import take_view
from leaderboard.site.streamlit.two_axes import draw_two_axes
from leaderboard.site.streamlit.view import view_of
from leaderboard.site.streamlit.visit import Visit, this_visit


def draw(visit: Visit) -> None:
    view = view_of(visit)
    ranking.draw_ranking(view)
    draw_two_axes(view)
    with st.container(key="downloads"):  # hidden if the server's links do the same without a run (ranking.css)
        take_view(visit)


visit = this_visit()
if visit.has_results:
    draw(visit)
else:
    landing.draw(visit)
