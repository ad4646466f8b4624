"""CSV, JSON and Parquet of an export are one table; a spreadsheet finds no formula in it."""

import csv
import io
import json
from datetime import date

import pandas as pd
import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from leaderboard.site import exports
from leaderboard.site.exports import Column, Exported, to_csv, to_csvw, to_json, to_parquet
from leaderboard.site.exports.exported import DTYPES
from leaderboard.site.exports.writing import described, rows_of
from leaderboard.site.views.filters import Chosen
from tests.site.exports.conftest import Place
from tests.site.exports.reading import comments, from_csv, from_json, from_parquet

VIEWS = [
    Chosen(),
    Chosen(filters={"group": ("closed_source",)}, sort="-name"),
    Chosen(q="a", filters={"kind": ("bare",)}),
    Chosen(q="nobody has this name"),
]
COLUMNS = (
    Column("name", "string", "A name."),
    Column("rank", "integer", "A rank."),
    Column("rate", "number", "A rate."),
    Column("ranked", "boolean", "A claim."),
    Column("on", "date", "A day."),
)


def made(*rows: tuple[object, ...], **about: object) -> Exported:
    frame = pd.DataFrame(list(rows), columns=[column.name for column in COLUMNS])
    typed = frame.astype({column.name: DTYPES[column.type] for column in COLUMNS})
    return Exported("made", about, COLUMNS, typed)


def expected(exported: Exported) -> list[dict[str, object]]:
    names = [column.name for column in exported.columns]
    rows = [dict(zip(names, row, strict=True)) for row in rows_of(exported)]
    return [
        {key: value.isoformat() if isinstance(value, date) else value for key, value in row.items()} for row in rows
    ]


@pytest.mark.parametrize("chosen", VIEWS)
def test_three_formats_of_a_view_are_one_table(place: Place, chosen: Chosen) -> None:
    exported = exports.leaderboard(*place, chosen)
    assert from_csv(to_csv(exported)) == expected(exported)
    assert from_json(to_json(exported)) == expected(exported)
    assert from_parquet(to_parquet(exported)) == expected(exported)


@pytest.mark.parametrize("name", ["system", "score", "ledger", "row", "judge_standing"])
def test_three_formats_of_a_table_are_one_table(msts: Place, name: str) -> None:
    exported = exports.table(*msts, name)
    assert from_csv(to_csv(exported)) == from_json(to_json(exported)) == from_parquet(to_parquet(exported))
    assert len(from_json(to_json(exported))) == len(exported.frame) > 0


def test_missing_values_of_every_type_come_back_missing() -> None:
    exported = made(("A", 1, 0.1, True, date(2026, 1, 2)), (None, None, None, None, None))
    rows = expected(exported)
    assert rows[1] == dict.fromkeys(["name", "rank", "rate", "ranked", "on"])
    assert from_csv(to_csv(exported)) == from_json(to_json(exported)) == from_parquet(to_parquet(exported)) == rows


def test_parquet_has_real_types_and_meanings() -> None:
    schema = pq.read_schema(io.BytesIO(to_parquet(made(("A", 1, 0.1, True, date(2026, 1, 2))))))
    text = pa.dictionary(pa.int32(), pa.string())
    assert schema.types == [text, pa.int64(), pa.float64(), pa.bool_(), pa.date32()]
    assert [schema.field(n).metadata[b"meaning"].decode() for n in range(5)] == [c.meaning for c in COLUMNS]


def test_every_format_carries_what_is_said_about_the_table(place: Place) -> None:
    exported = exports.leaderboard(*place, Chosen(q="x, y", filters={"access": ("closed",)}))
    assert json.loads(to_json(exported))["about"] == exported.about
    metadata = pq.read_schema(io.BytesIO(to_parquet(exported))).metadata
    assert {key.decode(): json.loads(value) for key, value in metadata.items()} == exported.about
    said = comments(to_csv(exported, comments=True))
    properties = json.loads(to_csvw(exported, "view.csv"))["schema:additionalProperty"]
    assert [(each["schema:name"], each["schema:value"]) for each in properties] == list(described(exported))
    assert {key for key, _ in described(exported)} == set(said)
    for key in ("title", "board", "release", "released_on", "digest", "signature", "licence", "attribution", "view"):
        assert said[key] == [str(exported.about[key])]
    assert said["limits"] == exported.about["limits"]
    assert said["filters"] == ["access=closed&q=x%2C+y"]
    assert said["synthetic"] == [str(place.board.synthetic).lower()]
    assert ("note" in said) is place.board.synthetic


def test_json_explains_every_column(msts: Place) -> None:
    exported = exports.leaderboard(*msts)
    found = json.loads(to_json(exported))
    assert [column["name"] for column in found["columns"]] == list(found["rows"][0])
    assert all(column["meaning"] for column in found["columns"])


def cells(data: bytes, delimiter: str) -> list[str]:
    """Every cell of every line, as a spreadsheet with this delimiter sees them."""
    return [cell for line in csv.reader(io.StringIO(data.decode(), newline=""), delimiter=delimiter) for cell in line]


def is_formula(cell: str) -> bool:
    """Whether a spreadsheet could take it for one; a negative number is none, and no rate is negative."""
    return any(cell.lstrip(skipped).startswith(SIGNS) for skipped in (" ", " \t\r\n\v\f\N{NO-BREAK SPACE}"))


SIGNS = tuple("=+-@\t\r\0\uff0b\uff0d\uff1d\uff20")
DANGEROUS = st.text(st.sampled_from("=+-@\t\r\n\v\0\uff1d\N{NO-BREAK SPACE},;\"'# a1|(!"), min_size=1, max_size=8)


@given(text=DANGEROUS)
@example(text=" \r")
def test_no_text_becomes_a_formula(text: str) -> None:
    exported = made((text, 1, 0.5, True, date(2026, 1, 2)), title=text, filters={"q": text}, limits=[text])
    data = to_csv(exported, comments=True)
    for delimiter in (",", ";", "\t"):
        assert [cell for cell in cells(data, delimiter) if is_formula(cell)] == []


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", " \r", " \t", "\uff1d1+1"])
def test_name_that_looks_like_a_formula_is_disarmed(name: str) -> None:
    assert f'"\'{name}"'.encode() in to_csv(made((name, 1, -0.5, True, None)))


def test_numbers_stay_numbers() -> None:
    assert b'"A",1,-0.5,true,2026-01-02\r\n' in to_csv(made(("A", 1, -0.5, True, date(2026, 1, 2))))


@given(text=DANGEROUS)
def test_text_that_is_no_formula_comes_back_as_it_was(text: str) -> None:
    exported = made((f"a{text.replace(',', '').replace(';', '')}".strip(), 1, 0.5, True, date(2026, 1, 2)))
    if not any(sign in text for sign in "\t\r\n\0"):
        assert from_csv(to_csv(exported)) == expected(exported)


WORDS = (
    "7 0.10 1e5 1E-5 .5 5. 0x1F 1,000 1_000 Inf infinity NaN nan NA N/A n/a #N/A null NULL None TRUE true True F t no "
    "2026-01-02 02/01/2026 12:30 1-2 1.2.3"
)
"""What a reader may take for a number, a truth value, a day or a missing value."""
LOOKALIKE = st.one_of(
    st.sampled_from(WORDS.split(" ")),
    st.text(st.sampled_from("0123456789.eE-,:/ "), min_size=1, max_size=6).map(str.strip).filter(bool),
)


@given(texts=st.lists(LOOKALIKE, min_size=1, max_size=4))
def test_text_stays_text_whatever_it_looks_like(texts: list[str]) -> None:
    """A column of versions such as 0.10, or of ids such as nan, is read as text by who is told nothing."""
    data = to_csv(made(*((text, 1, 0.5, True, date(2026, 1, 2)) for text in texts)))
    read = [str(value) for value in pd.read_csv(io.BytesIO(data))["name"]]
    assert [value.replace("'", "") for value in read] == texts
    assert all(isinstance(value, str) for value in pd.read_csv(io.BytesIO(data))["name"])
    columns = pa_csv.read_csv(io.BytesIO(data)).to_pydict()
    assert [value.replace("'", "") for value in columns["name"]] == texts


def test_file_is_rfc_4180() -> None:
    """Section 2: lines end in CRLF, the header comes first, quotes in a quoted cell are doubled. No byte order mark."""
    data = to_csv(made(('say "yes", or', 1, 0.5, True, None), ("line\nbreak", 2, 0.5, False, None)))
    assert data == (b'name,rank,rate,ranked,on\r\n"say ""yes"", or",1,0.5,true,\r\n"line\nbreak",2,0.5,false,\r\n')


def test_comments_come_only_to_those_who_ask(place: Place) -> None:
    exported = exports.leaderboard(*place)
    plain, said = to_csv(exported), to_csv(exported, comments=True)
    assert not any(line.startswith(b"#") for line in plain.splitlines())
    assert said.endswith(plain) and said.startswith(b"# title: MedHarm Leaderboard: ")
    assert all(line.startswith(b"# ") for line in said.removesuffix(plain).splitlines())
