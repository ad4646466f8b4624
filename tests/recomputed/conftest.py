"""Every release that the repository ships, and one of them with a wrong number in it."""

from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from leaderboard.board import Board
from leaderboard.database import Database
from leaderboard.updater import Snapshot
from tests import offered

RELEASES = (1, 2, 3)
Altered = Callable[[str], Database]


@pytest.fixture(scope="session")
def boards() -> dict[str, Board]:
    return dict(offered.current(offered.EMBEDDED).catalogue.boards)


@pytest.fixture(scope="session")
def databases() -> dict[int, Database]:
    return {number: Database(offered.target(offered.EMBEDDED, number)) for number in RELEASES}


@pytest.fixture(scope="session")
def snapshot() -> Snapshot:
    return offered.current(offered.EMBEDDED)


@pytest.fixture
def altered(tmp_path: Path) -> Altered:
    """Makes the latest release as it would be with other numbers: `altered("update score set estimate = ...")`."""

    def make(sql: str) -> Database:
        path = tmp_path / "altered.duckdb"
        path.write_bytes(offered.target(offered.EMBEDDED, RELEASES[-1]).read_bytes())
        with duckdb.connect(str(path)) as connection:
            connection.execute(sql)
        return Database(path)

    return make
