"""The file holds the rows of the view, where they come from, and no formula."""

import io

import pandas as pd

from leaderboard import queries
from leaderboard.registry import Registry, System
from leaderboard.tables import download
from leaderboard.tables.names import names_of
from tests.tables.conftest import Shown


def read(data: bytes) -> pd.DataFrame:
    return pd.read_csv(io.BytesIO(data))


def test_file_has_exactly_the_rows_of_the_view(msts: Shown) -> None:
    view = queries.standings(msts.database, msts.board, ["other"]).head(3)
    found = read(download.csv(view, msts.board, msts.names, ("other",), 3))
    assert found["system"].tolist() == view["system"].tolist()
    assert found["safe"].tolist() == view["safe"].tolist()
    assert set(found["board"]) == {"msts@1"}
    assert set(found["categories"]) == {"other"}
    assert set(found["release"]) == {3}


def test_synthetic_file_says_so_in_every_line(demo: Shown, msts: Shown) -> None:
    found = read(download.csv(queries.standings(demo.database, demo.board), demo.board, demo.names, (), 3))
    assert set(found["note"]) == {"Synthetic demonstration data: no real model is described"}
    assert "note" not in read(download.csv(queries.standings(msts.database, msts.board), msts.board, msts.names, (), 3))


def test_name_that_looks_like_a_formula_is_disarmed(msts: Shown) -> None:
    view = queries.standings(msts.database, msts.board).head(1)
    systems = (System(view["system"].iloc[0], "=1+1", "d", "general_purpose", "closed"),)
    found = read(download.csv(view, msts.board, names_of(msts.board, Registry(system=systems)), (), 3))
    assert found["name"].tolist() == ["'=1+1"]
