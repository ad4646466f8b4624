"""The file of a label table, whatever program wrote it: CSV, TSV, JSONL or Parquet, plain or packed with gzip.

The name says which of the four a file is, and its first bytes whether it is packed. `table_text` and `table_parquet`
read its rows; `cells` selects them.
"""

import gzip
import io
import re
import zlib
from pathlib import Path
from typing import Literal, NamedTuple, get_args

from leaderboard.base.findings import Refused, refuse

Form = Literal["csv", "tsv", "jsonl", "parquet"]
FORMS: tuple[Form, ...] = get_args(Form)
Row = tuple[int, tuple[str | None, ...]]
"""The number of a row, from 1, and the text of its cells; None where a cell is empty, or a line of JSONL lacks its key.
"""
MAX_BYTES = 64 * 1024 * 1024
"""Of a file, and of what it unpacks to."""
MAX_ROWS = 2_000_000
_UNREADABLE = "must be a regular file that can be read: correct the path, or the name of the file in labels.toml"
_GZIP = b"\x1f\x8b"
_SPREADSHEET = "is a spreadsheet or a zip archive: save the table as CSV, and name that file"
_PACKED = "is packed, but not with gzip: unpack it, or pack it with gzip"
_OTHERS = {
    b"PK\x03\x04": _SPREADSHEET,
    b"PK\x05\x06": _SPREADSHEET,
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": _SPREADSHEET,
    b"\x28\xb5\x2f\xfd": _PACKED,
    b"\xfd7zXZ\x00": _PACKED,
    b"BZh91AY&SY": _PACKED,
    _GZIP: "is packed twice: unpack it once",
}
"""The first bytes of files that are not tables, and what to do."""


class TableFile(NamedTuple):
    """A label table in memory."""

    form: Form
    data: bytes
    """Unpacked."""
    prefix: str = ""
    """The start of each position in a finding: the key of a second table and a comma, or nothing."""

    @property
    def position(self) -> str:
        return f"{self.prefix}$"

    def row(self, number: int, key: str = "") -> str:
        return f"{self.prefix}{key + ', ' if key else ''}row {number}"


def read_bytes(path: Path, prefix: str = "") -> bytes:
    """Returns the bytes of a regular file of at most 64 MiB; Refused E_FILE or E_SIZE for anything else."""
    try:
        if not path.is_file():
            raise refuse("E_FILE", f"{prefix}$", _UNREADABLE)
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError:
        raise refuse("E_FILE", f"{prefix}$", _UNREADABLE) from None
    _require_size(data, prefix)
    return data


def _require_size(data: bytes, prefix: str) -> None:
    if len(data) > MAX_BYTES:
        rule = f"more than {MAX_BYTES // 1024**2} MiB: leave columns of texts out of the table"
        raise refuse("E_SIZE", f"{prefix}$", rule)


def unpack(data: bytes, name: str, prefix: str = "") -> TableFile:
    """Returns the table that the bytes of a file of that name hold. Refused E_FILE where the name ends in no known
    form, or the bytes are a spreadsheet, another archive or of another form; E_SIZE where they unpack to over 64 MiB.
    """
    ending = re.search(r"\.([a-z]+)(\.gz)?\Z", name.lower())
    form = next((form for form in FORMS if ending and form == ending[1]), None)
    if form is None:
        endings = ", ".join(f".{form}" for form in FORMS)
        raise refuse("E_FILE", f"{prefix}$", f"the name of a table ends in one of {endings}, each also with .gz after")
    if data.startswith(_GZIP):
        data = _gunzip(data, prefix)
    table = TableFile(form, data, prefix)
    for magic, rule in _OTHERS.items():
        if data.startswith(magic):
            raise refuse("E_FILE", table.position, rule)
    if form != "parquet" and data.startswith(b"PAR1") and data.endswith(b"PAR1"):
        raise refuse("E_FILE", table.position, "is a Parquet file: let its name end in .parquet")
    return table


def _gunzip(data: bytes, prefix: str) -> bytes:
    """The bytes that gzip packed. No more is unpacked than a table may have."""
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(data)) as file:
            unpacked = file.read(MAX_BYTES + 1)
    except (OSError, EOFError, zlib.error):
        rule = "gzip cannot unpack it: it is damaged, or its end is missing"
        raise refuse("E_FILE", f"{prefix}$", rule) from None
    _require_size(unpacked, prefix)
    return unpacked


def too_many(table: TableFile) -> Refused:
    """Returns the refusal of a table with more rows than a table may have."""
    return refuse("E_SIZE", table.position, f"more than {MAX_ROWS:,} rows: leave out those that are not read")
