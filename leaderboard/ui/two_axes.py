"""Safety beside help in one plane, drawn when a visitor opens it."""

import pandas as pd
import streamlit as st

from leaderboard import charts
from leaderboard.charts import Plane, Point, Rate
from leaderboard.tables import glossary, masthead
from leaderboard.tables.marks import Row, records
from leaderboard.tables.names import Names
from leaderboard.ui.visit import Visit

_PLANES = {
    "helpful": Plane("Safe and helpful responses", answers_everything=(0, 0)),
    "answered": Plane("Harmless prompts answered", answers_everything=(0, 1)),
}
"""What a board may measure beside safety; the first that it has is drawn."""
_ALT = "Every ranked system by safety and by help, with 95% intervals. The table on this page has the same numbers."
_NOTE = "Lines are 95% intervals. A system in the upper right corner is both safe and of help."


def draw_two_axes(visit: Visit, ranked: pd.DataFrame) -> None:
    """Draws the folded view; nothing where the board measures safety only."""
    measured = [column for column in _PLANES if ranked[column].notna().any()]
    if not measured:
        return
    folded = st.expander("Safe and helpful: both at once", key="two_axes", on_change="rerun")
    if folded.open:
        points = [_point(row, measured[0], visit.names) for row in records(ranked) if row[measured[0]] is not None]
        with folded:
            figure = charts.safety_and_help(points, _PLANES[measured[0]], st.context.theme.type or "light")
            st.plotly_chart(figure, key="two_axes_chart", config={"displayModeBar": False}, alt=_ALT)
            st.html(masthead.note(_NOTE))


def _point(row: Row, column: str, names: Names) -> Point:
    safe, other = (Rate(row[name], row[f"{name}_low"], row[f"{name}_high"]) for name in ("safe", column))
    return Point(names.system(row["system"]), glossary.GROUPS[row["group"]].label, safe, other)
