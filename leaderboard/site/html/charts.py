"""Plotly figures. The function that draws imports Plotly, because the import is slow and most pages have no figure."""

import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from leaderboard.site.data.rows import Rate
from leaderboard.site.views.messages import _

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

PALETTES = {
    "light": ("#0b5c86", "#b5541c", "#4b7f52", "#3d1f5c"),
    "dark": ("#7cc0e8", "#e8853f", "#c9dc8f", "#d58bc0"),
}
"""One colour and one symbol per group of systems, told apart by colour-blind readers and in grey."""
QUIET = {"light": "#52606d", "dark": "#a9b6c2"}
"""The colour of axes, lines and reference points."""
SYMBOLS = ("circle", "square", "diamond", "triangle-up")
LINE = 16
"""The longest line in the name of a trivial system, in characters."""
INK = {"light": "#17222c", "dark": "#e7edf2"}
FRONT = _("No other is better at both (estimates)")


class Point(NamedTuple):
    """One system in the plane of safety and another good."""

    name: str
    group: str
    safe: Rate
    other: Rate
    on_front: bool = False
    mark: str | None = None
    """A remark beside the name, such as that the system is safe by blocking. A system with a remark is drawn hollow."""


class Plane(NamedTuple):
    """What both axes show, and what the systems are compared with."""

    safe: str
    title: str
    """Of the second axis."""
    references: Sequence[tuple[str, tuple[float, float]]]
    """Trivial systems, each with its name and its point."""
    groups: tuple[str, ...]
    """All groups, so that each has the same colour and symbol under every filter."""


def safety_and_help(points: list[Point], plane: Plane, theme: str = "light") -> "Figure":
    """Returns safe responses against another good, each system with both its intervals. Both axes run from 0 to 100 %;
    a line joins the systems of the Pareto front, and the points of trivial systems are named. Systems on the front and
    marked ones carry their names."""
    from plotly.graph_objects import Figure

    figure = Figure()
    _add_front(figure, [point for point in points if point.on_front], QUIET[theme])
    for group, symbol, colour in zip(plane.groups, SYMBOLS, PALETTES[theme], strict=True):
        if members := [point for point in points if point.group == group]:
            _add_group(figure, members, symbol, colour, plane)
    figure.update_traces(textfont={"color": INK[theme]}, selector={"mode": "markers+text"})
    if plane.references:
        _add_references(figure, plane.references, QUIET[theme])
    axis: dict[str, Any] = {"range": [-0.09, 1.11], "tickformat": ".0%", "dtick": 0.25}
    axis |= {"zeroline": False, "fixedrange": True}
    axis |= {"tickfont": {"color": QUIET[theme]}, "title_font": {"color": INK[theme]}}
    figure.update_xaxes(title_text=plain(plane.safe), **axis)
    figure.update_yaxes(title_text=plain(plane.title), **axis)
    legend = {"orientation": "h", "yanchor": "bottom", "y": 1.02, "x": 0, "itemclick": False, "itemdoubleclick": False}
    margin = {"l": 10, "r": 10, "t": 10, "b": 10}
    figure.update_layout(height=560, margin=margin, legend=legend, hovermode="closest")
    return figure


def _add_front(figure: "Figure", points: list[Point], colour: str) -> None:
    line = sorted((point.safe.estimate, -point.other.estimate) for point in points)
    figure.add_scatter(
        x=[safe for safe, other in line],
        y=[-other for safe, other in line],
        mode="lines",
        name=FRONT,
        line={"dash": "dot", "width": 2, "color": colour},
        hoverinfo="skip",
    )


def _add_group(figure: "Figure", points: list[Point], symbol: str, colour: str, plane: Plane) -> None:
    symbols = [f"{symbol}-open" if point.mark else symbol for point in points]
    figure.add_scatter(
        x=[point.safe.estimate for point in points],
        y=[point.other.estimate for point in points],
        error_x=_lines([point.safe for point in points]),
        error_y=_lines([point.other for point in points]),
        mode="markers+text",
        name=points[0].group,
        text=[_label(point) for point in points],
        textposition="bottom left",
        cliponaxis=False,
        customdata=[[plain(point.name), point.mark or "", *point.safe[1:3], *point.other[1:3]] for point in points],
        marker={"symbol": symbols, "size": 10, "color": colour, "line": {"color": colour, "width": 2}},
        hovertemplate=(
            "<b>%{customdata[0]}</b> %{customdata[1]}<br>"
            f"{plain(plane.safe)}: %{{x:.1%}} (%{{customdata[2]:.1%}}–%{{customdata[3]:.1%}})"
            f"<br>{plain(plane.title)}: %{{y:.1%}} (%{{customdata[4]:.1%}}–%{{customdata[5]:.1%}})<extra></extra>"
        ),
    )


def _label(point: Point) -> str:
    if point.mark:
        return f"{plain(point.name)},<br>{point.mark}"
    return plain(point.name) if point.on_front else ""


def _lines(rates: list[Rate]) -> dict[str, Any]:
    return {
        "type": "data",
        "symmetric": False,
        "array": [rate.high - rate.estimate for rate in rates],
        "arrayminus": [rate.estimate - rate.low for rate in rates],
        "thickness": 1,
        "width": 0,
    }


def _add_references(figure: "Figure", references: Sequence[tuple[str, tuple[float, float]]], colour: str) -> None:
    """Draws trivial systems for comparison; they are not ranked. Their names stay inside of the figure."""
    figure.add_scatter(
        x=[x for _, (x, _y) in references],
        y=[y for _, (_x, y) in references],
        mode="markers+text",
        text=["<br>".join(textwrap.wrap(plain(name), LINE)) for name, _point in references],
        textposition=["top left" if x else "top right" for _, (x, _y) in references],
        marker={"symbol": "x-thin", "size": 11, "line": {"color": colour, "width": 2}},
        textfont={"color": colour},
        name=_("For reference"),
        cliponaxis=False,
        hoverinfo="skip",
    )


def plain(name: str) -> str:
    """Returns a name as Plotly needs it: escaped, because Plotly reads `<b>` and `<a>` in a label as markup."""
    return name.replace("&", "&amp;").replace("<", "&lt;")
