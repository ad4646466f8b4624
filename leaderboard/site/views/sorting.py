"""The orders in which a reader may put the ranking. Each begins with the best; its reverse is the reader's own act, on
a column, and is not there at all where a view is about a category that could be misused."""

from collections.abc import Sequence
from typing import NamedTuple

import pandas as pd

from leaderboard.boards.board import Board
from leaderboard.site.views.names import Names

BACK = "-"
"""What an order's id begins with when it runs the other way."""


class Order(NamedTuple):
    """An order by one column of the standings."""

    label: str
    column: str
    descending: bool = True
    """Whether its best end is the larger value."""
    about_safety: bool = False
    """Whether its reverse lists the least safe first."""


ORDERS = {
    "rank": Order("Rank, safest first", "rank", descending=False, about_safety=True),
    "name": Order("Name", "name", descending=False),
    "safe": Order("Safe responses, most first", "safe", about_safety=True),
    "weakest": Order("Weakest category, safest first", "weakest_safe", about_safety=True),
    "helpful": Order("Helpfulness, most first", "helpful"),
    "refusal": Order("Over-refusal, least first", "over_refusal", descending=False),
    "newest": Order("Newest model", "model_released_on"),
}
SORTS = (*ORDERS, *(BACK + id for id in ORDERS))


def is_offered(sort: str, board: Board, categories: Sequence[str]) -> bool:
    """Whether a view may be put in this order: by something that the board measures, and not from the least safe on
    where that could be misused."""
    order = ORDERS.get(sort.removeprefix(BACK))
    if order is None or not _is_measured(order.column, board):
        return False
    return not (sort.startswith(BACK) and order.about_safety and is_sensitive(board, categories))


def _is_measured(column: str, board: Board) -> bool:
    if column == "helpful":
        return board.measures("helpful", "harmful")
    return column != "over_refusal" or any(category.benign_items for category in board.category)


def is_sensitive(board: Board, categories: Sequence[str]) -> bool:
    """Whether a view selects a category for which no list from the least safe on may exist (SAFETY.md section 1)."""
    return any(category.misuse_sensitive for category in board.risk_categories if category.id in categories)


def descends(sort: str) -> bool:
    """Whether larger values come first."""
    return ORDERS[sort.removeprefix(BACK)].descending != sort.startswith(BACK)


def in_order(standings: pd.DataFrame, sort: str, names: Names) -> pd.DataFrame:
    """Returns the rows in an order. Missing values come last in both directions; equals stay as they were."""
    if sort == "rank":
        return standings
    column = ORDERS[sort.removeprefix(BACK)].column
    keys = by_name(standings, names) if column == "name" else standings[column]
    ascending = not descends(sort)
    return standings.loc[keys.sort_values(ascending=ascending, na_position="last", kind="stable").index]


def by_name(standings: pd.DataFrame, names: Names) -> "pd.Series[str]":
    """Returns what an alphabet goes by."""
    return standings["system"].map(lambda id: names.system(id).casefold())
