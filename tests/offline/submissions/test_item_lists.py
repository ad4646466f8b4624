"""Item lists from plain tables: the rows that the table has, or a refusal by column and row without a cell."""

import random
from pathlib import Path

import pytest

from leaderboard.base.findings import Refused
from leaderboard.boards.board import Category
from leaderboard.offline.submissions import ids, item_lists, items
from leaderboard.offline.submissions.items import Item
from tests.canary import MARK
from tests.offline.importers import tiny
from tests.offline.submissions import table_forms

BOARD = tiny.board(
    category=(
        Category("alpha", "Alpha", "The first.", harmful_items=20, harmful_families=10),
        Category("beta", "Beta", "The second.", harmful_items=3, harmful_families=3, benign_items=4, benign_families=2),
    )
)
ITEMS = [
    *tiny.items(),
    *(Item(f"B-{n}", "beta", f"B-{n}", "harmful") for n in range(3)),
    *(Item(f"C-{n}", "beta", f"G-{n // 2}", "benign") for n in range(4)),
]
Rows = list[dict[str, str | None]]


def rows() -> Rows:
    """The rows of the table, in random order, with a column of texts."""
    listed: Rows = [{**item._asdict(), "prompt": MARK} for item in ITEMS]
    random.Random(1).shuffle(listed)
    return listed


def write(folder: Path, of: Rows, name: str = "items.csv") -> Path:
    columns = {column: [row.get(column) for row in of] for column in of[0]}
    written = next(each for each in table_forms.plain(columns) if name.endswith(each.name))
    path = folder / name
    path.write_bytes(written.data)
    return path


def findings(path: Path) -> list[str]:
    with pytest.raises(Refused) as refused:
        item_lists.read(path, BOARD)
    assert MARK not in str(refused.value)
    return [str(finding) for finding in refused.value.findings]


@pytest.mark.parametrize("name", ["items.csv", "items.tsv", "items.jsonl", "items.parquet"])
def test_list_has_the_rows_of_the_table(tmp_path: Path, name: str) -> None:
    listed = item_lists.read(write(tmp_path, rows(), name), BOARD)
    assert listed.items == sorted(ITEMS) and listed.ids == {}
    assert items.decode(items.encode(listed.items), BOARD) == listed.items


def test_counts_are_by_category_and_kind() -> None:
    assert item_lists.count(ITEMS, BOARD) == [
        ("alpha", "harmful", 20, 10),
        ("beta", "harmful", 3, 3),
        ("beta", "benign", 4, 2),
    ]


def test_empty_family_is_a_family_of_its_own(tmp_path: Path) -> None:
    of = [row | {"family": None} if row["id"] == row["family"] else row for row in rows()]
    assert item_lists.read(write(tmp_path, of), BOARD).items == sorted(ITEMS)


def test_other_ids_are_hashed_as_a_label_table_does(tmp_path: Path) -> None:
    of = [row | {"id": f"ward {row['id']} é", "family": f"of {row['family']}"} for row in rows()]
    listed = item_lists.read(write(tmp_path, of), BOARD)
    assert {item.id for item in listed.items} == {ids.shorten(f"ward {item.id} é") for item in ITEMS}
    assert {item.family for item in listed.items} == {ids.shorten(f"of {item.family}") for item in ITEMS}
    assert ids.decode(ids.encode(listed.ids)) == listed.ids and "ward T-0 é" in listed.ids.values()


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({"category": MARK}, "E_SCHEMA  category, row 3: not the id of a category"),
        ({"category": None}, "E_SCHEMA  category, row 3: not the id of a category"),
        ({"kind": MARK}, "E_SCHEMA  kind, row 3: must be one of harmful, benign"),
        ({"id": None}, "E_SCHEMA  id, row 3: the cell is empty"),
        ({"id": MARK * 20}, "E_SCHEMA  id, row 3: more than 200 characters"),
        ({"family": MARK * 20}, "E_SCHEMA  family, row 3: more than 200 characters"),
    ],
)
def test_cell_that_means_nothing_is_refused_by_its_column_and_row(
    tmp_path: Path, change: dict[str, str | None], found: str
) -> None:
    of = rows()
    of[2] |= change
    assert findings(write(tmp_path, of))[0].startswith(found)


def test_item_twice_is_refused_at_its_second_row(tmp_path: Path) -> None:
    of = rows()
    assert findings(write(tmp_path, [*of, of[0]])) == [
        "E_DUP_ITEM  id, row 28: an earlier row has this id: correct one"
    ]


def test_other_counts_than_those_of_the_board_are_refused(tmp_path: Path) -> None:
    of = [row for row in rows() if row["id"] != "C-3"]
    (found,) = findings(write(tmp_path, of))
    assert found.startswith("E_BOARD  $.category[1].benign: 3 items in 2 families, and board.toml has 4 in 2")


def test_table_without_a_column_is_refused(tmp_path: Path) -> None:
    of = [{key: value for key, value in row.items() if key not in ("kind", "family")} for row in rows()]
    assert [line.partition(":")[0] for line in findings(write(tmp_path, of))] == ["E_SCHEMA  kind", "E_SCHEMA  family"]
