"""What changed, and why?"""

import streamlit as st

from leaderboard.site.data import queries
from leaderboard.site.html import masthead, releases
from leaderboard.site.streamlit.downloads import take_table
from leaderboard.site.streamlit.visit import Visit, this_visit


def draw(visit: Visit) -> None:
    database, board, names, snapshot = visit.database, visit.board, visit.names, visit.snapshot
    changes = queries.changes(database, board)
    st.html(masthead.lead(releases.says(changes, snapshot.number)))
    if not changes.empty:
        st.html(releases.changed(changes, names, to_system))
    st.html(masthead.section("Releases"))
    every = queries.releases(database, board)
    st.html(releases.list_releases(every, snapshot.kept, snapshot.number, to_release))
    if earlier := [number for number in snapshot.kept if number not in set(every["release"])]:
        st.html(releases.other_releases(earlier, to_release))
    st.html(masthead.section("Attempts"))
    st.html(releases.tried(queries.attempts(database, board), names, board.attempts_per_year))
    st.html(masthead.section("Ledger"))
    st.html(releases.ledger(queries.ledger(database, board), names, snapshot))
    take_table(visit, "the ledger", "ledger")


def to_system(id: str) -> str:
    return visit.address.link("system", system=id)


def to_release(number: int) -> str:
    return visit.address.link("releases", release=number)


visit = this_visit()
if visit.has_results:
    draw(visit)
else:
    st.html(masthead.lead([visit.left_out or "Nothing has been submitted to this board yet."]))
    if earlier := [number for number in visit.snapshot.kept if number != visit.snapshot.number]:
        st.html(releases.other_releases(earlier, to_release))
st.html(masthead.section("How to check this yourself"))
st.html(releases.how_to_check(visit.snapshot))
