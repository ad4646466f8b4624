"""Reading named columns of a table as text: order, empty cells, filters, and refusals that quote nothing."""

import io
import os
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pa_parquet
import pytest

from leaderboard.base.findings import Refused
from leaderboard.offline.submissions import cells

MARK = "CANARY-7f3a"


def _parquet(columns: dict[str, object]) -> bytes:
    buffer = io.BytesIO()
    pa_parquet.write_table(pa.table(columns), buffer)
    return buffer.getvalue()


def keyed(columns: list[str]) -> list[tuple[str, str]]:
    """Each column under a key of its own."""
    return [(f"key-{column}", column) for column in columns]


def _places(data: bytes, suffix: str, columns: list[str]) -> list[str]:
    with pytest.raises(Refused) as refused:
        cells.parse(data, suffix, keyed(columns), {})
    assert MARK not in str(refused.value) and refused.value.__cause__ is None
    return [f"{finding.code}  {finding.place}" for finding in refused.value.findings]


def test_csv_cells_are_text_and_empty_ones_are_none() -> None:
    table = cells.parse(b"a,b,c\n01,true,x\n,NA,\n", ".csv", keyed(["a", "b"]), {})
    assert table.columns == {"a": ["01", None], "b": ["true", "NA"]}
    assert table.rows == [1, 2]


def test_a_line_break_inside_quotes_is_one_row() -> None:
    assert cells.parse(b'a,b\n"x\ny",1\nz,2\n', ".csv", keyed(["b"]), {}).columns == {"b": ["1", "2"]}


def test_parquet_cells_are_text_whatever_their_type() -> None:
    dictionary = pa.array(["x", None]).dictionary_encode()
    table = cells.parse(
        _parquet({"a": [1, None], "b": [True, False], "c": dictionary}), ".parquet", keyed(["a", "b", "c"]), {}
    )
    assert table.columns == {"a": ["1", None], "b": ["true", "false"], "c": ["x", None]}


def test_a_filter_keeps_the_row_numbers_of_the_file() -> None:
    table = cells.parse(b"a,set\nx,no\ny,yes\nz,\nw,yes\n", ".csv", keyed(["a"]), {"set": ["yes"]}, prefix="t.csv, ")
    assert (table.columns["a"], table.rows) == (["y", "w"], [2, 4])
    assert table.position("a", 1) == "t.csv, key-a, row 4"


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_missing_columns_are_all_named(suffix: str) -> None:
    data = b"a,b\n1,2\n" if suffix == ".csv" else _parquet({"a": [1], "b": [2]})
    assert _places(data, suffix, ["a", "c", "d"]) == ["E_SCHEMA  key-c", "E_SCHEMA  key-d"]


def test_a_doubled_column_is_refused() -> None:
    assert _places(b"a,a\n1,2\n", ".csv", ["a"]) == ["E_SCHEMA  key-a"]


@pytest.mark.parametrize(
    ("data", "suffix"),
    [
        (b"", ".csv"),
        (f"a,b\n1,{MARK},3\n".encode(), ".csv"),
        (f"a,b\n{MARK}\xff,2\n".encode("latin-1"), ".csv"),
        (f"a\xff{MARK},b\n1,2\n".encode("latin-1"), ".csv"),
        (b"", ".parquet"),
        (f"PAR1{MARK}PAR1".encode(), ".parquet"),
        (_parquet({"a": ["x"] * 500})[:-20], ".parquet"),
    ],
)
def test_a_damaged_file_is_refused_without_quoting_it(data: bytes, suffix: str) -> None:
    assert _places(data, suffix, ["a"]) in (["E_SCHEMA  $"], ["E_SCHEMA  key-a"])


def test_parquet_text_that_is_not_utf8_is_refused() -> None:
    raw = pa.array([f"{MARK}\xff".encode("latin-1")], pa.binary()).view(pa.string())
    assert _places(_parquet({"a": raw}), ".parquet", ["a"]) == ["E_SCHEMA  key-a"]


def test_a_column_that_cannot_be_text_is_refused() -> None:
    assert _places(_parquet({"a": [[{"deep": MARK}]]}), ".parquet", ["a"]) == ["E_SCHEMA  key-a"]


def test_more_rows_than_a_table_may_have_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cells, "MAX_ROWS", 3)
    assert _places(b"a\n1\n2\n3\n4\n", ".csv", ["a"]) == ["E_SIZE  $"]
    assert _places(_parquet({"a": [1, 2, 3, 4]}), ".parquet", ["a"]) == ["E_SIZE  $"]


def test_only_a_regular_file_of_limited_size_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "big.csv").write_bytes(b"12345")
    monkeypatch.setattr(cells, "MAX_BYTES", 4)
    for name, finding in (("pipe", "E_FILE  $"), ("absent.csv", "E_FILE  $"), ("big.csv", "E_SIZE  $")):
        with pytest.raises(Refused) as refused:
            cells.read_bytes(tmp_path / name)
        assert str(refused.value).partition(": ")[0] == finding


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.csv").write_bytes(b"a\n1\n")
    monkeypatch.setattr(Path, "open", _fail)
    with pytest.raises(Refused, match=r"E_FILE  a\.csv, \$"):
        cells.read_bytes(tmp_path / "a.csv", "a.csv, ")


def _fail(*_: object) -> None:
    raise PermissionError(MARK)
