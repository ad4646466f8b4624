"""The digest over a release's rows: equal for equal numbers, whatever wrote the file."""

from collections.abc import Iterator
from pathlib import Path

import duckdb

from leaderboard import canonical, firewall


def digest(path: Path) -> str:
    """Returns the digest over every table's rows, sorted by their text."""
    lines: list[str] = []
    with duckdb.connect(str(path), read_only=True, config=firewall.ISOLATED) as connection:
        for name in _table_names(connection):
            rows = connection.execute(f'select * from "{name}"').fetchall()
            lines += [name, *sorted(map(repr, rows))]
    return canonical.sha256("\n".join(lines).encode())


def _table_names(connection: duckdb.DuckDBPyConnection) -> Iterator[str]:
    for (name,) in connection.execute("select table_name from duckdb_tables() order by table_name").fetchall():
        yield name
