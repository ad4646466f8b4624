"""Every release of the present method that the repository ships, and one of them with a wrong number in it."""

from collections.abc import Callable

import pytest

from leaderboard.boards.board import Board
from leaderboard.release import container
from leaderboard.release.methods import METHOD_VERSION
from leaderboard.site.data.database import Database
from leaderboard.site.data.updater import Snapshot
from tests import offered

RELEASES = [
    number
    for number in offered.numbers()
    if container.decode(offered.file(number)).tables["release"]["method_version"] == [METHOD_VERSION]
]
"""Those of the present method, whose formulas the examples are worked with."""
Altered = Callable[[str], Database]


@pytest.fixture(scope="session")
def boards() -> dict[str, Board]:
    return dict(offered.current(offered.EMBEDDED).catalogue.boards)


@pytest.fixture(scope="session")
def databases() -> dict[int, Database]:
    return {number: Database(container.decode(offered.file(number))) for number in RELEASES}


@pytest.fixture(scope="session")
def snapshot() -> Snapshot:
    return offered.current(offered.EMBEDDED)


@pytest.fixture
def altered() -> Altered:
    """Makes the latest release as it would be with other numbers: `altered("update score set estimate = ...")`."""

    def make(sql: str) -> Database:
        database = Database(container.decode(offered.file(RELEASES[-1])))
        with database.cursor() as cursor:
            cursor.execute(sql)
        return database

    return make
