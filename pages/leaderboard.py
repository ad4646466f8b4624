"""Which systems are safest, and can they be told apart?"""

import pandas as pd
import streamlit as st

from leaderboard import queries
from leaderboard.tables import masthead, sentences, standings
from leaderboard.tables.download import csv
from leaderboard.ui import landing
from leaderboard.ui.filters import draw_count, draw_filters, narrow
from leaderboard.ui.two_axes import draw_two_axes
from leaderboard.ui.visit import Visit, this_visit

SEPARATE = "These categories are not scored together, but each alone and all of them are. This is all of them."


def draw(visit: Visit) -> None:
    categories = visit.address.category
    if not queries.has_view(visit.database, visit.board, categories):
        st.html(masthead.notice(SEPARATE))
        categories = ()
    every = queries.standings(visit.database, visit.board, categories)
    pairs = queries.separated(visit.database, visit.board, categories)
    st.html(masthead.lead(sentences.headline(every, pairs, visit.board, visit.names, categories)))
    draw_filters(visit, every)
    shown = narrow(every, visit.address, visit.names)
    draw_ranked(visit, every[every["ranked"]], shown[shown["ranked"]], pairs, categories)
    draw_two_axes(visit, shown[shown["ranked"]])
    draw_unranked(visit, shown[~shown["ranked"] & (shown["evidence"] == "run")])
    draw_simulated(visit, shown)
    st.download_button(
        "Download this view (CSV)",
        data=lambda: csv(shown, visit.board, visit.names, categories, visit.snapshot.number),
        file_name=f"{visit.board.id}-release-{visit.snapshot.number}.csv",
        mime="text/csv",
        on_click="ignore",
    )


def draw_ranked(
    visit: Visit, every: pd.DataFrame, shown: pd.DataFrame, pairs: pd.DataFrame | None, categories: tuple[str, ...]
) -> None:
    draw_count(sentences.shown(len(shown), len(every)))
    if shown.empty:
        st.html(masthead.nothing("No ranked system fits these filters."))
        return
    foremost = sentences.front(every, pairs) if visit.address.sort == "rank" else None
    st.html(standings.ranking(shown, foremost, len(every), visit.board, visit.names, categories, to_system(visit)))
    if said := sentences.precision(queries.detectable(visit.database, visit.board, categories)):
        st.html(masthead.note(said))


def draw_unranked(visit: Visit, shown: pd.DataFrame) -> None:
    if not shown.empty:
        st.html(masthead.section("Not ranked", standings.UNRANKED))
        st.html(standings.unranked(shown, visit.names, to_system(visit)))


def draw_simulated(visit: Visit, shown: pd.DataFrame) -> None:
    if (shown["evidence"] == "simulated").any():
        st.html(masthead.section("What guardrails would change", standings.SIMULATED))
        st.html(standings.simulated(shown, visit.names, to_system(visit)))


def to_system(visit: Visit) -> standings.Links:
    return lambda id: visit.address.link("system", system=id)


visit = this_visit()
if visit.has_results:
    draw(visit)
else:
    landing.draw(visit)
