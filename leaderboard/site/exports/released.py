"""The tables of a release, each restricted to one board. Types and meanings of columns are those of `schema.sql`."""

from collections.abc import Callable
from functools import cache

import pandas as pd

from leaderboard.boards.board import Board
from leaderboard.boards.words import METRICS
from leaderboard.release import schema
from leaderboard.site.data.updater import Snapshot
from leaderboard.site.exports.exported import Column, Exported, Type, exported, version_label
from leaderboard.site.views.names import Names

TABLES = schema.meanings()
"""What each public table holds, by name."""

_TYPES: dict[str, Type] = {
    "integer": "integer",
    "boolean": "boolean",
    "date": "date",
    **dict.fromkeys(("rate", "difference", "amount", "number"), "number"),
}


@cache
def columns_of(name: str) -> tuple[Column, ...]:
    """Returns the columns of a public table; KeyError where there is no such table."""
    columns = schema.described()[name]
    plain = [Column(column.name, _TYPES.get(column.type, "string"), column.meaning) for column in columns]
    return (*plain, *(column for column, _of in _names(name)))


_NAMES = {
    "system": [
        (Column("name", "string", "Its name."), "system"),
        (Column("developer_name", "string", "Name of who made it."), "developer"),
    ],
    "category": [(Column("name", "string", "Its name."), "category")],
}
"""Columns of names, each with the column of the ids that they belong to."""
METRIC_NAME = Column("metric_name", "string", "What the board calls the metric.")


def _names(table: str) -> list[tuple[Column, str]]:
    """The columns of names of a table, each with the column of its ids."""
    has_metric = any(column.type == "metric" for column in schema.described()[table])
    return [*_NAMES.get(table, []), *([(METRIC_NAME, "metric")] if has_metric else [])]


def table(snapshot: Snapshot, board: Board, names: Names, name: str, system: str | None = None) -> Exported:
    """Returns every row that a public table has of a board, or of one system on it. KeyError where there is no such
    table. Rows come in the order of their columns."""
    columns = columns_of(name)
    wanted = {"board": board.id} | ({"system": system} if system else {})
    bound = {key: value for key, value in wanted.items() if key in {column.name for column in columns}}
    where = " and ".join(f'"{key}" = ${key}' for key in bound) or "true"
    frame = snapshot.database.rows(f'select * from "{name}" where {where} order by all', bound)
    about: dict[str, object] = {"meaning": TABLES[name], "filters": bound, "rows": len(frame)}
    return exported(name, _named(frame, name, board, names), columns, snapshot, board, about)


def metric_labels(names: Names) -> dict[str | None, str]:
    """Returns what a board calls each metric, by its id."""
    return {id: names.metric(id).label for id in METRICS}


def _named(frame: pd.DataFrame, table: str, board: Board, names: Names) -> pd.DataFrame:
    look_up: dict[str, Callable[[str | None], str | None]] = {
        "system": names.system,
        "developer": names.developer,
        "category": names.category,
    }
    look_up |= {"metric": metric_labels(names).get}
    versions = [column.name for column in schema.described()[table] if column.type == "board_version"]
    return frame.assign(
        **{column.name: frame[of].map(look_up[of]) for column, of in _names(table)},
        **{name: frame[name].map(lambda version: version_label(board, version), "ignore") for name in versions},
    )
