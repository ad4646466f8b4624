"""An export as bytes. What a reader must know about a table is beside the rows (JSON), in the metadata (Parquet) or, of
a CSV file, in a document of its own (`csvw.py`); warning and licence are in every row."""

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
# Text that pandas, R or a spreadsheet takes for a number, a day, a truth value or a missing one, quoted or not.
_NO_TEXT = re.compile(
    r"[\d.,:/ -]*\d[\d.,:/ -]*([eE]-?\d+)?|0[xX][\da-fA-F]+|(?i:inf|infinity|nan|true|false|t|f)"
    r"|#?N/?A|n/a|null|NULL|None"
)


def to_csv(exported: Exported, *, comments: bool = False) -> bytes:
    """Returns a CSV file (RFC 4180, UTF-8): a header, then rows. Text is quoted, missing values are empty, dates are
    ISO 8601. A text that a reader would take for something else begins with `'`. With `comments`, lines of
    `# key: value` come first, which say what else must be known."""
    lines = [f"# {key}: {_disarm(' '.join(text.split()))}" for key, text in described(exported) if comments]
    header = ",".join(column.name for column in exported.columns)
    rows = (",".join(_cell(value) for value in row) for row in rows_of(exported))
    return "".join(f"{line}\r\n" for line in (*lines, header, *rows)).encode()


def described(exported: Exported) -> Iterator[tuple[str, str]]:
    """Yields what `about` says as keys and texts, one for each value. What a reader typed is written as in an
    address."""
    for key, value in exported.about.items():
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
        return '"' + _as_text(value).replace('"', '""') + '"'
    return value.isoformat() if isinstance(value, date) else repr(value)


def _as_text(text: str) -> str:
    """A text that no reader takes for a value of another type."""
    return f"'{text}" if _NO_TEXT.fullmatch(text) else _disarm(text)


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
