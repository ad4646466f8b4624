"""The page of releases: what changed, and why?"""

import streamlit as st

from leaderboard.site.data import queries, rows
from leaderboard.site.html import page, releases
from leaderboard.site.streamlit import leads
from leaderboard.site.streamlit.downloads import take_table
from leaderboard.site.streamlit.visit import Visit, this_visit
from leaderboard.site.views.releases import summary


def draw(visit: Visit) -> None:
    database, board, snapshot = visit.database, visit.board, visit.snapshot
    history = releases.History(
        changes=rows.read(rows.Change, queries.changes(database, board)),
        releases=rows.read(rows.ReleaseLine, queries.releases(database, board)),
        attempts=rows.read(rows.Attempts, queries.attempts(database, board)),
        ledger=rows.read(rows.LedgerLine, queries.ledger(database, board)),
    )
    st.html(page.lead(summary(history.changes, history.ledger, snapshot.number, visit.names)))
    st.html(releases.page(history, visit.names, snapshot, board.attempts_per_year, to_system, to_release))
    take_table(visit, "the ledger", "ledger")


def to_system(id: str) -> str:
    return visit.address.link("system", system=id)


def to_release(number: int) -> str:
    return visit.address.link("releases", release=number)


visit = this_visit()
if visit.has_results:
    draw(visit)
else:
    st.html(page.lead(leads.awaiting(visit, "releases")))
    if lines := rows.read(rows.LedgerLine, queries.ledger(visit.database, visit.board)):
        st.html(releases.ledger(lines, visit.names, visit.snapshot))
    if earlier := [number for number in visit.snapshot.kept if number != visit.snapshot.number]:
        st.html(releases.other_releases(earlier, to_release))
st.html(releases.how_to_check(visit.snapshot))
