"""The release files from before `container`: DuckDB databases of schema 1, each known by its hash.

DuckDB files have bytes that no table accounts for, so none is accepted for its content: only these, which were audited
and signed, and which citations name.
"""

import tempfile
from pathlib import Path
from typing import Any

import duckdb

from leaderboard.base import canonical
from leaderboard.base.findings import refuse
from leaderboard.release.schema import Schema

SCHEMA = 1
KNOWN = frozenset(
    {
        "850966ab4c45cd3bb99a739c2dcc3ce22c095670cafcd8b8e0f90da833faa913",
        "dce2e49059dad56e4673db1b2391e552b4bab3de8bf44be57fbd57efecf1c108",
        "8564bf85c9eb66f499f906393c80530651d58938b5f5e591e1793090c3baecff",
    }
)
"""sha256 of the embedded releases 1 to 3 of 22 November 2026."""
_ISOLATED: dict[str, Any] = {
    "enable_external_access": False,
    "autoload_known_extensions": False,
    "autoinstall_known_extensions": False,
    "threads": 1,
}


def is_known(data: bytes) -> bool:
    """Returns whether these are the bytes of one of the listed files."""
    return data[8:12] == b"DUCK" and canonical.sha256(data) in KNOWN


def read(data: bytes, schema: Schema) -> dict[str, dict[str, list[Any]]]:
    """Returns the cells of a listed file by table and column; Refused E_DATABASE where this DuckDB cannot read it."""
    with tempfile.TemporaryDirectory(prefix="medharm-") as folder:
        path = Path(folder) / "release.duckdb"
        path.write_bytes(data)
        try:
            with duckdb.connect(str(path), read_only=True, config=_ISOLATED) as connection:
                return {name: _table(connection, name, columns) for name, columns in schema.tables.items()}
        except duckdb.Error:
            raise refuse("E_DATABASE", "$") from None


def _table(connection: duckdb.DuckDBPyConnection, name: str, columns: dict[str, str]) -> dict[str, list[Any]]:
    """ENUM columns become text."""
    sql = "select column_name, data_type from duckdb_columns() where table_name = ?"
    kinds = dict(connection.execute(sql, [name]).fetchall())
    wanted = ", ".join(f'"{c}"::varchar' if kinds[c].startswith("ENUM") else f'"{c}"' for c in columns)
    rows = connection.execute(f'select {wanted} from "{name}" order by all').fetchall()
    return {column: [row[position] for row in rows] for position, column in enumerate(columns)}
