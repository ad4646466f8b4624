"""A release in memory: the same rows as its file, cut off from everything else."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import duckdb
import pytest

from leaderboard.database import Database
from tests import offered


@pytest.fixture(scope="module")
def path() -> Path:
    return offered.target(offered.EMBEDDED, 3)


@pytest.fixture(scope="module")
def database(path: Path) -> Database:
    return Database(path)


def test_every_table_has_the_rows_of_the_file(database: Database, path: Path) -> None:
    with duckdb.connect(str(path), read_only=True) as source:
        names = [name for (name,) in source.execute("show tables").fetchall()]
        assert names
        for name in names:
            expected = source.execute(f'select * from "{name}" order by all').fetchall()
            with database.cursor() as cursor:
                found = cursor.execute(f'select * from "{name}"').fetchall()
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


def test_file_with_a_quote_in_its_name_is_read(path: Path, tmp_path: Path) -> None:
    quoted = tmp_path / "it's.duckdb"
    quoted.write_bytes(path.read_bytes())
    assert len(Database(quoted).rows("select * from release")) == 1
