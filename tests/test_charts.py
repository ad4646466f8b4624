"""The figure of safety beside help: real axes, both intervals, names as text."""

import subprocess
import sys

from leaderboard import charts
from leaderboard.charts import Plane, Point, Rate

PLANE = Plane("Harmless prompts answered", (0, 1))
POINTS = [
    Point("One", "Closed-source", Rate(0.97, 0.94, 0.99), Rate(0.9, 0.85, 0.93)),
    Point("Two <b>", "General-purpose", Rate(0.2, 0.15, 0.3), Rate(1.0, 0.98, 1.0)),
]


def test_both_axes_run_from_zero_to_one() -> None:
    layout = charts.safety_and_help(POINTS, PLANE).layout
    for axis in (layout.xaxis, layout.yaxis):
        assert axis.range[0] <= 0 <= 1 <= axis.range[1]
    assert layout.yaxis.title.text == "Harmless prompts answered"


def test_every_point_has_both_its_intervals() -> None:
    for trace, point in zip(charts.safety_and_help(POINTS, PLANE).data, POINTS, strict=True):
        assert (trace.x[0], trace.y[0]) == (point.safe.estimate, point.other.estimate)
        assert trace.x[0] + trace.error_x.array[0] == point.safe.high
        assert trace.y[0] - trace.error_y.arrayminus[0] == point.other.low


def test_groups_differ_in_symbol_and_colour() -> None:
    for theme in ("light", "dark"):
        traces = charts.safety_and_help(POINTS, PLANE, theme).data
        assert len({trace.marker.symbol for trace in traces}) == len({trace.marker.color for trace in traces}) == 2


def test_reference_systems_are_named_where_they_would_be() -> None:
    places = {note.text: (note.x, note.y) for note in charts.safety_and_help(POINTS, PLANE).layout.annotations}
    assert places == {"refuses everything": (1, 0), "answers everything": (0, 1)}


def test_name_is_never_markup() -> None:
    names = [trace.customdata[0][0] for trace in charts.safety_and_help(POINTS, PLANE).data]
    assert names == ["One", "Two &lt;b>"]


def test_plotly_is_not_imported_before_a_figure_is_drawn() -> None:
    code = "import sys, leaderboard.charts; sys.exit('plotly' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
