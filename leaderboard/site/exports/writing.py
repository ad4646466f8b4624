"""An export as bytes. What a reader must know about a table is in the file: in lines before the header (CSV), beside
the rows (JSON) or in the metadata (Parquet)."""

import io
import json
import re
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any
from urllib.parse import urlencode

import pyarrow as pa

from leaderboard.site.exports.exported import Column, Exported

Writer = Callable[[Exported], bytes]

# Where a spreadsheet could find a formula: at the start of a cell, or of what it takes for one. Some skip white space
# and quotes there. The signs are those of OWASP's "CSV Injection", with the wide forms that Excel takes for them.
_FORMULA = re.compile(r"""(^|[,;\t\r\n])(?=[\s"]*[=+\-@\t\r\0\uff0b\uff0d\uff1d\uff20])""")


def to_csv(exported: Exported) -> bytes:
    """Returns a CSV file: `# key: value` lines, a header, rows. Text is quoted, missing values are empty, dates are
    ISO 8601. Read it with `comment="#"` (pandas), `comment.char = "#"` (R) or straight into a spreadsheet, and versions
    as text: pandas takes "0.10" for 0.1."""
    comments = [f"# {key}: {_disarm(' '.join(text.split()))}" for key, text in _lines(exported.about)]
    header = ",".join(column.name for column in exported.columns)
    rows = (",".join(_cell(value) for value in row) for row in rows_of(exported))
    return "".join(f"{line}\n" for line in (*comments, header, *rows)).encode()


def _lines(about: dict[str, object]) -> Iterator[tuple[str, str]]:
    """One line per value. What a reader typed is written as in an address."""
    for key, value in about.items():
        if key == "filters" and isinstance(value, dict):
            yield key, urlencode(value, doseq=True) or "none"
        elif isinstance(value, dict):
            yield from ((f"{key}.{name}", str(part)) for name, part in value.items())
        elif key == "limits" and isinstance(value, list):
            yield from ((key, sentence) for sentence in value)
        elif isinstance(value, list):
            yield key, " ".join(value)
        else:
            yield key, _cell(value) if isinstance(value, bool) else str(value)


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return '"' + _disarm(value).replace('"', '""') + '"'
    return value.isoformat() if isinstance(value, date) else repr(value)


def _disarm(text: str) -> str:
    """A text that no spreadsheet takes for a formula, whatever delimiter it reads the file with."""
    return _FORMULA.sub(r"\1'", text)


def to_json(exported: Exported) -> bytes:
    """Returns a JSON object: `about`, `columns` with name, type and meaning, `rows` as objects. Missing is null."""
    names = [column.name for column in exported.columns]
    whole = {
        "about": exported.about,
        "columns": [column._asdict() for column in exported.columns],
        "rows": [dict(zip(names, row, strict=True)) for row in rows_of(exported)],
    }
    return json.dumps(whole, ensure_ascii=False, allow_nan=False, default=date.isoformat).encode()


def to_parquet(exported: Exported) -> bytes:
    """Returns a Parquet file with real types. Its metadata holds `about`, each value as JSON; each column's metadata
    holds its `meaning`."""
    import pyarrow.parquet as pq  # takes 60 ms, which the first page of a process need not wait for

    metadata = {key: json.dumps(value, ensure_ascii=False) for key, value in exported.about.items()}
    schema = pa.schema([_field(column) for column in exported.columns], metadata)
    table = pa.Table.from_pandas(exported.frame, schema, preserve_index=False, nthreads=1)
    out = io.BytesIO()
    pq.write_table(table.replace_schema_metadata(metadata), out, compression="zstd")  # without what pandas adds
    return out.getvalue()


_ARROW = {
    "string": pa.dictionary(pa.int32(), pa.string()),
    "integer": pa.int64(),
    "number": pa.float64(),
    "boolean": pa.bool_(),
    "date": pa.date32(),
}


def _field(column: Column) -> pa.Field:
    return pa.field(column.name, _ARROW[column.type], metadata={"meaning": column.meaning})


def rows_of(exported: Exported) -> Iterator[tuple[Any, ...]]:
    """Yields each row as plain values: str, int, float, bool, date, or None where a value is missing."""
    plain = [_plain(exported, column) for column in exported.columns]
    return zip(*plain, strict=True)


def _plain(exported: Exported, column: Column) -> list[Any]:
    values = exported.frame[column.name]
    if column.type == "date":
        values = values.dt.date
    return values.astype(object).where(values.notna(), None).tolist()


WRITERS: dict[str, Writer] = {"csv": to_csv, "json": to_json, "parquet": to_parquet}
"""The formats of a table, by name."""
