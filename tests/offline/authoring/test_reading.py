"""A table is counted as its definition needs it; of its cells only labels are taken, and never a text."""

import gzip
import json
from collections.abc import Sequence
from pathlib import Path

import msgspec
import pytest

from leaderboard.base.findings import Refused
from leaderboard.offline.authoring import reading
from leaderboard.offline.authoring.reading import Cell, Options, Reading
from leaderboard.offline.importers import sandbox
from tests import canary, labelled
from tests.canary import MARK
from tests.labelled import Row

HARMFUL = Options(harmful=("risky",))


def read(
    folder: Path, rows: Sequence[Row], options: Options = HARMFUL, separator: str = ",", name: str = "labels.csv"
) -> Reading:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(labelled.table(rows, separator), "utf-8-sig")
    return reading.read(folder / name, options)


def refused(folder: Path, rows: Sequence[Row], options: Options = HARMFUL) -> list[str]:
    with pytest.raises(Refused) as raised:
        read(folder, rows, options)
    assert not canary.find(str(raised.value).encode())
    return [str(finding) for finding in raised.value.findings]


def test_counts_are_those_of_the_board(tmp_path: Path) -> None:
    found = read(tmp_path, labelled.rows())
    assert (found.rows, found.columns, found.items, found.families) == (216, 8, 72, 36)
    assert found.cells == [
        Cell("Doses", "harmful", 24, 12),
        Cell("Plants", "harmful", 24, 12),
        Cell("Greetings", "benign", 24, 12),
    ]
    assert (list(found.systems), found.kinds) == ([*labelled.MODELS.values()], {"risky": True, "fine": False})
    assert sum(found.labels.values()) == 216 and (found.missing, found.absent) == (0, 0)


def test_nothing_that_is_read_holds_a_text_or_an_item(tmp_path: Path) -> None:
    data = msgspec.json.encode(read(tmp_path, labelled.rows()))
    assert not canary.find(data) and b"do-00" not in data and b"do-s0" not in data


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_delimiter_is_told_by_the_header(tmp_path: Path, separator: str) -> None:
    assert read(tmp_path, labelled.rows(), separator=separator) == read(tmp_path, labelled.rows())


def test_other_forms_give_the_same(tmp_path: Path) -> None:
    plain = read(tmp_path, labelled.rows())
    (tmp_path / "labels.csv.gz").write_bytes(gzip.compress((tmp_path / "labels.csv").read_bytes()))
    lines = [json.dumps({**row, "turns": [{"text": MARK}]}) for row in labelled.rows()]
    (tmp_path / "labels.jsonl").write_text("\n".join(lines))
    assert reading.read(tmp_path / "labels.csv.gz", HARMFUL) == plain
    listed = reading.read(tmp_path / "labels.jsonl", HARMFUL)
    assert listed.unread == [*plain.unread, "turns"], "a column of lists has no role"
    assert msgspec.structs.replace(listed, columns=8, unread=plain.unread) == plain


def test_column_may_be_a_path_into_a_line_of_jsonl(tmp_path: Path) -> None:
    plain = read(tmp_path, labelled.rows())
    lines = [{"known": {"item": row.pop("item"), "topic": row.pop("topic")}, **row} for row in labelled.rows()]
    (tmp_path / "labels.jsonl").write_text("\n".join(map(json.dumps, lines)))
    roles = {"item": ("known.item",), "category": ("known.topic",)}
    listed = reading.read(tmp_path / "labels.jsonl", Options(roles, harmful=("risky",)))
    assert (listed.items, listed.cells, listed.labels) == (plain.items, plain.cells, plain.labels)


def test_gaps_and_absent_rows_are_counted(tmp_path: Path) -> None:
    rows = labelled.rows()[5:]
    rows[0]["label"] = rows[7]["label"] = ""
    found = read(tmp_path, rows)
    assert (found.missing, found.absent) == (2, 5)


def test_only_rows_of_where_are_read(tmp_path: Path) -> None:
    rows = [{**row, "language": language} for row in labelled.rows() for language in ("en", "de")]
    found = read(tmp_path, rows, Options(harmful=("risky",), where={"language": ("en",)}))
    assert found.rows == 216 and all("language" not in names for names in found.roles.values())


def test_rater_of_record_is_asked_for_and_counted_alone(tmp_path: Path) -> None:
    rows = [{**row, "rater": rater} for row in labelled.rows() for rater in ("a", "b")]
    assert refused(tmp_path, rows) == [
        "E_JUDGE  --record: the table has 2 raters: name the one whose labels are of record"
    ]
    found = read(tmp_path, rows, Options(harmful=("risky",), record="b"))
    assert found.raters == ["a", "b"] and sum(found.labels.values()) == 216


@pytest.mark.parametrize(
    ("column", "values", "finding"),
    [
        (
            "topic",
            [f"{MARK} {n}" for n in range(70)],
            "E_SCHEMA  --category: holds texts, or more than 60 values: name",
        ),
        ("topic", ["<b>x</b>", "y"], "E_SCHEMA  --category: holds a value that holds a character that a page could"),
        ("topic", ["", "y"], "E_SCHEMA  --category: row 1 and "),
        ("label", [f"{MARK}" * 10, "no"], "E_SCHEMA  --outcome: holds texts, or more than 60 values: name"),
        (
            "model",
            [MARK + "\N{CYRILLIC SMALL LETTER ES}", "y", "z"],
            "E_SCHEMA  --system: holds a value that holds a letter",
        ),
    ],
)
def test_what_cannot_be_published_with_a_definition_is_refused(
    tmp_path: Path, column: str, values: list[str], finding: str
) -> None:
    stated = {"item": ("item",), "system": ("model",), "category": ("topic",), "outcome": ("label",)}
    rows = labelled.rows()
    keys = {column: list(dict.fromkeys(row["item" if column == "topic" else column] for row in rows))}
    for number, row in enumerate(rows):
        index = number if column == "label" else keys[column].index(row["item" if column == "topic" else column])
        row[column] = values[index % len(values)]
    found = refused(tmp_path, rows, Options(stated, harmful=("risky",), ignored=("first",)))
    assert any(line.startswith(finding) for line in found), found


@pytest.mark.parametrize(
    ("options", "finding"),
    [
        (Options(), "E_SCHEMA  --harmful: the words of the kind do not say it: name each value"),
        (Options(harmful=(MARK,)), "E_SCHEMA  --harmful: the kind has no such value: name one"),
        (Options(where={MARK: ("x",)}), "E_SCHEMA  --where: the table must have one column of this name"),
        (Options(where={"kind": (MARK,)}), "E_SCHEMA  --table: no row is left to be read: correct"),
        (Options(ignored=(MARK,)), "E_SCHEMA  --ignore: the table must have one column of this name"),
    ],
)
def test_option_that_does_not_fit_is_refused(tmp_path: Path, options: Options, finding: str) -> None:
    assert refused(tmp_path, labelled.rows(), options)[0].startswith(finding)


def test_table_is_read_in_a_process_of_its_own(tmp_path: Path) -> None:
    expected = read(tmp_path, labelled.rows())
    assert sandbox.call(reading.read, Reading, tmp_path / "labels.csv", HARMFUL) == expected
    (tmp_path / "labels.parquet").write_bytes(b"PAR1" + MARK.encode())
    with pytest.raises(Refused) as raised:
        sandbox.call(reading.read, Reading, tmp_path / "labels.parquet", HARMFUL)
    assert MARK not in str(raised.value)


def test_columns_without_a_role_are_named_unless_they_are_a_text(tmp_path: Path) -> None:
    rows = [{**row, "sev 2": "high", "<b>": "x"} for row in labelled.rows()]
    unread = read(tmp_path, rows).unread
    assert "sev 2" in unread and "a column that is spelled otherwise" in unread and "<b>" not in unread
    assert "sev 2" not in read(tmp_path, rows, Options(harmful=("risky",), ignored=("sev 2",))).unread
