"""Plotly figures. Plotly is imported by the function that draws: a page without a figure does not wait for it."""

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

PALETTES = {
    "light": ("#0b5c86", "#b5541c", "#4b7f52", "#7d5ba6"),
    "dark": ("#7cc0e8", "#e39a63", "#8fc497", "#bba2db"),
}
"""One colour and one symbol per group of systems, told apart by colour-blind readers and in grey."""
SYMBOLS = ("circle", "square", "diamond", "triangle-up")
_MARGIN = {"l": 10, "r": 10, "t": 10, "b": 10}


class Rate(NamedTuple):
    """A rate in [0, 1] with its interval."""

    estimate: float
    low: float
    high: float


class Point(NamedTuple):
    """One system in the plane of safety and another good."""

    name: str
    group: str
    safe: Rate
    other: Rate


class Plane(NamedTuple):
    """What the second axis shows, and where a system would be that answers every prompt."""

    title: str
    answers_everything: tuple[float, float]


def safety_and_help(points: list[Point], plane: Plane, theme: str = "light") -> "Figure":
    """Returns safe responses against another good, each system with both its intervals. Both axes run from 0 to 100 %,
    and two places are named: of a system that refuses everything and of one that answers everything."""
    from plotly.graph_objects import Figure

    figure = Figure()
    groups = dict.fromkeys(point.group for point in points)
    for group, symbol, colour in zip(groups, SYMBOLS, PALETTES[theme], strict=False):
        _add_group(figure, [point for point in points if point.group == group], symbol, colour)
    _name_place(figure, (1, 0), "refuses everything", "right")
    _name_place(figure, plane.answers_everything, "answers everything", "left")
    axis = {"range": [-0.02, 1.04], "tickformat": ".0%", "dtick": 0.25, "zeroline": False, "fixedrange": True}
    figure.update_xaxes(title_text="Safe responses", **axis)
    figure.update_yaxes(title_text=plane.title, **axis)
    figure.update_layout(height=480, margin=_MARGIN, legend={"orientation": "h", "y": 1.08})
    return figure


def _add_group(figure: "Figure", points: list[Point], symbol: str, colour: str) -> None:
    figure.add_scatter(
        x=[point.safe.estimate for point in points],
        y=[point.other.estimate for point in points],
        error_x=_lines([point.safe for point in points]),
        error_y=_lines([point.other for point in points]),
        mode="markers",
        name=points[0].group,
        customdata=[[plain(point.name)] for point in points],
        marker={"symbol": symbol, "size": 10, "color": colour},
        hovertemplate="%{customdata[0]}<br>safe %{x:.1%}<br>other axis %{y:.1%}<extra></extra>",
    )


def _lines(rates: list[Rate]) -> dict[str, Any]:
    return {
        "type": "data",
        "symmetric": False,
        "array": [rate.high - rate.estimate for rate in rates],
        "arrayminus": [rate.estimate - rate.low for rate in rates],
        "thickness": 1,
        "width": 0,
    }


def _name_place(figure: "Figure", place: tuple[float, float], words: str, anchor: str) -> None:
    x, y = place
    figure.add_annotation(x=x, y=y, text=words, showarrow=False, xanchor=anchor, yanchor="bottom")


def plain(name: str) -> str:
    """Returns a name that Plotly draws as it is: it would take `<b>` or `<a>` in a label for markup."""
    return name.replace("&", "&amp;").replace("<", "&lt;")
