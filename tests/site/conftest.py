"""The embedded release, for the tests of what is drawn from it."""

from typing import NamedTuple

import pytest

from leaderboard.boards.board import Board
from leaderboard.site.data.database import Database
from leaderboard.site.data.updater import Snapshot
from leaderboard.site.views.names import Names, names_of
from tests import offered


class Shown(NamedTuple):
    """One board of the embedded release."""

    database: Database
    board: Board
    names: Names


@pytest.fixture(scope="session")
def snapshot() -> Snapshot:
    return offered.current(offered.EMBEDDED)


@pytest.fixture(scope="session")
def boards(snapshot: Snapshot) -> dict[str, Shown]:
    catalogue = snapshot.catalogue
    return {
        id: Shown(snapshot.database, board, names_of(board, catalogue.registries[id]))
        for id, board in catalogue.boards.items()
    }


@pytest.fixture(scope="session")
def msts(boards: dict[str, Shown]) -> Shown:
    return boards["msts"]


@pytest.fixture(scope="session")
def xstest(boards: dict[str, Shown]) -> Shown:
    return boards["xstest"]


@pytest.fixture(scope="session")
def demo(boards: dict[str, Shown]) -> Shown:
    return boards["demo"]
