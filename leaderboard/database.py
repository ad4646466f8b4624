"""A verified release in memory: what every page reads.

The release's tables are copied into a database of their own and the file is closed at once. So nothing holds a handle
on a release file, a new release can take its place at any time, and a page never sees half of one.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

REMEMBERED = 512
"""How many answers a database keeps. A release never changes, so an answer stays true for as long as it is kept."""
_ISOLATED: dict[str, Any] = {
    "autoload_known_extensions": False,
    "autoinstall_known_extensions": False,
    "memory_limit": "512MB",
    "threads": 1,
}
_LOCKS = ("set enable_external_access = false", "set lock_configuration = true")


class Database:
    """The tables of one release, read-only by habit and cut off from files and network by its settings."""

    def __init__(self, path: Path) -> None:
        """Reads every table of the file at `path`, which must have passed the firewall's audit."""
        self._connection = duckdb.connect(":memory:", config=_ISOLATED)
        _copy_tables(path, self._connection)
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


def _copy_tables(path: Path, memory: duckdb.DuckDBPyConnection) -> None:
    quoted = str(path).replace("'", "''")
    memory.execute(f"attach '{quoted}' as source (read_only)")
    tables = memory.execute("select table_name from duckdb_tables() where database_name = 'source'").fetchall()
    for (table,) in tables:
        memory.execute(f'create table "{table}" as select {_plain_columns(memory, table)} from source.main."{table}"')
    memory.execute("detach source")


def _plain_columns(memory: duckdb.DuckDBPyConnection, table: str) -> str:
    """ENUM columns become text, which is what a page draws: the closed vocabulary was checked before the copy."""
    columns = memory.execute(
        "select column_name, data_type from duckdb_columns() where database_name = 'source' and table_name = ?", [table]
    ).fetchall()
    return ", ".join(
        f'"{name}"::varchar as "{name}"' if kind.startswith("ENUM") else f'"{name}"' for name, kind in columns
    )
