"""Reads a label table that is text: CSV, TSV or JSONL, in UTF-8 or in UTF-16 with a byte order mark.

A name with dots that no key of a JSON line has is a path into it: `metadata.item_id`, `scores.0.value`.

A comma, a semicolon or a tab divides the cells of a CSV file: the one by which its header has the most columns that are
looked for. A refusal gives a row and a rule, never a cell.
"""

import csv
import io
import json
import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from leaderboard.base.findings import Refused, refuse
from leaderboard.offline.submissions import table_files
from leaderboard.offline.submissions.table_files import Row, TableFile

MAX_LINE = 1024 * 1024
"""Characters of a line. A cell of CSV has at most 131,072, the limit of `csv`."""
_ENCODING = "is not UTF-8, nor UTF-16 with a byte order mark: save the table as UTF-8"
Pairs = tuple[tuple[str, Any], ...]
"""The keys of a JSON object with their values, doubled ones twice."""


def names(table: TableFile, wanted: Collection[str] = ()) -> list[str]:
    """Returns the names of the columns, doubled ones twice, and of `wanted` the paths into JSON that a line has. They
    also tell the delimiter of CSV."""
    if table.form == "jsonl":
        return _keys(table, wanted)
    return _header(table, _delimiter(table, wanted))


def rows(table: TableFile, columns: Mapping[str, str]) -> Iterator[Row]:
    """Returns the rows, with the cells of some columns, each with the key by which findings name it. Refused E_SIZE,
    E_UTF8 or E_SCHEMA where a row cannot be read."""
    read = _read_objects if table.form == "jsonl" else _read_records
    for number, cells in read(table, columns):
        if number > table_files.MAX_ROWS:
            raise table_files.too_many(table)
        yield number, cells


def _lines(table: TableFile, newline: str) -> Iterator[str]:
    """The lines of the file, ends included."""
    encoding = "utf-16" if table.data.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    if table.data.startswith(b"\xff\xfe\0\0") or (encoding == "utf-8-sig" and b"\0" in table.data):
        raise refuse("E_UTF8", table.position, _ENCODING)
    stream = io.TextIOWrapper(io.BytesIO(table.data), encoding, newline=newline)
    try:
        while line := stream.readline(MAX_LINE + 1):
            if len(line) > MAX_LINE:
                rule = f"a line of more than {MAX_LINE:,} characters: leave columns of texts out of the table"
                raise refuse("E_SIZE", table.position, rule)
            yield line
    except UnicodeError:
        raise refuse("E_UTF8", table.position, _ENCODING) from None


# CSV and TSV


def _records(table: TableFile, delimiter: str) -> Iterator[list[str]]:
    """The header and the rows, without empty lines."""
    number = 0
    try:
        for record in csv.reader(_lines(table, newline=""), delimiter=delimiter, strict=True):
            if record:
                yield record
                number += 1
    except csv.Error as error:
        rule = "its quotation marks do not match: quote the whole cell, and double each mark inside it"
        if "field limit" in str(error):
            rule = f"a cell of more than {csv.field_size_limit():,} characters: leave columns of texts out of the table"
        raise refuse("E_SCHEMA", table.row(number) if number else table.position, rule) from None


def _header(table: TableFile, delimiter: str) -> list[str]:
    return [name.strip() for name in next(_records(table, delimiter), [])]


def _delimiter(table: TableFile, wanted: Collection[str]) -> str:
    """The delimiter by which the header has the most wanted columns; of equal ones, by which it has the most at all."""

    def columns(delimiter: str) -> tuple[int, int]:
        try:
            header = _header(table, delimiter)
        except Refused as refused:
            if refused.findings[0].code != "E_SCHEMA":
                raise
            return -1, 0
        return sum(header.count(name) == 1 for name in wanted), len(header)

    return "\t" if table.form == "tsv" else max(",;\t", key=columns)


def _read_records(table: TableFile, columns: Mapping[str, str]) -> Iterator[Row]:
    delimiter = _delimiter(table, columns)
    header = _header(table, delimiter)
    indexes = [header.index(column) for column in columns]
    records = _records(table, delimiter)
    next(records)
    for number, record in enumerate(records, start=1):
        if len(record) != len(header):
            rule = f"has {len(record)} cells, and the header has {len(header)}: correct the row, or quote its cells"
            raise refuse("E_SCHEMA", table.row(number), rule)
        yield number, tuple(record[index] or None for index in indexes)


# JSONL


_decoder = json.JSONDecoder(object_pairs_hook=tuple, parse_float=str, parse_int=str, parse_constant=str)
"""Leaves numbers as they are spelled, and objects as pairs."""


def _objects(table: TableFile) -> Iterator[tuple[int, Pairs]]:
    """The number and the object of each line, without empty lines."""
    number = 0
    for line in _lines(table, newline="\n"):
        if line := line.strip(" \t\r\n"):
            number += 1
            try:
                pairs = _decoder.decode(line)
            except (ValueError, RecursionError):
                pairs = None
            if not isinstance(pairs, tuple):
                rule = "each line must be one JSON object: correct or remove this one"
                raise refuse("E_SCHEMA", table.row(number), rule)
            yield number, pairs


def _keys(table: TableFile, wanted: Collection[str]) -> list[str]:
    """The keys of all lines, and the wanted paths that a line has."""
    names: dict[str, None] = {}
    present: set[str] = set()
    paths = [name for name in wanted if "." in name]
    for _, pairs in _objects(table):
        names.update(dict.fromkeys(name for name, _ in pairs))
        present.update(path for path in paths if path not in present and _find(pairs, path))
    return [*names, *(path for path in paths if path in present and path not in names)]


def _read_objects(table: TableFile, columns: Mapping[str, str]) -> Iterator[Row]:
    for number, pairs in _objects(table):
        cells = []
        for column, key in columns.items():
            values = _find(pairs, column)
            if len(values) > 1:
                raise refuse("E_SCHEMA", table.row(number, key), "the line has this key twice: leave one of them out")
            cells.append(_text(values[0] if values else None, table.row(number, key)))
        yield number, tuple(cells)


def _find(pairs: Pairs, name: str) -> list[object]:
    """The values of a key of a line or, where there is none, at the end of a path: keys and positions in lists, from 0,
    with dots between them."""
    values: list[object] = [value for key, value in pairs if key == name]
    if values or "." not in name:
        return values
    values = [pairs]
    for step in name.split("."):
        values = [inner for value in values for inner in _step(value, step)]
    return values


def _step(value: object, step: str) -> list[object]:
    if isinstance(value, tuple):
        return [inner for key, inner in value if key == step]
    if isinstance(value, list) and re.fullmatch("[0-9]{1,6}", step):
        return value[int(step) : int(step) + 1]
    return []


def _text(value: object, position: str) -> str | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None or isinstance(value, str):
        return value or None
    raise refuse("E_SCHEMA", position, "is a list or an object: write a text, a number, true, false or null instead")
