"""The embedded release, for the tests of what is taken from it."""

from typing import NamedTuple

import pytest

from leaderboard.boards.board import Board
from leaderboard.site.data.updater import Snapshot
from leaderboard.site.views.names import Names, names_of
from tests import offered


class Place(NamedTuple):
    """One board of the embedded release, in the order in which exports ask for it."""

    snapshot: Snapshot
    board: Board
    names: Names


def place_of(snapshot: Snapshot, board: str) -> Place:
    """Returns a board of a release."""
    found = snapshot.catalogue.boards[board]
    return Place(snapshot, found, names_of(found, snapshot.catalogue.registries[board]))


@pytest.fixture(scope="session")
def snapshot() -> Snapshot:
    return offered.current(offered.EMBEDDED)


BOARDS = offered.current(offered.EMBEDDED).catalogue.boards


@pytest.fixture(scope="session", params=[id for id, board in BOARDS.items() if board.state != "awaiting"])
def place(snapshot: Snapshot, request: pytest.FixtureRequest) -> Place:
    """Each board that has results."""
    return place_of(snapshot, request.param)


@pytest.fixture(scope="session")
def msts(snapshot: Snapshot) -> Place:
    return place_of(snapshot, "msts")


@pytest.fixture(scope="session")
def demo(snapshot: Snapshot) -> Place:
    return place_of(snapshot, "demo")
