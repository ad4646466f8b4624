"""The rows of a release as a DuckDB database, to query with SQL: `schema.sql` as it is, filled."""

import tempfile
from importlib import resources
from pathlib import Path

import duckdb

from leaderboard.release import container, schema
from leaderboard.release.container import Contents

BLOCK = 16_384
"""Bytes in a block of the file: the smallest that DuckDB has, because a release is many small tables."""


def build(contents: Contents) -> bytes:
    """Returns the database file. Its bytes differ from one DuckDB to the next, so nothing is signed in this form."""
    text = resources.files("leaderboard.release").joinpath("schema.sql").read_text("utf-8")
    with tempfile.TemporaryDirectory(prefix="medharm-") as folder:
        path = Path(folder) / "leaderboard.duckdb"
        with duckdb.connect(str(path), config={"threads": 1, "default_block_size": BLOCK}) as connection:
            connection.begin()
            for name, labels in _labels(contents).items():
                quoted = ", ".join("'" + label.replace("'", "''") + "'" for label in labels)
                connection.execute(f"create type {name} as enum ({quoted})")
            connection.execute(text)
            for name, frame in container.frames(contents).items():
                if len(frame):
                    columns = ", ".join(f'"{column}"' for column in frame.columns)
                    connection.register("incoming", frame)
                    connection.execute(f'insert into "{name}" ({columns}) select {columns} from incoming')
                    connection.unregister("incoming")
            connection.commit()
            connection.execute("checkpoint")
        return path.read_bytes()


def _labels(contents: Contents) -> dict[str, list[str]]:
    """The words of each text type: those of the schema, and of ids the ones that occur."""
    types: dict[str, set[str]] = {name: set(labels) for name, labels in schema.newest().words.items()}
    for name, columns in schema.described().items():
        for column in columns:
            if column.type not in container.NUMBERS:
                cells = contents.tables.get(name, {}).get(column.name, [])
                types.setdefault(column.type, set()).update(cell for cell in cells if cell is not None)
    return {name: sorted(labels) for name, labels in types.items()}
