"""Reads named columns of a label table, in any form that `table_files` knows, as the values that their cells hold.

Messages give the row and the key by which `labels.toml` names a column: no cell, and no name of a column."""

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from leaderboard.base.findings import Finding, Refused, refuse
from leaderboard.boards import values
from leaderboard.offline.submissions import table_parquet, table_text
from leaderboard.offline.submissions.table_files import TableFile


class Cells(NamedTuple):
    """The selected rows of a table, key by key."""

    prefix: str
    """The start of each position: the key of a second table and a comma, or nothing for the main table."""
    rows: list[int]
    """The number of each row in the file, from 1."""
    columns: dict[str, list[str | None]]
    """By key of the definition, the value of its column or columns in each row, in the form in which `boards.values`
    compares them; None where it is empty."""

    def position(self, key: str, index: int) -> str:
        return f"{self.prefix}{key}, row {self.rows[index]}"


def parse(
    table: TableFile, wanted: Mapping[str, Sequence[str]], where: Mapping[str, Collection[str]] | None = None
) -> Cells:
    """Returns the rows of a table, in its order. `wanted` are the columns of each key; several are one value. `where`
    are the values that a column may have, "" for an empty cell: rows with others are left out, and so are rows in which
    all these columns are empty, which programs write at the end of a table.

    Refused E_SCHEMA with the keys of columns that are missing or double, or as the readers of the forms do."""
    allowed = {column: {values.normal(each) for each in some} for column, some in (where or {}).items()}
    keys: dict[str, str] = {}
    for key, columns in [*wanted.items(), ("where", tuple(allowed))]:
        for column in columns:
            keys.setdefault(column, key)
    _require(table, keys)
    reader = table_parquet if table.form == "parquet" else table_text
    index = {column: number for number, column in enumerate(keys)}
    indexes = {key: [index[column] for column in columns] for key, columns in wanted.items()}
    filters = [(index[column], some) for column, some in allowed.items()]
    result = Cells(table.prefix, [], {key: [] for key in wanted})
    normal: dict[str | None, str] = {None: ""}
    for number, texts in reader.rows(table, keys):
        for text in texts:
            if text not in normal:
                normal[text] = _normal(text or "", table.row(number))
        row = [normal[text] for text in texts]
        if any(row) and all(row[index] in some for index, some in filters):
            result.rows.append(number)
            for key, several in indexes.items():
                result.columns[key].append(values.join([row[index] for index in several]))
    return result


def names(table: TableFile, wanted: Collection[str] = ()) -> list[str]:
    """Returns the names of a table's columns, in its order, and those of `wanted` that are paths to a value inside of
    one: `metadata.item_id`. They also tell the delimiter of CSV."""
    return table_parquet.names(table, wanted) if table.form == "parquet" else table_text.names(table, wanted)


def _require(table: TableFile, keys: Mapping[str, str]) -> None:
    present = names(table, keys)
    if absent := [key for column, key in keys.items() if present.count(column) != 1]:
        rule = "the table must have one column of the name that labels.toml gives here: correct the name there"
        raise Refused(Finding("E_SCHEMA", f"{table.prefix}{key}", rule) for key in dict.fromkeys(absent))


def _normal(text: str, position: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError:  # half a surrogate pair, which only JSON can spell
        raise refuse("E_UTF8", position, "holds half a surrogate pair: correct the cell") from None
    return values.normal(text)
