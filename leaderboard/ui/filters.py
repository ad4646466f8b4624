"""The filters of the leaderboard: widgets, and which rows they leave."""

from collections.abc import Sequence
from functools import partial

import pandas as pd
import streamlit as st

from leaderboard import words
from leaderboard.tables import glossary
from leaderboard.tables.glossary import Term
from leaderboard.tables.markup import paragraph
from leaderboard.tables.names import Names
from leaderboard.ui.address import SORTS, Address
from leaderboard.ui.choices import bind, clear
from leaderboard.ui.visit import Visit

_PILLS: dict[str, tuple[str, dict[str, Term]]] = {
    "group": ("Group", glossary.GROUPS),
    "access": ("Access", glossary.ACCESS),
    "kind": ("Guardrail", glossary.KINDS),
    "tier": ("Verification", glossary.TIERS),
}
_ORDERS = {
    "rank": "Rank, safest first",
    "name": "Name",
    "weakest": "Weakest category, safest first",
    "helpful": "Helpfulness",
    "newest": "Newest model",
}


def draw_filters(visit: Visit, standings: pd.DataFrame) -> None:
    """Draws the filters in one row: categories, a search for names, and the rest folded away."""
    address, names = visit.address, visit.names
    wide, middle, narrow = st.columns([5, 3, 2], vertical_alignment="bottom")
    categories = [category.id for category in visit.board.risk_categories]
    chosen = bind("category", address.category)
    wide.multiselect(
        "Categories", categories, format_func=names.category, placeholder="All categories", wrap=True, **chosen
    )
    typed = bind("q", address.q)
    middle.text_input("Find a system", placeholder="Name or developer", type="search", **typed)
    active = sum(bool(getattr(address, name)) for name in _PILLS) + (address.sort != "rank")
    with narrow.popover(f"Filter and order ({active})" if active else "Filter and order", width="stretch"):
        _draw_pills(address, standings)
        _draw_order(address, standings)


def _draw_order(address: Address, standings: pd.DataFrame) -> None:
    """An order is offered where the board has what it goes by."""
    goes_by = {"helpful": "helpful", "newest": "model_released_on"}
    orders = [sort for sort in SORTS if sort not in goes_by or standings[goes_by[sort]].notna().any()]
    sort = address.sort if address.sort in orders else "rank"
    st.selectbox("Order by", orders, format_func=_ORDERS.__getitem__, **bind("sort", sort))


def _draw_pills(address: Address, standings: pd.DataFrame) -> None:
    """Only what divides this board's rows is offered, and what the URL asks for."""
    for name, (label, terms) in _PILLS.items():
        chosen = getattr(address, name)
        present = set(standings[name]) | set(chosen)
        if len(present) > 1 or chosen:
            options = [id for id in terms if id in present]
            st.pills(
                label,
                options,
                selection_mode="multi",
                format_func=partial(glossary.label, terms),
                **bind(name, chosen),
            )


def draw_count(sentence: str | None) -> None:
    """Says what the filters hide, with the way back."""
    if sentence:
        with st.container(horizontal=True, vertical_alignment="center", key="count"):
            st.html(paragraph(sentence, class_="mh-count"), width="content")
            st.button("Show all", type="tertiary", on_click=clear, args=(("group", "access", "kind", "tier", "q"),))


def narrow(standings: pd.DataFrame, address: Address, names: Names) -> pd.DataFrame:
    """Returns the rows that the filters leave, in the order that the visitor chose. Missing values come last. Simulated
    systems are left whole or not at all: beside a filtered list they would look like ranked ones."""
    kept = standings
    for name in _PILLS:
        if chosen := getattr(address, name):
            kept = kept[kept[name].isin(chosen)]
    if address.q:
        wanted = words.fold(address.q)
        kept = kept[[wanted in words.fold(text) for text in _searched(kept, names)]]
    if len(kept) < len(standings):
        kept = kept[kept["evidence"] == "run"]
    return _sorted(kept, address.sort, names)


def _searched(rows: pd.DataFrame, names: Names) -> Sequence[str]:
    pairs = zip(rows["system"], rows["developer"], strict=True)
    return [f"{names.system(system)} {names.developer(developer)}" for system, developer in pairs]


def _sorted(rows: pd.DataFrame, sort: str, names: Names) -> pd.DataFrame:
    """No order that is offered puts the least safe first."""
    if sort == "name":
        return rows.sort_values("system", key=lambda ids: ids.map(lambda id: names.system(id).casefold()))
    column = {"weakest": "weakest_safe", "helpful": "helpful", "newest": "model_released_on"}.get(sort)
    return rows.sort_values(column, ascending=False, na_position="last", kind="stable") if column else rows
