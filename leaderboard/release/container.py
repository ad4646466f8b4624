"""A release file: canonical JSON in which every byte follows from the rows.

`{"schema":2,"tables":{"score":{"board":[...],"category":[...],...},...}}`: every table of that version of the schema
and every column, sorted by name; a column is the list of its cells; rows are sorted by their cells, column by column,
empty cells first. Equal rows have one file, and nothing else is accepted: a comment, a space or a byte
after the end is refused. Nothing is compressed, so a small file cannot become a large table.
"""

import datetime
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Annotated, Any, NamedTuple

import msgspec
import pandas as pd
from msgspec import Meta, Raw, Struct

from leaderboard.base import canonical
from leaderboard.base.findings import Finding, Refused, refuse
from leaderboard.boards.vocabulary import Vocabulary
from leaderboard.release import legacy, schema
from leaderboard.release.schema import Schema
from leaderboard.release.trust.strict import Hex64

MAX_BYTES = 256 * 1024 * 1024
"""Of a release file: a board of 200 systems in 10 categories takes 66 MiB."""
MAX_ROWS = 1_000_000
"""Of one table."""
FIRST, LAST = datetime.date(2000, 1, 1), datetime.date(2099, 12, 31)
NUMBERS: dict[str, Any] = {
    "integer": Annotated[int, Meta(ge=0, le=1_000_000_000)],
    "boolean": bool,
    "date": datetime.date,
    "rate": Annotated[float, Meta(ge=0, le=1)],
    "difference": Annotated[float, Meta(ge=-1, le=1)],
    "amount": Annotated[float, Meta(ge=0, le=1e12)],
    "number": Annotated[float, Meta(ge=-1e12, le=1e12)],
    "digest": Hex64,
}
"""The values of each type; a type that is not here is one of the vocabulary."""
INTERVALS = {
    "score": "estimate",
    "view_score": "estimate",
    "history": "estimate",
    "pair_effect": "delta",
    "net_benefit": "estimate",
    "judge_standing": "estimate",
}
"""Tables in which the estimate is between `ci_low` and `ci_high`, where all three are present."""

Table = dict[str, list[Any]]
"""Cells by column; the lists are of one length. An empty cell is None."""


class Contents(NamedTuple):
    """A decoded release file. Cells are str, int, float, bool, date or None, and must not be changed."""

    schema: Schema
    tables: dict[str, Table]


class _File(Struct, forbid_unknown_fields=True):
    schema: int
    tables: dict[str, dict[str, Raw]]


def encode(tables: Mapping[str, pd.DataFrame], version: Schema | None = None) -> bytes:
    """Returns the file of some tables in the newest version of the schema, or in another. Columns that the version
    does not have are left out; tables and columns that are missing are empty. Refused E_NUMBER or E_VOCABULARY where
    a cell cannot be of its column's type."""
    target = version or schema.newest()
    cells = {name: _sorted(_columns(name, columns, tables.get(name))) for name, columns in target.tables.items()}
    return canonical.encode({"schema": target.version, "tables": cells})


def _columns(name: str, columns: Mapping[str, str], frame: pd.DataFrame | None) -> Table:
    if frame is None:
        return {column: [] for column in columns}
    table: Table = {}
    for column, kind in columns.items():
        cells = frame[column].tolist() if column in frame else [None] * len(frame)
        plain = _PLAIN.get(kind.rstrip("?"), str)
        try:
            table[column] = [None if pd.isna(cell) else plain(cell) for cell in cells]
        except (TypeError, ValueError):  # its text quotes the cell
            raise refuse(_code(kind), f"$.{name}.{column}") from None
    return table


def _date(cell: Any) -> str:
    return pd.Timestamp(cell).date().isoformat()


def _integer(cell: Any) -> int:
    whole = int(cell)
    if whole != cell:
        raise ValueError("not a whole number")
    return whole


def _boolean(cell: Any) -> bool:
    if cell not in (True, False):
        raise ValueError("neither true nor false")
    return bool(cell)


def _float(cell: Any) -> float:
    return float(cell) + 0.0  # minus zero becomes zero, so that one number is written in one way


_PLAIN: dict[str, Any] = {
    "integer": _integer,
    "boolean": _boolean,
    "date": _date,
    **dict.fromkeys(("rate", "difference", "amount", "number"), _float),
}


def _code(kind: str) -> str:
    return "E_NUMBER" if kind.rstrip("?") in NUMBERS else "E_VOCABULARY"


def _sorted(table: Table) -> Table:
    keys = _keys(table)
    positions = sorted(range(len(keys)), key=keys.__getitem__)
    return {column: [cells[position] for position in positions] for column, cells in table.items()}


def _keys(table: Table) -> list[tuple[Any, ...]]:
    """The sort keys of the rows."""
    ranked = ([(cell is not None, cell) for cell in table[column]] for column in sorted(table))
    return list(zip(*ranked, strict=True))


def decode(data: bytes) -> Contents:
    """Returns what a release file holds; its words are not yet compared with a vocabulary (`audit`). A DuckDB file of
    before passes only if it is one of those that are known by their hash. Refused E_SIZE; E_RELEASE where it is no
    release file; E_NEWER where it is of a version that this code does not know; E_SHAPE, E_NUMBER or E_VOCABULARY where
    a table, a column or a cell is not of that version; E_CANON where the same rows have another file."""
    if legacy.is_known(data):
        return Contents(schema.schemas()[legacy.SCHEMA], legacy.read(data, schema.schemas()[legacy.SCHEMA]))
    if len(data) > MAX_BYTES:
        raise refuse("E_SIZE", "$")
    try:
        file = msgspec.json.decode(data, type=_File)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):  # their texts may quote the file
        raise refuse("E_RELEASE", "$") from None
    if file.schema not in schema.schemas():
        raise refuse("E_NEWER" if file.schema > schema.newest().version else "E_RELEASE", "$.schema")
    version = schema.schemas()[file.schema]
    if faults := [*_check_shape(file, version)]:
        raise Refused(faults)
    tables = {
        name: {column: _cells(name, column, kind, file.tables[name][column]) for column, kind in columns.items()}
        for name, columns in version.tables.items()
    }
    _require_canonical(data, version, tables)
    return Contents(version, tables)


def _check_shape(file: _File, version: Schema) -> Iterable[Finding]:
    """Checks names and the number of rows before any cell is read: no cell holds a comma, so commas count the rows."""
    if set(file.tables) != set(version.tables):
        yield Finding("E_SHAPE", "$.tables")
        return
    for name, columns in version.tables.items():
        if set(file.tables[name]) != set(columns):
            yield Finding("E_SHAPE", f"$.tables.{name}")
            continue
        if any(bytes(cells).count(b",") >= MAX_ROWS for cells in file.tables[name].values()):
            yield Finding("E_SIZE", f"$.tables.{name}")


def _cells(table: str, column: str, kind: str, data: Raw) -> list[Any]:
    cell: Any = NUMBERS.get(kind.rstrip("?"), str)
    cell = cell | None if kind[-1] == "?" else cell
    try:
        cells: list[Any] = msgspec.json.decode(data, type=list[cell])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):  # their texts may quote the file
        raise refuse(_code(kind), f"$.{table}.{column}") from None
    if kind.rstrip("?") == "date" and not all(cell is None or FIRST <= cell <= LAST for cell in cells):
        raise refuse("E_NUMBER", f"$.{table}.{column}")
    return cells


def _require_canonical(data: bytes, version: Schema, tables: dict[str, Table]) -> None:
    for name, table in tables.items():
        if len({len(cells) for cells in table.values()}) != 1:
            raise refuse("E_SHAPE", f"$.tables.{name}")
        keys = _keys(table)
        if any(earlier > later for earlier, later in pairwise(keys)):
            raise refuse("E_CANON", f"$.tables.{name}")
    minus_zero = b"-0.0," in data or b"-0.0]" in data
    if minus_zero or canonical.encode({"schema": version.version, "tables": tables}) != data:
        raise refuse("E_CANON", "$")


def audit(contents: Contents, vocabulary: Vocabulary) -> list[Finding]:
    """Returns a finding for each text column with a word outside the vocabulary, and for each table with an interval
    that does not contain its estimate. Never a value."""
    findings = []
    for table, columns in contents.schema.tables.items():
        cells = contents.tables[table]
        for column, kind in columns.items():
            if kind.rstrip("?") not in NUMBERS and set(cells[column]) - {*vocabulary[kind.rstrip("?")], None}:
                findings.append(Finding("E_VOCABULARY", f"$.{table}.{column}"))
        if table in INTERVALS and not _contain(cells["ci_low"], cells[INTERVALS[table]], cells["ci_high"]):
            findings.append(Finding("E_NUMBER", f"$.{table}.ci_low"))
    return findings


def _contain(low: Sequence[float | None], estimate: Sequence[float | None], high: Sequence[float | None]) -> bool:
    return all(
        below is None or at is None or above is None or below <= at <= above
        for below, at, above in zip(low, estimate, high, strict=True)
    )


def frames(contents: Contents) -> dict[str, pd.DataFrame]:
    """Returns the tables as frames of plain objects, in the newest version of the schema: what an older one did not
    have is empty."""
    tables = {}
    for name, columns in schema.newest().tables.items():
        table = contents.tables.get(name, {})
        rows = len(next(iter(table.values()), []))
        cells = {column: table.get(column, [None] * rows) for column in columns}
        tables[name] = pd.DataFrame(cells, columns=list(columns), dtype=object)
    return tables
