"""A verified release in memory: what every page reads.

The tables of a release, of any format version, are copied into a new database with the tables of the newest version. So
pages know one schema, no release file stays open, and a page never sees half of a release.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import duckdb
import pandas as pd
import pyarrow as pa

from leaderboard.release import schema
from leaderboard.release.container import Contents

CACHED_RESULTS = 512
"""The number of query results that a database caches. A release never changes, so a cached result is always right."""
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
"""Every other type of column is text, because pages draw it as text."""
_LOCKS = ("set enable_external_access = false", "set lock_configuration = true")


class Database:
    """The tables of one release. Nothing writes to them, and DuckDB may not access files or the network."""

    def __init__(self, contents: Contents) -> None:
        """Copies every table of a release, which must have passed the audit."""
        self._connection = duckdb.connect(":memory:", config=_ISOLATED)
        for name, columns in schema.described().items():
            table = contents.tables.get(name, {})
            rows = len(next(iter(table.values()), []))
            empty = [None] * rows
            cells = [pa.array(table.get(each.name, empty), _ARROW.get(each.type, pa.string())) for each in columns]
            self._connection.register("incoming", pa.table(cells, names=[each.name for each in columns]))
            self._connection.execute(f'create table "{name}" as from incoming')
            self._connection.unregister("incoming")
        for lock in _LOCKS:
            self._connection.execute(lock)
        self._result = lru_cache(maxsize=CACHED_RESULTS)(self._query)

    def cursor(self) -> duckdb.DuckDBPyConnection:
        """Returns a cursor for one use: a connection must not be shared between threads."""
        return self._connection.cursor()

    def rows(self, sql: str, parameters: Mapping[str, Any] | None = None) -> pd.DataFrame:
        """Returns the result of a query. Lists among the parameters are bound as lists. The frame is a copy, which the
        caller may change."""
        bound = tuple(sorted((name, _frozen(value)) for name, value in (parameters or {}).items()))
        return self._result(sql, bound).copy()

    def _query(self, sql: str, bound: tuple[tuple[str, Any], ...]) -> pd.DataFrame:
        parameters = {name: list(value) if isinstance(value, tuple) else value for name, value in bound}
        with self.cursor() as cursor:
            return cursor.execute(sql, parameters).df()


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, Sequence) and not isinstance(value, str) else value
