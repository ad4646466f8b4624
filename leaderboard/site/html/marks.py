"""Small drawings and numbers that every table shares: a rate with its interval, a rank set, a badge."""

from collections.abc import Sequence

from leaderboard.site.html.markup import Html, Part, element, join
from leaderboard.site.views.numbers import FINE, percent, ranks, span


def rate(estimate: float, low: float, high: float, n: int = FINE) -> Html:
    """Returns a rate with its interval, as numbers."""
    return join(
        element("span", percent(estimate, n), class_="mh-rate"),
        " ",
        element("span", element("span", "95% interval ", class_="mh-hidden"), span(low, high, n), class_="mh-ci"),
    )


def drawn(estimate: float, low: float, high: float, *peers: float, tone: str = "") -> Html:
    """Returns an interval drawn on the scale from 0 to 100 %: a line for the interval, a mark for the estimate, a
    circle for each of `peers`. It is hidden from screen readers, which get the numbers beside it."""
    ticks = [element("i", class_="mh-peer", style=f"--x:{_place(peer)}") for peer in peers]
    line = element("i", class_="mh-line", style=f"--lo:{_place(low)};--hi:{_place(high)}")
    dot = element("i", class_="mh-dot", style=f"--x:{_place(estimate)}")
    return element("span", *ticks, line, dot, class_=f"mh-scale {tone}".rstrip(), aria_hidden="true")


def drawn_points(points: list[float]) -> Html:
    """Returns estimates drawn as ticks on the scale from 0 to 100 %: how far apart systems are."""
    ticks = [element("i", class_="mh-dot", style=f"--x:{_place(point)}") for point in points]
    return element("span", *ticks, class_="mh-scale", aria_hidden="true")


def _place(rate: float) -> str:
    return f"{100 * min(max(rate, 0.0), 1.0):.2f}"


def axis(title: Part = None) -> Html:
    """Returns the scale above a column of drawn intervals. A column without a title is named for screen readers."""
    marks = [element("i", f"{value}%", style=f"--x:{value}") for value in (0, 50, 100)]
    words = title or element("span", "Drawn on a scale from 0 to 100%", class_="mh-hidden")
    return join(words, element("span", *marks, class_="mh-axis", aria_hidden="true"))


def rank_set(low: int, high: int, family: int) -> Html:
    """Returns a rank set with the places that it covers, out of all."""
    line = element("i", style=f"--lo:{_place((low - 1) / family)};--hi:{_place(high / family)}")
    return join(
        element("span", ranks(low, high), class_="mh-ranks"),
        element("span", line, class_="mh-places", aria_hidden="true"),
    )


def folded(title: Part, *parts: Part, is_open: bool = False) -> Html:
    """Returns a part that opens and closes on a click, without any script."""
    return element("details", element("summary", title), *parts, class_="mh-folded", open=is_open)


def badge(text: str, meaning: str | None = None, tone: str = "") -> Html:
    """Returns a short mark. `meaning` is read out and shown on hover."""
    return element("span", text, class_=f"mh-badge {tone}".rstrip(), title=meaning)


def table(caption: Part, head: list[Part], *bodies: Html, class_: str = "", style: str | None = None) -> Html:
    """Returns a real table in a frame of its own, so that a wide one scrolls there and never the page. The roles repeat
    what the elements mean: on a phone the rows are drawn as cards, and a browser may then forget it."""
    heads = [
        part
        if isinstance(part, Html) and part.startswith("<th ")
        else element("th", part, scope="col", role="columnheader")
        for part in head
    ]
    top = element("thead", element("tr", *heads, role="row"), role="rowgroup")
    words = element("caption", caption)
    drawn = element("table", words, top, *bodies, role="table", class_=f"mh-table {class_}".rstrip(), style=style)
    return element("div", drawn, class_="mh-frame", tabindex=0 if "mh-heat" in class_ else None)


def body(*rows: Html) -> Html:
    """Returns a group of rows."""
    return element("tbody", *rows, role="rowgroup")


def cell(part: Part, label: str | None = None, class_: str | None = None) -> Html:
    """Returns a cell. `label` is the column's word, drawn before the cell where a phone shows rows as cards."""
    return element("td", part, role="cell", data_label=label, class_=class_)


def head_cell(part: Part) -> Html:
    """Returns the cell that names its row."""
    return element("th", part, scope="row", role="rowheader")


def row(
    name: Part, *cells: Part, labels: Sequence[str | None] | None = None, **attributes: str | int | bool | None
) -> Html:
    """Returns a row whose first cell names it. `labels` are the words of the other columns."""
    shown = [cell(part, label) for part, label in zip(cells, labels or [None] * len(cells), strict=True)]
    return element("tr", head_cell(name), *shown, role="row", **attributes)
