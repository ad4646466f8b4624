"""Which ledger line each row of a release stands on."""

import tempfile
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import duckdb

from leaderboard import firewall
from leaderboard.findings import refuse


class Row(NamedTuple):
    """A system's row on a board. The words may be any, for the file may not have been audited yet: they are compared
    and never shown."""

    board: str
    system: str
    tier: str
    line: int


@lru_cache(maxsize=2)  # opening a database is most of what proving a repository costs, and bytes do not change
def read(data: bytes) -> tuple[Row, ...]:
    """Returns the rows of a release file; Refused E_DATABASE where there are none to be read."""
    with tempfile.TemporaryDirectory(prefix="medharm-") as folder:
        path = Path(folder) / "release.duckdb"
        path.write_bytes(data)
        return _read(path)


def _read(path: Path) -> tuple[Row, ...]:
    sql = 'select board::varchar, system::varchar, tier::varchar, ledger_line::integer from "row" order by all'
    try:
        with duckdb.connect(str(path), read_only=True, config=firewall.ISOLATED) as connection:
            return tuple(Row(*found) for found in connection.execute(sql).fetchall())
    except (duckdb.Error, UnicodeDecodeError):  # their texts may quote the file
        raise refuse("E_DATABASE", "$") from None
