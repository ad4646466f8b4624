"""Reads named columns of a CSV or Parquet file as text cells.

Messages give the row and the key by which the definition names a column: no cell, and no value of the definition."""

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pa_parquet

from leaderboard.base.findings import Finding, Refused, refuse

MAX_BYTES = 64 * 1024 * 1024
MAX_ROWS = 2_000_000
UNREADABLE = (pa.ArrowException, OSError, UnicodeDecodeError)
"""What Arrow raises at a damaged file. Its messages quote cells, so they are dropped."""
pa.set_memory_pool(pa.system_memory_pool())  # the default pool of Arrow reserves far more memory than it uses
READ = pa_csv.ReadOptions(use_threads=False)
LINES = pa_csv.ParseOptions(newlines_in_values=True)


class Cells(NamedTuple):
    """The selected rows of a table, column by column."""

    prefix: str
    """The start of each position: the key of a second table and a comma, or nothing for the main table."""
    keys: Mapping[str, str]
    """By column, the key that names it in the definition."""
    rows: list[int]
    """The number of each row in the file, from 1."""
    columns: dict[str, list[str | None]]
    """Text of each cell; None where it is empty."""

    def position(self, column: str, index: int) -> str:
        return f"{self.prefix}{self.keys[column]}, row {self.rows[index]}"


def read_bytes(path: Path, prefix: str = "") -> bytes:
    """Returns the bytes of a regular file of at most 64 MiB; Refused E_FILE or E_SIZE for anything else."""
    try:
        if not path.is_file():
            raise refuse("E_FILE", f"{prefix}$")
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError:
        raise refuse("E_FILE", f"{prefix}$") from None
    if len(data) > MAX_BYTES:
        raise refuse("E_SIZE", f"{prefix}$", f"more than {MAX_BYTES // 1024**2} MiB")
    return data


def parse(
    data: bytes, suffix: str, columns: Sequence[tuple[str, str]], where: Mapping[str, Collection[str]], prefix: str = ""
) -> Cells:
    """Returns the named columns of a `.csv` or `.parquet` file, in the file's order, without the rows in which a column
    of `where` holds another value. `columns` are keys of the definition and the columns that they name. Refused
    E_SCHEMA gives the keys of columns that are missing or double, or cannot be text."""
    keys: dict[str, str] = {}
    for key, column in (*columns, *(("where", column) for column in where)):
        keys.setdefault(column, key)
    wanted = list(keys)
    try:
        table = (_parse_parquet if suffix == ".parquet" else _parse_csv)(data, keys, prefix)
    except MemoryError:  # that of Arrow is also an ArrowException
        raise
    except UNREADABLE:
        raise refuse("E_SCHEMA", f"{prefix}$") from None
    if table.num_rows > MAX_ROWS:
        raise refuse("E_SIZE", f"{prefix}$", f"more than {MAX_ROWS:,} rows")
    texts = {column: _texts(table, column, f"{prefix}{keys[column]}") for column in wanted}
    selected = [
        index
        for index in range(table.num_rows)
        if all(texts[column][index] in allowed for column, allowed in where.items())
    ]
    chosen = {column: [texts[column][i] for i in selected] for column in wanted}
    return Cells(prefix, keys, [i + 1 for i in selected], chosen)


def _parse_parquet(data: bytes, keys: Mapping[str, str], prefix: str) -> Any:
    file = pa_parquet.ParquetFile(pa.BufferReader(data), pre_buffer=False)
    _require(keys, file.schema_arrow.names, prefix)
    # A few bytes of Parquet can encode millions of rows.
    if file.metadata.num_rows > MAX_ROWS:
        raise refuse("E_SIZE", f"{prefix}$", f"more than {MAX_ROWS:,} rows")
    return file.read(columns=list(keys), use_threads=False)


def _parse_csv(data: bytes, keys: Mapping[str, str], prefix: str) -> Any:
    with pa_csv.open_csv(pa.BufferReader(data), READ, LINES) as first:
        _require(keys, first.schema.names, prefix)
    convert = pa_csv.ConvertOptions(
        include_columns=list(keys),
        column_types={column: pa.string() for column in keys},
        null_values=[""],
        strings_can_be_null=True,
    )
    return pa_csv.read_csv(pa.BufferReader(data), READ, LINES, convert)


def _require(keys: Mapping[str, str], present: list[str], prefix: str) -> None:
    if absent := [key for column, key in keys.items() if present.count(column) != 1]:
        rule = "the table must have one column of the name that labels.toml gives here"
        raise Refused(Finding("E_SCHEMA", f"{prefix}{key}", rule) for key in absent)


def _texts(table: Any, column: str, position: str) -> list[str | None]:
    try:
        texts: list[str | None] = table.column(column).cast(pa.string()).to_pylist()
    except MemoryError:
        raise
    except UNREADABLE:
        raise refuse("E_SCHEMA", position) from None
    return texts
