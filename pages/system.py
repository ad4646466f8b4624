"""What is this system like?"""

import streamlit as st

from leaderboard import queries
from leaderboard.tables import masthead, profile, provenance
from leaderboard.tables.marks import Row, records
from leaderboard.ui.choices import bind
from leaderboard.ui.visit import Visit, this_visit


def draw(visit: Visit) -> None:
    every = queries.standings(visit.database, visit.board)
    st.selectbox(
        "System",
        every["system"].tolist(),
        index=None,
        format_func=visit.names.system,
        placeholder="Choose a system",
        width=420,
        **bind("system", visit.address.system),
    )
    found = [line for line in records(every) if line["system"] == visit.address.system]
    if found:
        draw_system(visit, found[0], len(every[every["ranked"]]))
    elif visit.address.system:
        st.html(masthead.nothing(f"{visit.names.system(visit.address.system)} has no results in this release."))
    else:
        st.html(profile.index(every[every["evidence"] == "run"], visit.names, to_system))


def draw_system(visit: Visit, place: Row, family: int) -> None:
    system, board, names = place["system"], visit.board, visit.names
    line = next(records(queries.provenance(visit.database, board, system)))
    st.html(profile.about(line, names))
    st.html(masthead.lead([profile.stands(line, place, family)]))
    if relations := profile.relations(queries.neighbours(visit.database, board, system), names, to_system):
        st.html(relations)
    if line["reason"] != "withdrawn":
        draw_numbers(visit, system, line)
    st.html(masthead.section("As each release published it"))
    st.html(profile.history(queries.history(visit.database, board, system)))
    st.html(masthead.section("Where this row comes from"))
    st.html(provenance.provenance(line, names.by_system[system], names))


def draw_numbers(visit: Visit, system: str, line: Row) -> None:
    database, board, names = visit.database, visit.board, visit.names
    st.html(profile.tiles(queries.metrics(database, board, system), line, names))
    st.html(masthead.section("By category"))
    st.html(profile.by_category(queries.profile(database, board, system), board, names, line["group"]))
    st.html(masthead.section("What its responses were"))
    st.html(profile.outcome_mix(queries.outcomes(database, board, system), board))


def to_system(id: str) -> str:
    return visit.address.link("system", system=id)


visit = this_visit()
if visit.has_results:
    draw(visit)
else:
    st.html(masthead.lead(["No system has results here yet."]))
