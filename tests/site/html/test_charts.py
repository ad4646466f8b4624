"""The figure of safety beside help: real axes, both intervals, names as text, and what it is read against."""

import subprocess
import sys

import pytest

from leaderboard.site.data.rows import Rate
from leaderboard.site.html import charts
from leaderboard.site.html.charts import Plane, Point

GROUPS = ("General-purpose", "Medical", "Closed-source", "Fine-tuned")
TRIVIAL = [("refuses everything", (1, 0)), ("complies with everything", (0, 1))]
PLANE = Plane("Safe responses", "Harmless prompts answered", TRIVIAL, GROUPS)
POINTS = [
    Point("One", "Closed-source", Rate(0.97, 0.94, 0.99), Rate(0.9, 0.85, 0.93), on_front=True),
    Point("Two <b>", "General-purpose", Rate(0.2, 0.15, 0.3), Rate(1.0, 0.98, 1.0), on_front=True),
    Point("Three", "General-purpose", Rate(1.0, 0.98, 1.0), Rate(0.0, 0.0, 0.02), mark="safe by blocking"),
    Point("Four", "Medical", Rate(0.5, 0.4, 0.6), Rate(0.5, 0.4, 0.6)),
]


def traces(points: list[Point] = POINTS, theme: str = "light") -> dict[str, object]:
    return {trace.name: trace for trace in charts.safety_and_help(points, PLANE, theme).data}


def test_both_axes_run_from_zero_to_one() -> None:
    layout = charts.safety_and_help(POINTS, PLANE).layout
    for axis in (layout.xaxis, layout.yaxis):
        assert axis.range[0] <= 0 <= 1 <= axis.range[1]
    assert layout.yaxis.title.text == "Harmless prompts answered"


def test_every_point_has_both_its_intervals() -> None:
    drawn = traces()
    for group in {point.group for point in POINTS}:
        trace, members = drawn[group], [point for point in POINTS if point.group == group]
        for at, point in enumerate(members):
            assert (trace.x[at], trace.y[at]) == (point.safe.estimate, point.other.estimate)
            assert trace.x[at] + trace.error_x.array[at] == pytest.approx(point.safe.high)
            assert trace.x[at] - trace.error_x.arrayminus[at] == pytest.approx(point.safe.low)
            assert trace.y[at] + trace.error_y.array[at] == pytest.approx(point.other.high)
            assert trace.y[at] - trace.error_y.arrayminus[at] == pytest.approx(point.other.low)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_group_has_its_symbol_and_colour_whatever_a_filter_leaves(theme: str) -> None:
    every, alone = traces(theme=theme), traces([POINTS[0]], theme)
    found = {(every[group].marker.symbol[0], every[group].marker.color) for group in {p.group for p in POINTS}}
    assert len({symbol for symbol, _ in found}) == len({colour for _, colour in found}) == 3
    assert alone["Closed-source"].marker.color == every["Closed-source"].marker.color
    assert alone["Closed-source"].marker.symbol == every["Closed-source"].marker.symbol


def test_line_joins_the_front_and_nothing_else() -> None:
    line = traces()[charts.FRONT]
    assert list(zip(line.x, line.y, strict=True)) == [(0.2, 1.0), (0.97, 0.9)]


def test_reference_systems_are_named_where_they_would_be() -> None:
    reference = traces()["For reference"]
    assert dict(zip(reference.text, zip(reference.x, reference.y, strict=True), strict=True)) == {
        "refuses<br>everything": (1, 0),
        "complies with<br>everything": (0, 1),
    }


def test_figure_without_trivial_systems_names_none() -> None:
    figure = charts.safety_and_help(POINTS, PLANE._replace(references=[]))
    assert "For reference" not in [trace.name for trace in figure.data]


def test_words_of_the_axes_are_never_markup() -> None:
    figure = charts.safety_and_help(POINTS, PLANE._replace(safe="Safe <b>", title="Right <b>"))
    assert (figure.layout.xaxis.title.text, figure.layout.yaxis.title.text) == ("Safe &lt;b>", "Right &lt;b>")
    assert all("Safe &lt;b>: " in trace.hovertemplate for trace in figure.data[1:-1])


def test_system_that_is_safe_by_blocking_is_hollow_and_says_so() -> None:
    general = traces()["General-purpose"]
    assert list(general.marker.symbol) == ["circle", "circle-open"]
    assert general.text[1] == "Three,<br>safe by blocking"


def test_only_the_front_and_marked_systems_carry_their_names() -> None:
    assert traces()["Medical"].text == ("",)
    assert traces()["Closed-source"].text == ("One",)


def test_name_is_never_markup() -> None:
    general = traces()["General-purpose"]
    assert general.customdata[0][0] == general.text[0] == "Two &lt;b>"


def test_plotly_is_not_imported_before_a_figure_is_drawn() -> None:
    code = "import sys, leaderboard.site.html.charts; sys.exit('plotly' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
