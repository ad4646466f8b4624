"""A release in memory: the same rows as its file, cut off from everything else."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import duckdb
import pytest

from leaderboard.release import container
from leaderboard.release.container import Contents
from leaderboard.site.data.database import Database
from tests import containers, offered


@pytest.fixture(scope="module")
def contents() -> Contents:
    return container.decode(offered.file(offered.latest()))


@pytest.fixture(scope="module")
def database(contents: Contents) -> Database:
    return Database(contents)


def test_every_table_has_the_rows_of_the_file(database: Database, contents: Contents) -> None:
    assert len(contents.tables) > 20
    for name, table in contents.tables.items():
        columns = ", ".join(f'"{column}"' for column in table)
        with database.cursor() as cursor:
            found = cursor.execute(f'select {columns} from "{name}"').fetchall()
        expected = list(zip(*table.values(), strict=True))
        assert sorted(map(repr, found)) == sorted(map(repr, expected)), name


def test_a_duckdb_file_of_before_has_the_rows_that_duckdb_reads_in_it(tmp_path: Path) -> None:
    path = tmp_path / "release.duckdb"
    path.write_bytes(offered.file(3))
    database = Database(container.decode(offered.file(3)))
    with duckdb.connect(str(path), read_only=True) as source:
        for (name,) in source.execute("show tables").fetchall():
            told = source.execute(f'describe "{name}"').fetchall()
            columns = ", ".join(f'"{column}"' for column, *_ in told)
            expected = source.execute(f'select {columns} from "{name}"').fetchall()
            with database.cursor() as cursor:
                found = cursor.execute(f'select {columns} from "{name}"').fetchall()
            assert sorted(map(repr, found)) == sorted(map(repr, expected)), name


def test_labels_come_as_text(database: Database) -> None:
    found = database.rows('select tier, "group", reason from row join system using (board, system)')
    assert all(dtype == "str" for dtype in found.dtypes)


@pytest.mark.parametrize(
    "sql",
    [
        "select * from read_csv('/etc/hostname')",
        "attach 'other.duckdb'",
        "copy release to 'copied.csv'",
        "install httpfs",
        "set enable_external_access = true",
    ],
)
def test_query_reaches_neither_files_nor_network_nor_settings(database: Database, sql: str) -> None:
    with database.cursor() as cursor, pytest.raises(duckdb.Error):
        cursor.execute(sql)


def test_many_threads_may_ask_at_once(database: Database) -> None:
    def ask(number: int) -> int:
        return int(database.rows("select count(*) + $n as found from score", {"n": number})["found"].iloc[0])

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(ask, range(120)))
    assert [count - found[0] for count in found] == list(range(120))


def test_answer_belongs_to_the_caller(database: Database) -> None:
    first = database.rows("select system from row order by system")
    first.loc[0, "system"] = "changed"
    assert database.rows("select system from row order by system").loc[0, "system"] != "changed"


def test_list_is_bound_as_a_list(database: Database) -> None:
    boards = {"boards": ["msts", "xstest"]}
    found = database.rows("select distinct board from row where list_contains($boards, board) order by all", boards)
    assert found["board"].tolist() == ["msts", "xstest"]


def test_table_without_rows_has_its_columns() -> None:
    empty = Database(container.decode(containers.file(row=[{"system": "system-3"}])))
    assert empty.rows("select system, rejudged, started_on from row")["system"].tolist() == ["system-3"]
    assert list(empty.rows("from score where estimate > 0.5").columns) == list(empty.rows("from score").columns)
    assert empty.rows("from score").empty


def test_numbers_and_days_have_their_types() -> None:
    database = Database(container.decode(containers.file(row=[{"rejudged": None}, {"rejudged": 7}])))
    kinds = database.rows(
        "select distinct typeof(rejudged), typeof(agreement), typeof(ranked), typeof(started_on) from row"
    )
    assert kinds.iloc[0].tolist() == ["INTEGER", "DOUBLE", "BOOLEAN", "DATE"]
