"""One table in every form in which a program may write it."""

import csv
import gzip
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pa_parquet

Value = str | int | float | bool | None
Table = Mapping[str, Sequence[Value]]
"""The values of each column."""


class Written(NamedTuple):
    """A table as a file."""

    name: str
    """What its name ends in."""
    data: bytes
    how: str
    """In words, for the message of a test that fails."""


def every(table: Table) -> Iterator[Written]:
    """A table in each form, delimiter, encoding, line end and end of file, plain and packed."""
    for written in plain(table):
        yield written
        yield Written(f"{written.name}.gz", gzip.compress(written.data), f"{written.how}, packed")
    packed = gzip.compress(separated(table, ",").encode())
    yield Written(".csv", packed, "packed, but not named so")
    yield Written(".csv.gz", separated(table, ",").encode(), "named as packed, but plain")
    two = separated(table, ",").encode()
    yield Written(".csv.gz", gzip.compress(two[:20]) + gzip.compress(two[20:]), "packed in two members")


def plain(table: Table) -> Iterator[Written]:
    texts: dict[str, str] = {
        **{f".csv by {delimiter!r}": separated(table, delimiter) for delimiter in ",;\t"},
        ".csv quoted": separated(table, ";", quoting=csv.QUOTE_ALL),
        ".tsv": separated(table, "\t"),
        ".jsonl": lines(table),
        ".jsonl without nulls": lines(table, nulls=False),
    }
    for how, text in texts.items():
        name = how.split()[0]
        for encoding in ("utf-8", "utf-8-sig", "utf-16"):
            for end in ("\n", "\r\n"):
                for tail in ("", end, end * 3):
                    data = (text.replace("\n", end).removesuffix(end) + tail).encode(encoding)
                    yield Written(name, data, f"{how}, {encoding}, {end!r}, {tail!r}")
    yield Written(".csv", _with_padding(table).encode(), "padded, with rows of delimiters at the end")
    yield Written(".csv", b"\xfe\xff" + separated(table, ",").encode("utf-16-be"), "utf-16-be")
    yield Written(".parquet", parquet(table), "parquet")
    as_text = {name: [cell if cell is None else spelled(cell) for cell in cells] for name, cells in table.items()}
    yield Written(".parquet", parquet(as_text, dictionary=True), "parquet of categories")


def spelled(cell: Value) -> str:
    """A value as pandas writes it into a CSV file."""
    return "" if cell is None else str(cell)


def rows(table: Table) -> list[tuple[Value, ...]]:
    return list(zip(*table.values(), strict=True))


def separated(table: Table, delimiter: str, quoting: Any = csv.QUOTE_MINIMAL) -> str:
    into = io.StringIO()
    writer = csv.writer(into, delimiter=delimiter, lineterminator="\n", quoting=quoting)
    writer.writerow(table)
    writer.writerows([[spelled(cell) for cell in row] for row in rows(table)])
    return into.getvalue()


def _with_padding(table: Table) -> str:
    """As people write tables by hand, and spreadsheets write them to the last row that was ever used."""
    header = " ; ".join(table)
    body = [" ; ".join(spelled(cell) for cell in row) for row in rows(table)]
    return "\n".join([header, *body, ";" * (len(table) - 1), ";" * (len(table) - 1)]) + "\n"


def lines(table: Table, nulls: bool = True) -> str:
    objects = [dict(zip(table, row, strict=True)) for row in rows(table)]
    if not nulls:  # a key that a line lacks is an empty cell, but some line has it
        objects = [{k: v for k, v in each.items() if v is not None} for each in objects]
        objects[0] = dict(zip(table, rows(table)[0], strict=True))
    return "".join(json.dumps(each, ensure_ascii=number % 2 == 0) + "\n" for number, each in enumerate(objects))


def parquet(table: Table, dictionary: bool = False) -> bytes:
    into = io.BytesIO()
    columns = {name: pa.array(cells) for name, cells in table.items()}
    if dictionary:
        columns = {n: cells if cells.type == pa.null() else cells.dictionary_encode() for n, cells in columns.items()}
    pa_parquet.write_table(pa.table(columns), into, row_group_size=3)
    return into.getvalue()
