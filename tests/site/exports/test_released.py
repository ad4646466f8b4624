"""Every public table of a release can be had whole, restricted to a board, with each column explained."""

import pytest

from leaderboard.site import exports
from leaderboard.site.exports import TABLES, columns_of
from leaderboard.site.exports.exported import DTYPES
from tests.site.exports.conftest import Place


def test_catalogue_is_the_public_database(msts: Place) -> None:
    found = msts.snapshot.database.rows("select table_name as name from duckdb_tables()")
    assert set(found["name"]) == set(TABLES)


@pytest.mark.parametrize("name", TABLES)
def test_columns_are_those_of_the_database_each_with_type_and_meaning(msts: Place, name: str) -> None:
    held = msts.snapshot.database.rows(
        "select column_name as name from duckdb_columns() where table_name = $table", {"table": name}
    )
    columns = columns_of(name)
    assert [column.name for column in columns if column.name in set(held["name"])] == held["name"].tolist()
    assert all(column.type in DTYPES and len(column.meaning) > 4 for column in columns)
    assert all(column.meaning.endswith(".") for column in columns)


@pytest.mark.parametrize("name", TABLES)
def test_table_has_every_row_of_its_board_and_no_other(place: Place, name: str) -> None:
    found = exports.table(*place, name)
    every = place.snapshot.database.rows(f'select * from "{name}"')
    mine = every[every["board"] == place.board.id] if "board" in every else every
    assert len(found.frame) == len(mine) == found.about["rows"]
    assert "board" not in found.frame or set(found.frame["board"]) <= {place.board.id}


@pytest.mark.parametrize("name", ["score", "rank_set", "ledger", "pair_effect"])
def test_rows_come_in_one_order(place: Place, name: str) -> None:
    found = exports.table(*place, name).frame
    keys = found.drop(columns="note", errors="ignore").iloc[:, :3]
    assert keys.reset_index(drop=True).equals(keys.sort_values(list(keys), kind="stable").reset_index(drop=True))


def test_table_of_one_system_has_its_rows_only(msts: Place) -> None:
    found = exports.table(*msts, "score", "gpt-4o")
    assert set(found.frame["system"]) == {"gpt-4o"}
    assert found.about["filters"] == {"board": "msts", "system": "gpt-4o"}


def test_systems_and_categories_come_with_their_names(msts: Place) -> None:
    systems = exports.table(*msts, "system").frame.set_index("system")
    assert systems.loc["gpt-4o", ["name", "developer_name"]].tolist() == ["GPT-4o", "OpenAI"]
    names = dict(exports.table(*msts, "category").frame[["category", "name"]].itertuples(index=False))
    assert names == {category.id: category.name for category in msts.board.category}


def test_unknown_table_is_an_error(msts: Place) -> None:
    with pytest.raises(KeyError):
        exports.table(*msts, "vault")
