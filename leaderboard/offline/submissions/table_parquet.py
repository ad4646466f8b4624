"""Reads a label table that is a Parquet file. Its columns may be of any type that can be text."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

import pyarrow as pa
import pyarrow.compute as pa_compute
import pyarrow.parquet as pa_parquet

from leaderboard.base.findings import refuse
from leaderboard.offline.submissions import table_files
from leaderboard.offline.submissions.table_files import Row, TableFile

BATCH = 16_384
"""Rows that are in memory at once."""
pa.set_memory_pool(pa.system_memory_pool())  # the default pool of Arrow reserves far more memory than it uses
_UNREADABLE = (pa.ArrowException, OSError, UnicodeDecodeError)
"""What Arrow raises at a damaged file. Its messages quote cells, so they are dropped."""
_DAMAGED = "is not a Parquet file, or is damaged: write it again"


def names(table: TableFile, wanted: Collection[str] = ()) -> list[str]:
    """Returns the names of the columns, doubled ones twice, and of `wanted` the paths to fields of structs; Refused
    E_SCHEMA where the file is damaged."""
    schema = _open(table).schema_arrow
    return [*schema.names, *(name for name in wanted if name not in schema.names and _has_field(schema, name))]


def _has_field(schema: Any, path: str) -> bool:
    """Whether a path, with dots between its names, leads through structs to a field."""
    within = schema
    for step in path.split("."):
        if isinstance(within, pa.DataType) and not pa.types.is_struct(within):
            return False
        if (index := within.get_field_index(step)) < 0:  # it is absent, or doubled
            return False
        within = within.field(index).type
    return True


def rows(table: TableFile, columns: Mapping[str, str]) -> Iterator[Row]:
    """Returns the rows, with the cells of some columns, each with the key by which findings name it. Refused E_SIZE, or
    E_SCHEMA where the file is damaged, or a column cannot be text."""
    file = _open(table)
    if file.metadata.num_rows > table_files.MAX_ROWS:  # a few bytes of Parquet can encode millions of rows
        raise table_files.too_many(table)
    start = 1
    for batch in _batches(file, table, list(columns)):
        texts = [_texts(_column(batch, column), f"{table.prefix}{key}") for column, key in columns.items()]
        yield from enumerate(zip(*texts, strict=True), start)
        start += batch.num_rows


def _open(table: TableFile) -> Any:
    try:
        return pa_parquet.ParquetFile(pa.BufferReader(table.data), pre_buffer=False)
    except MemoryError:  # that of Arrow is also an ArrowException
        raise
    except _UNREADABLE:
        raise refuse("E_SCHEMA", table.position, _DAMAGED) from None


def _batches(file: Any, table: TableFile, columns: list[str]) -> Iterator[Any]:
    try:
        yield from file.iter_batches(BATCH, columns=columns, use_threads=False)
    except MemoryError:
        raise
    except _UNREADABLE:
        raise refuse("E_SCHEMA", table.position, _DAMAGED) from None


def _column(batch: Any, name: str) -> Any:
    if name in batch.schema.names:
        return batch.column(name)
    column, *path = name.split(".")
    return pa_compute.struct_field(batch.column(column), path)


def _texts(column: Any, position: str) -> list[str | None]:
    try:
        if pa.types.is_floating(column.type):
            return [None if cell is None else _digits(cell) for cell in column.to_pylist()]
        return [cell or None for cell in column.cast(pa.string()).to_pylist()]
    except MemoryError:
        raise
    except _UNREADABLE:
        raise refuse("E_SCHEMA", position, "the column must hold text, numbers, or true and false") from None


def _digits(number: float) -> str:
    return str(int(number)) if number.is_integer() else repr(number)
