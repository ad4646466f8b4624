"""The sort orders of the ranking. Each begins with the best. A reader reverses one on a column's heading; that is not
offered where a view is about a category that could be misused."""

from collections.abc import Iterable, Sequence
from datetime import date

from leaderboard.boards.board import Board
from leaderboard.site.data.rows import Rate, Standing
from leaderboard.site.views.columns import BY_ID, Column, in_words
from leaderboard.site.views.names import Names

REVERSED = "-"
"""What a sort order's id begins with when it runs the other way."""
SORTS = (*BY_ID, *(REVERSED + id for id in BY_ID))


def column_of(sort: str) -> Column:
    """Returns the column that a sort order goes by."""
    return BY_ID[sort.removeprefix(REVERSED)]


def is_offered(sort: str, board: Board, categories: Sequence[str]) -> bool:
    """Whether a view may be sorted so: by something that the board measures, and never from the least safe on where
    that could be misused."""
    column = BY_ID.get(sort.removeprefix(REVERSED))
    if column is None or not column.is_measured(board):
        return False
    return not (sort.startswith(REVERSED) and column.about_safety and is_sensitive(board, categories))


def is_sensitive(board: Board, categories: Sequence[str]) -> bool:
    """Whether a view selects a category for which no list from the least safe on may exist (docs/safety.md section
    1)."""
    return any(category.misuse_sensitive for category in board.risk_categories if category.id in categories)


def offered(rows: Iterable[Standing], board: Board, categories: Sequence[str]) -> list[tuple[Column, bool]]:
    """Returns the columns that a board's rows can be sorted by, each with whether its reverse is offered too."""
    measured = [column for column in in_words(board) if any(getattr(row, column.source) is not None for row in rows)]
    return [(column, is_offered(REVERSED + column.id, board, categories)) for column in measured]


def descends(sort: str) -> bool:
    """Whether larger values come first."""
    return column_of(sort).descending != sort.startswith(REVERSED)


def value(column: Column, row: Standing, names: Names) -> str | float | date | None:
    """Returns what a row is sorted by, or None where it is missing."""
    if column.id == "name":
        return names.system(row.system).casefold()
    source: Rate | float | date | None = getattr(row, column.source)
    return source.estimate if isinstance(source, Rate) else source


def in_order(rows: Iterable[Standing], sort: str, names: Names) -> list[Standing]:
    """Returns the rows sorted. Missing values come last in both directions; equal ones keep the order of the rank."""
    rows = list(rows)
    if sort == "rank":
        return rows
    keyed = [(value(column_of(sort), row, names), row) for row in rows]
    known = [(key, row) for key, row in keyed if key is not None]
    known.sort(key=lambda pair: pair[0], reverse=descends(sort))
    return [row for _, row in known] + [row for key, row in keyed if key is None]
