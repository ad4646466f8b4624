"""The embedded release, for the tests of what is drawn from it."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import pandas as pd
import pytest

from leaderboard.boards.board import Board
from leaderboard.site.data import queries, rows
from leaderboard.site.data.database import Database
from leaderboard.site.data.rows import Rate, Standing
from leaderboard.site.data.updater import Snapshot
from leaderboard.site.views.names import Names, names_of
from tests import offered


class Shown(NamedTuple):
    """One board of the embedded release."""

    database: Database
    board: Board
    names: Names

    def read(self, kind: type[rows.R], query: Callable[..., pd.DataFrame], *of: Any) -> list[rows.R]:
        """Returns the typed rows of a query on this board."""
        return rows.read(kind, query(self.database, self.board, *of))

    def standings(self, categories: Sequence[str] = ()) -> list[Standing]:
        return self.read(Standing, queries.standings, categories)


def standing(system: str, **changes: Any) -> Standing:
    """A ranked row of a model that was run, whole and alone at the top; `changes` are fields of it. What is
    not named is None, so that a further column needs nothing here."""
    plain: dict[str, Any] = {
        "system": system,
        "developer": "d",
        "group": "general_purpose",
        "access": "open_weights",
        "kind": "bare",
        "evidence": "run",
        "tier": "self_reported",
        "items": 1100,
        "observed": 1100,
        "ranked": True,
        "uneven": False,
        "safe_by_blocking": False,
        "judge_only": False,
        "rank": 1,
        "low": 1,
        "high": 1,
        "top_group": True,
        "safe": Rate(0.9, 0.8, 0.95, 1100),
        "safe_bound_low": 0.9,
        "safe_bound_high": 0.9,
    }
    return Standing(**dict.fromkeys(Standing.__struct_fields__) | plain | changes)


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
