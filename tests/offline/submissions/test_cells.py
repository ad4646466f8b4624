"""Reading named columns of a table as values: order, empty cells, filters, forms, and refusals that quote nothing."""

import gzip
import io
import json
import os
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pa_parquet
import pytest

from leaderboard.base.findings import RULES, Refused
from leaderboard.offline.submissions import cells, table_files, table_text
from leaderboard.offline.submissions.cells import Cells
from tests.offline.submissions import table_forms
from tests.offline.submissions.table_forms import Table, Written

MARK = "CANARY-7f3a"


def read(data: bytes, name: str, *columns: str, **where: list[str]) -> Cells:
    """Reads columns, each under a key of its own."""
    return cells.parse(table_files.unpack(data, name), {f"key-{column}": (column,) for column in columns}, where)


def columns_of(data: bytes, name: str, *columns: str, **where: list[str]) -> list[list[str | None]]:
    return [*read(data, name, *columns, **where).columns.values()]


def places(data: bytes, name: str, *columns: str) -> list[str]:
    with pytest.raises(Refused) as refused:
        read(data, name, *columns)
    assert MARK not in str(refused.value) and refused.value.__cause__ is None
    for finding in refused.value.findings:
        assert finding.evidence not in ("", RULES[finding.code]), "a finding has the rule that was broken"
    return [f"{finding.code}  {finding.place}" for finding in refused.value.findings]


# Every form


TABLE: Table = {
    "id": ["a,1", 'b "2"', "c;3", "d\t4", "é\u2028x", "🙂", "line\nbreak", "'", "9"],
    "number": [1, 2, None, 0, -1, 3, 4, 5, 6],
    "share": [1.0, 2.5, None, 0.0, -3.0, 4503599627370497.0, 2.0, 3.0, 4.0],
    "flag": [True, False, None, True, True, True, True, True, True],
    "label": ["safe", None, "safe", "unsafe", "x", "x", "x", "x", "x"],
    "text": [MARK] * 9,
}
EXPECTED = [
    ["1", "2", None, "0", "-1", "3", "4", "5", "6"],
    ["1", "2.5", None, "0", "-3", "4503599627370497", "2", "3", "4"],
    ["true", "false", None, "true", "true", "true", "true", "true", "true"],
    ["safe", None, "safe", "unsafe", "x", "x", "x", "x", "x"],
]
PADDED: Table = {**TABLE, "id": [str(number) for number in range(9)]}
"""No cell needs quotes, so that a table may be written by hand."""


@pytest.mark.parametrize("written", [*table_forms.every(TABLE)], ids=lambda written: written.how)
def test_every_form_is_read_as_the_same_values(written: Written) -> None:
    if "padded" in written.how:
        written = next(each for each in table_forms.plain(PADDED) if "padded" in each.how)
    table = read(written.data, written.name, "number", "share", "flag", "label", "id")
    *rest, ids = table.columns.values()
    assert (rest, table.rows) == (EXPECTED, [1, 2, 3, 4, 5, 6, 7, 8, 9])
    if "padded" not in written.how and "\\r" not in written.how:  # a line break in a cell was changed too
        assert ids == [*TABLE["id"][:4], "é\u2028x", "🙂", "line\nbreak", "'", "9"]


def test_names_are_those_of_the_file_in_its_order() -> None:
    for written in table_forms.plain(TABLE):
        assert cells.names(table_files.unpack(written.data, written.name)) == [*TABLE], written.how


def test_delimiter_is_the_one_by_which_the_header_has_the_columns() -> None:
    """A comma, a semicolon or a tab in the names of other columns does not matter."""
    for delimiter in ",;\t":
        others = [f'"{one}x{one}"' if one == delimiter else f"x{one}y{one}z" for one in ",;\t"]
        header = delimiter.join([*others, "a", "b"])
        data = f"{header}\n{delimiter.join('12345')}\n".encode()
        assert columns_of(data, ".csv", "b", "a") == [["5"], ["4"]]


def test_header_that_is_wrong_by_one_delimiter_is_read_by_another() -> None:
    assert columns_of(b'"a";"b"\n1;2\n', ".csv", "b") == [["2"]]


# Cells and rows


def test_cells_are_values_and_empty_ones_are_none() -> None:
    table = read(b"a,b,c\n01,TRUE,x\n,NA,\n , ,z\n", ".csv", "a", "b")
    assert table.columns == {"key-a": ["01", None], "key-b": ["true", "NA"]}
    assert table.rows == [1, 2], "a row whose columns are all empty is none"


def test_several_columns_are_one_value() -> None:
    table = table_files.unpack(b"a,b,c\nx,1.0,z\n,2,\n,,y\nx / 1,,\n", "t.csv")
    parsed = cells.parse(table, {"key": ("a", "b"), "c": ("c",)})
    assert parsed.columns["key"] == ["x\x1f1", "\x1f2", None, "x / 1\x1f"]


def test_a_filter_keeps_the_row_numbers_of_the_file() -> None:
    table = table_files.unpack(b"a,set\nx,no\ny,YES\nz,\nw,True\nv,1.0\n", "t.csv", "second, ")
    parsed = cells.parse(table, {"a": ("a",)}, {"set": ["true", "1"]})
    assert (parsed.columns["a"], parsed.rows) == (["w", "v"], [4, 5])
    assert parsed.position("a", 1) == "second, a, row 5"
    assert columns_of(b"a,set\nx,no\nz,\n", ".csv", "a", set=["", "yes"]) == [["z"]]


@pytest.mark.parametrize("name", [".csv", ".tsv", ".jsonl", ".parquet"])
def test_missing_columns_are_all_named(name: str) -> None:
    (written, *_) = [each for each in table_forms.plain({"a": [1], "b": [2]}) if each.name == name]
    assert places(written.data, name, "a", "c", "d") == ["E_SCHEMA  key-c", "E_SCHEMA  key-d"]


def test_a_doubled_column_is_refused() -> None:
    assert places(b"a,a\n1,2\n", ".csv", "a") == ["E_SCHEMA  key-a"]
    assert places(b'{"a": 1}\n\n{"a": 1, "a": 2}\n', ".jsonl", "a") == ["E_SCHEMA  key-a, row 2"]


def test_a_key_that_a_line_lacks_is_an_empty_cell() -> None:
    assert columns_of(b'{"a": 1}\n{"b": 2, "a": NaN}\n', ".jsonl", "a", "b") == [["1", "NaN"], [None, "2"]]


# Columns inside of columns

NESTED = [
    {"a": {"b": {"c": 1.0}, "d": "x"}, "list": [{"e": True}, {"e": None}], "f.g": "whole", "text": MARK, "row": 1},
    {"a": {"b": None, "d": ""}, "list": [], "f.g": None, "text": MARK, "row": 1},
    {"a": None, "list": None, "text": MARK, "row": 1},
    {"a": {"b": {"c": 3}, "d": "é"}, "list": [{"e": False}, {"e": "y"}], "f.g": "2", "text": MARK, "row": 1},
]
LINES = "".join(json.dumps(row) + "\n" for row in NESTED).encode()


def test_a_path_names_a_value_inside_of_objects_and_lists_of_jsonl() -> None:
    read_columns = columns_of(LINES, ".jsonl", "a.b.c", "a.d", "list.0.e", "list.1.e", "f.g", "row")
    assert read_columns == [
        ["1", None, None, "3"],
        ["x", None, None, "é"],
        ["true", None, None, "false"],
        [None, None, None, "y"],
        ["whole", None, None, "2"],
        ["1"] * 4,
    ]
    assert columns_of(LINES, ".jsonl", "a.d", **{"a.b.c": ["1", "3"]}) == [["x", "é"]], "also in a filter"


def test_a_path_names_a_field_inside_of_structs_of_parquet() -> None:
    rows = [{key: value for key, value in row.items() if key != "list"} for row in NESTED]
    sink = io.BytesIO()
    pa_parquet.write_table(pa.Table.from_pylist(rows), sink)
    assert columns_of(sink.getvalue(), ".parquet", "a.b.c", "a.d", "f.g", "row") == [
        ["1", None, None, "3"],
        ["x", None, None, "é"],
        ["whole", None, None, "2"],
        ["1"] * 4,
    ]


@pytest.mark.parametrize(
    "path", ["a.x", "a.b.c.d", "list.2.e", "list.-1.e", "list.e", "text.0", ".a", "a.", "a..b", "."]
)
def test_a_path_that_no_row_has_is_a_missing_column(path: str) -> None:
    assert places(LINES, ".jsonl", path) == [f"E_SCHEMA  key-{path}"]


def test_a_path_to_an_object_or_to_a_doubled_key_is_refused() -> None:
    assert places(LINES, ".jsonl", "a.b") == ["E_SCHEMA  key-a.b, row 1"]
    assert places(b'{"a": {"b": 1, "b": 2}}\n', ".jsonl", "a.b") == ["E_SCHEMA  key-a.b, row 1"]


def test_names_have_no_paths_but_those_that_are_looked_for() -> None:
    table = table_files.unpack(LINES, ".jsonl")
    assert cells.names(table) == ["a", "list", "f.g", "text", "row"]
    assert cells.names(table, ["a.d", "a.x", "f.g"]) == ["a", "list", "f.g", "text", "row", "a.d"]


# Files that are refused

WIDE = b"a,b\n" + b"1," + b"x" * (table_text.MAX_LINE + 1)
PACKED = gzip.compress(f"a\n{MARK}\n".encode())
DAMAGED: dict[str, tuple[bytes, str, str]] = {
    "empty": (b"", ".csv", "E_SCHEMA  key-a"),
    "empty lines": (b"{}\n", ".jsonl", "E_SCHEMA  key-a"),
    "more cells than the header": (f"a,b\n1,2\n1,{MARK},3\n".encode(), ".csv", "E_SCHEMA  row 2"),
    "fewer cells than the header": (f"a;b\n{MARK}\n".encode(), ".csv", "E_SCHEMA  row 1"),
    "quotes": (f'a,b\n1,2\n"{MARK}"x,2\n'.encode(), ".csv", "E_SCHEMA  row 2"),
    "open quote": (f'a,b\n"{MARK},2\n3,4\n'.encode(), ".tsv", "E_SCHEMA  key-a"),
    "open quote of csv": (f'a,b\n"{MARK},2\n3,4\n'.encode(), ".csv", "E_SCHEMA  row 1"),
    "long cell": (b"a,b\n1," + b"x" * 200_000, ".csv", "E_SCHEMA  row 1"),
    "long line": (WIDE, ".csv", "E_SIZE  $"),
    "long line of JSONL": (b'{"a": "' + b"x" * table_text.MAX_LINE, ".jsonl", "E_SIZE  $"),
    "latin": (f"a,b\n{MARK}é,2\n".encode("latin-1"), ".csv", "E_UTF8  $"),
    "latin header": (f"é{MARK},b\n1,2\n".encode("latin-1"), ".csv", "E_UTF8  $"),
    "utf-16 without its mark": (f"a,b\n{MARK},2\n".encode("utf-16-le"), ".csv", "E_UTF8  $"),
    "utf-16 with half a character": (f"a,b\n{MARK},2\n".encode("utf-16") + b"\x00", ".csv", "E_UTF8  $"),
    "utf-32": (f"a,b\n{MARK},2\n".encode("utf-32"), ".csv", "E_UTF8  $"),
    "nul": (f"a,b\n{MARK}\0,2\n".encode(), ".csv", "E_UTF8  $"),
    "no object": (f'{{"a": 1}}\n["{MARK}"]\n'.encode(), ".jsonl", "E_SCHEMA  row 2"),
    "half an object": (f'{{"a": 1}}\n{{"a": "{MARK}\n'.encode(), ".jsonl", "E_SCHEMA  row 2"),
    "nested": (b'{"a": 1}\n' + b'{"a": ' * 60_000, ".jsonl", "E_SCHEMA  row 2"),
    "a list in a cell": (f'{{"a": 1}}\n{{"a": ["{MARK}"]}}\n'.encode(), ".jsonl", "E_SCHEMA  key-a, row 2"),
    "an object in a cell": (f'{{"a": {{"{MARK}": 1}}}}\n'.encode(), ".jsonl", "E_SCHEMA  key-a, row 1"),
    "half a pair": (b'{"a": "\\ud800"}\n', ".jsonl", "E_UTF8  row 1"),
    "no parquet": (b"", ".parquet", "E_SCHEMA  $"),
    "text as parquet": (f"a,b\n{MARK},2\n".encode(), ".parquet", "E_SCHEMA  $"),
    "half of parquet": (table_forms.parquet({"a": ["x"] * 500})[:-20], ".parquet", "E_SCHEMA  $"),
    "only the ends of parquet": (f"PAR1{MARK}PAR1".encode(), ".parquet", "E_SCHEMA  $"),
    "parquet as text": (table_forms.parquet({"a": [MARK]}), ".csv", "E_FILE  $"),
    "half of gzip": (PACKED[:-9], ".csv.gz", "E_FILE  $"),
    "gzip with a tail": (PACKED + b"tail", ".csv.gz", "E_FILE  $"),
    "damaged gzip": (PACKED[:12] + b"\xff" * 20 + PACKED[32:], ".csv", "E_FILE  $"),
    "packed twice": (gzip.compress(PACKED), ".csv.gz", "E_FILE  $"),
    "other packing": (b"\x28\xb5\x2f\xfd" + MARK.encode(), ".csv", "E_FILE  $"),
    "spreadsheet": (b"PK\x03\x04" + MARK.encode(), ".csv", "E_FILE  $"),
    "spreadsheet, packed": (gzip.compress(b"PK\x03\x04" + MARK.encode()), ".tsv.gz", "E_FILE  $"),
    "spreadsheet by its name": (b"PK\x03\x04" + MARK.encode(), ".xlsx", "E_FILE  $"),
    "old spreadsheet": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + MARK.encode(), ".csv", "E_FILE  $"),
    "other name": (b"a,b\n1,2\n", ".txt", "E_FILE  $"),
    "no name": (b"a,b\n1,2\n", "labels", "E_FILE  $"),
}  # fmt: skip


@pytest.mark.parametrize(("data", "name", "finding"), DAMAGED.values(), ids=DAMAGED)
def test_damaged_file_is_refused_with_a_rule_and_without_quoting_it(data: bytes, name: str, finding: str) -> None:
    assert places(data, name, "a") == [finding]


def test_spreadsheet_is_called_one() -> None:
    for data, name in ((b"PK\x03\x04", "labels.csv"), (b"PK\x03\x04", "labels.tsv.gz"), (b"", "labels.xlsx")):
        with pytest.raises(Refused, match=r"save the table as CSV|ends in one of \.csv, \.tsv, \.jsonl, \.parquet"):
            table_files.unpack(data, name)


def test_parquet_text_that_is_not_utf8_is_refused() -> None:
    raw = pa.array([f"{MARK}\xff".encode("latin-1")], pa.binary()).view(pa.string())
    assert places(_parquet({"a": raw}), ".parquet", "a") == ["E_SCHEMA  key-a"]


def test_a_column_that_cannot_be_text_is_refused() -> None:
    assert places(_parquet({"a": [[{"deep": MARK}]]}), ".parquet", "a") == ["E_SCHEMA  key-a"]


def _parquet(columns: dict[str, object]) -> bytes:
    buffer = io.BytesIO()
    pa_parquet.write_table(pa.table(columns), buffer)
    return buffer.getvalue()


def test_more_rows_than_a_table_may_have_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table_files, "MAX_ROWS", 3)
    for written in table_forms.plain({"a": [1, 2, 3, 4]}):
        assert places(written.data, written.name, "a") == ["E_SIZE  $"]
    assert columns_of(b"a\n1\n2\n3\n", ".csv", "a") == [["1", "2", "3"]]


def test_only_a_regular_file_of_limited_size_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "big.csv").write_bytes(b"12345")
    monkeypatch.setattr(table_files, "MAX_BYTES", 4)
    for name, finding in (("pipe", "E_FILE  $"), ("absent.csv", "E_FILE  $"), ("big.csv", "E_SIZE  $")):
        with pytest.raises(Refused) as refused:
            table_files.read_bytes(tmp_path / name)
        assert str(refused.value).partition(": ")[0] == finding


def test_packed_file_is_unpacked_up_to_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    packed = gzip.compress(b"a\n" + b"1\n" * 4_000)
    monkeypatch.setattr(table_files, "MAX_BYTES", 8_002)
    assert len(columns_of(packed, ".csv.gz", "a")[0]) == 4_000
    monkeypatch.setattr(table_files, "MAX_BYTES", 8_001)
    assert places(packed, ".csv.gz", "a") == ["E_SIZE  $"]


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.csv").write_bytes(b"a\n1\n")
    monkeypatch.setattr(Path, "open", _fail)
    with pytest.raises(Refused, match=r"E_FILE  a\.csv, \$"):
        table_files.read_bytes(tmp_path / "a.csv", "a.csv, ")


def _fail(*_: object) -> None:
    raise PermissionError(MARK)
