"""The controls above the ranking: a search, categories, filters and the order, as plain form controls. A script makes
them work, before and after Streamlit has started; without one they are not drawn (tables.css)."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

import pandas as pd

from leaderboard.boards.board import Board
from leaderboard.site.html.markup import Html, element, join, paragraph
from leaderboard.site.views import glossary
from leaderboard.site.views.glossary import Term
from leaderboard.site.views.names import Names
from leaderboard.site.views.sorting import BACK, ORDERS, is_offered

FILTERS: dict[str, tuple[str, dict[str, Term]]] = {
    "group": ("Group", glossary.GROUPS),
    "access": ("Access", glossary.ACCESS),
    "kind": ("Guardrail", glossary.KINDS),
    "tier": ("Verification", glossary.TIERS),
}
"""What rows may be filtered by: a heading and the words of each value."""


class Chosen(NamedTuple):
    """What a reader has chosen; nothing, as it stands."""

    category: Sequence[str] = ()
    filters: Mapping[str, Sequence[str]] = MappingProxyType({})
    """By the ids of FILTERS."""
    q: str = ""
    sort: str = "rank"


def toolbar(standings: pd.DataFrame, board: Board, names: Names, chosen: Chosen, longest: int) -> Html:
    """Returns the controls. `longest` is the most characters that a search may have."""
    return element(
        "form",
        _search(chosen.q, longest),
        _categories(board, names, chosen.category),
        _filters(standings, chosen.filters),
        _orders(standings, board, chosen),
        class_="mh-tools",
        role="search",
        aria_label="Filter the ranking",
        autocomplete="off",
    )


def _search(q: str, longest: int) -> Html:
    box = _input("search", name="q", value=q, maxlength=longest, placeholder="Name or developer")
    return element("label", element("span", "Find a system"), box, class_="mh-field mh-find")


def _categories(board: Board, names: Names, chosen: Sequence[str]) -> Html:
    boxes = [_box("category", category.id, category.name, category.id in chosen) for category in board.risk_categories]
    said = _said([names.category(id) for id in chosen], "All")
    return _menu("Categories", said, element("fieldset", _legend("Score over"), *boxes))


def _filters(standings: pd.DataFrame, chosen: Mapping[str, Sequence[str]]) -> Html | None:
    """Only what divides this board's rows is offered, and what the URL asks for."""
    fieldsets = []
    for name, (heading, terms) in FILTERS.items():
        present = set(standings[name]) | set(chosen[name])
        if len(present) > 1 or chosen[name]:
            boxes = [_box(name, id, term.label, id in chosen[name]) for id, term in terms.items() if id in present]
            fieldsets.append(element("fieldset", _legend(heading), *boxes))
    return _menu("Filter", _said(_labels(chosen), "No filter"), *fieldsets) if fieldsets else None


def _labels(chosen: Mapping[str, Sequence[str]]) -> list[str]:
    return [FILTERS[name][1][id].label for name, ids in chosen.items() for id in ids]


def _said(labels: Sequence[str], nothing: str) -> str:
    return f"{len(labels)} chosen" if len(labels) > 1 else labels[0] if labels else nothing


def _orders(standings: pd.DataFrame, board: Board, chosen: Chosen) -> Html:
    """Every order on offer begins with the best. The reverse of one is a reader's own act on a column; it is in the
    list, unseen, only so that the list can show it."""
    options = []
    for id, order in ORDERS.items():
        if order.column == "name" or standings[order.column].notna().any():
            first = "descending" if order.descending else "ascending"
            options.append(_option(order.label, id, chosen.sort, data_first=first))
            if is_offered(BACK + id, board, chosen.category):
                turned = f"{order.label.partition(',')[0]}, the other way round"
                options.append(_option(turned, BACK + id, chosen.sort, hidden=True))
    return element(
        "label", element("span", "Order by"), element("select", *options, name="sort"), class_="mh-field mh-order"
    )


def count(visible: int, ranked: int, chosen: Chosen) -> Html:
    """Returns what a filter has hidden and which one it was, with the way back; hidden itself where everything is
    shown. A search is not repeated: no reader's words are put on a page."""
    words = join("Showing ", element("b", str(visible)), f" of {ranked} ranked systems. Ranks are among all {ranked}. ")
    by = [*_labels(chosen.filters), *(["a search"] if chosen.q else [])]
    named = element("span", f"Filters: {', '.join(by)}." if by else None, class_="mh-named")
    button = element("button", "Show all", type="button", class_="mh-all")
    return element("p", element("span", words), named, button, class_="mh-count", role="status", hidden=not by)


def each_alone(board: Board, addresses: Mapping[str, str]) -> Html:
    """Returns links to the ranking of each category, for readers without JavaScript, who cannot use the controls."""
    ways = [
        element("li", element("a", category.name, href=addresses[category.id])) for category in board.risk_categories
    ]
    lists = element("ul", element("li", element("a", "All categories", href=addresses[""])), *ways)
    nav = element("nav", paragraph("Ranking by category:"), lists, class_="mh-contents", aria_label="Categories")
    return element("div", nav, class_="mh-noscript")


def _menu(heading: str, said: str, *parts: Html) -> Html:
    words = join(element("span", heading), element("b", said))
    return element(
        "details", element("summary", words), element("div", *parts, class_="mh-panel"), class_="mh-field mh-menu"
    )


def _legend(words: str) -> Html:
    return element("legend", words)


def _option(label: str, value: str, chosen: str, **attributes: str | bool) -> Html:
    return element("option", label, value=value, selected=value == chosen, **attributes)


def _box(name: str, value: str, label: str, checked: bool) -> Html:
    return element("label", _input("checkbox", name=name, value=value, checked=checked), label)


def _input(type_: str, **attributes: str | int | bool) -> Html:
    """An input has no end tag."""
    return Html(element("input", type_=type_, **attributes).removesuffix("</input>"))
