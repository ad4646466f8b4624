"""Safety beside help in one plane, drawn when a visitor opens it."""

from collections.abc import Sequence

import streamlit as st

from leaderboard.site.html import charts, masthead, plane
from leaderboard.site.html.charts import Plane, Point, Rate
from leaderboard.site.html.marks import folded
from leaderboard.site.html.plane import Good
from leaderboard.site.streamlit.view import NOBODY, View
from leaderboard.site.streamlit.visit import Visit
from leaderboard.site.views import glossary
from leaderboard.site.views.names import Names
from leaderboard.site.views.numbers import Row, records
from leaderboard.site.views.sentences import scope

_COMPLIES = {plane.HELPFUL: (0.0, 0.0), plane.ANSWERED: (0.0, 1.0)}
"""Where a system would be that complies with every prompt. The first of these that a board measures is drawn."""
_ALT = "{} Every ranked system by safety and by help, with 95% intervals. The table below it has the same numbers."


def draw_two_axes(view: View) -> None:
    """Draws the folded view; where the board measures safety only, says so."""
    every = view.scores.every
    good = next((good for good in _COMPLIES if every[every["ranked"]][good.column].notna().any()), None)
    if good is None:
        st.html(masthead.note(plane.NOTHING_BESIDE))
        return
    folded = st.expander("Safe and helpful: both at once", key="two_axes", on_change="rerun")
    rows = view.rows[view.rows["ranked"]]
    if folded.open:
        with folded:
            st.html(masthead.note(NOBODY)) if rows.empty else _draw(view.visit, list(records(rows)), good)


def _draw(visit: Visit, rows: Sequence[Row], good: Good) -> None:
    names, foremost = visit.names, plane.front(rows, good)
    title = plane.takeaway(rows, foremost, good, names)
    over = f"Over {scope(visit.board, names, visit.address.category)}."
    st.html(masthead.figure_title(title, [over, *plane.remarks(rows, foremost, good, names)]))
    points = [_point(row, good, names, row["system"] in foremost) for row in rows if row[good.column] is not None]
    axes = Plane(good.label, _COMPLIES[good], tuple(term.label for term in glossary.GROUPS.values()))
    figure = charts.safety_and_help(points, axes, st.context.theme.type or "light")
    st.plotly_chart(figure, key="two_axes_chart", config={"displayModeBar": False}, alt=_ALT.format(title))
    table = plane.twin(rows, foremost, good, names, lambda id: visit.address.link("system", system=id))
    st.html(folded("The same as a table", table))


def _point(row: Row, good: Good, names: Names, on_front: bool) -> Point:
    safe, other = (Rate(row[name], row[f"{name}_low"], row[f"{name}_high"]) for name in ("safe", good.column))
    mark = plane.BLOCKING if row["safe_by_blocking"] else None
    return Point(names.system(row["system"]), glossary.GROUPS[row["group"]].label, safe, other, on_front, mark)
