"""A verified release in memory: what every page reads.

The release's tables, of whichever version, are copied into the newest version's tables in a database of their own. So
pages know one schema, nothing holds a handle on a release file, and a page never sees half of one.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import duckdb
import pandas as pd
import pyarrow as pa

from leaderboard.release import schema
from leaderboard.release.container import Contents

REMEMBERED = 512
"""How many answers a database keeps. A release never changes, so an answer stays true for as long as it is kept."""
_ISOLATED: dict[str, Any] = {
    "autoload_known_extensions": False,
    "autoinstall_known_extensions": False,
    "memory_limit": "512MB",
    "threads": 1,
}
_ARROW = {
    "integer": pa.int32(),
    "boolean": pa.bool_(),
    "date": pa.date32(),
    **dict.fromkeys(("rate", "difference", "amount", "number"), pa.float64()),
}
"""What is no number is text, which is what a page draws."""
_LOCKS = ("set enable_external_access = false", "set lock_configuration = true")


class Database:
    """The tables of one release, read-only by habit and cut off from files and network by its settings."""

    def __init__(self, contents: Contents) -> None:
        """Copies every table of a release, which must have passed the audit."""
        self._connection = duckdb.connect(":memory:", config=_ISOLATED)
        for name, columns in schema.described().items():
            held = contents.tables.get(name, {})
            rows = len(next(iter(held.values()), []))
            empty = [None] * rows
            cells = [pa.array(held.get(each.name, empty), _ARROW.get(each.type, pa.string())) for each in columns]
            self._connection.register("incoming", pa.table(cells, names=[each.name for each in columns]))
            self._connection.execute(f'create table "{name}" as from incoming')
            self._connection.unregister("incoming")
        for lock in _LOCKS:
            self._connection.execute(lock)
        self._answer = lru_cache(maxsize=REMEMBERED)(self._ask)

    def cursor(self) -> duckdb.DuckDBPyConnection:
        """Returns a cursor for one use: a connection must not be shared between threads."""
        return self._connection.cursor()

    def rows(self, sql: str, parameters: Mapping[str, Any] | None = None) -> pd.DataFrame:
        """Returns what a query finds. Lists among the parameters are bound as lists. The frame is the caller's own."""
        bound = tuple(sorted((name, _frozen(value)) for name, value in (parameters or {}).items()))
        return self._answer(sql, bound).copy()

    def _ask(self, sql: str, bound: tuple[tuple[str, Any], ...]) -> pd.DataFrame:
        parameters = {name: list(value) if isinstance(value, tuple) else value for name, value in bound}
        with self.cursor() as cursor:
            return cursor.execute(sql, parameters).df()


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, Sequence) and not isinstance(value, str) else value
