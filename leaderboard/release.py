"""Tables -> one fresh DuckDB file, built from an empty one and audited."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pandas as pd

from leaderboard import durable, firewall
from leaderboard.findings import Refused, refuse
from leaderboard.scoring.entries import Tables
from leaderboard.trust import contents
from leaderboard.vocabulary import Vocabulary

BLOCK = 16_384
"""Bytes in a block of the file: the smallest there is, for a release is many small tables."""
_DISK = (duckdb.OperationalError, duckdb.FatalException)
"""What DuckDB raises where the disk fails it, or where it goes on after that."""


@contextmanager
def disk_errors() -> Iterator[None]:
    """Turns DuckDB's errors of the disk into the OSError that they are. Their own texts name the machine's folders."""
    try:
        yield
    except _DISK:
        raise OSError(errno.EIO, "a database could not be read or written") from None


def build_database(path: Path, tables: Tables, vocabulary: Vocabulary) -> None:
    """Writes the tables into a new file at `path`, every row sorted; Refused E_VOCABULARY where a value is not one that
    its column may hold."""
    with duckdb.connect(str(path), config={"threads": 1, "default_block_size": BLOCK}) as connection:
        connection.begin()  # one write to the disk instead of one for each table
        firewall.create_schema(connection, vocabulary)
        for name, table in sorted(tables.items()):
            if len(table):
                _insert(connection, name, table)
        connection.commit()
        connection.execute("checkpoint")


def _insert(connection: duckdb.DuckDBPyConnection, name: str, table: pd.DataFrame) -> None:
    columns = ", ".join(f'"{column}"' for column in table.columns)
    connection.register("incoming", table)
    try:
        connection.execute(f'insert into "{name}" ({columns}) select {columns} from incoming order by all')
    except _DISK:
        raise
    except duckdb.Error:  # its text quotes the value
        raise refuse("E_VOCABULARY", f"$.{name}") from None
    connection.unregister("incoming")


@disk_errors()
def write(folder: Path, tables: Tables, vocabulary: Vocabulary) -> Path:
    """Builds the database of a release in a folder and returns it; it takes the place of one from before. Refused where
    the firewall finds a fault."""
    durable.make_folder(folder)
    path = folder / contents.FILE
    part = folder / f".{contents.FILE}{durable.PART}"
    durable.sweep(folder)
    for left in (part, part.with_name(f"{part.name}.wal")):  # by a build that was interrupted
        left.unlink(missing_ok=True)
    build_database(part, tables, vocabulary)
    if findings := firewall.audit(part, vocabulary):
        raise Refused(findings)
    durable.settle(part, path)
    return path
