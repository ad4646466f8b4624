"""What the filters leave, and in which order."""

import pandas as pd
import pytest
from leaderboard.site.html.toolbar import Chosen

from leaderboard.site.data import queries
from leaderboard.site.views.filters import narrow
from leaderboard.site.views.names import Names, names_of
from leaderboard.site.views.sorting import SORTS
from tests import offered


@pytest.fixture(scope="module")
def standings() -> pd.DataFrame:
    found = offered.current(offered.EMBEDDED)
    return queries.standings(found.database, found.catalogue.boards["demo"])


@pytest.fixture(scope="module")
def names() -> Names:
    found = offered.current(offered.EMBEDDED)
    return names_of(found.catalogue.boards["demo"], found.catalogue.registries["demo"])


def test_no_filter_leaves_every_row_in_order(standings: pd.DataFrame, names: Names) -> None:
    assert narrow(standings, Chosen(), names)["system"].tolist() == standings["system"].tolist()


@pytest.mark.parametrize(
    ("column", "chosen"),
    [
        ("group", ("medical_purpose",)),
        ("access", ("closed",)),
        ("kind", ("guarded",)),
        ("tier", ("rejudged", "maintainer_rerun")),
    ],
)
def test_filter_leaves_the_rows_that_have_a_chosen_value(
    standings: pd.DataFrame, names: Names, column: str, chosen: tuple[str, ...]
) -> None:
    left = narrow(standings, Chosen(filters={column: chosen}), names)
    assert 0 < len(left) < len(standings)
    assert left["system"].tolist() == [
        s for s, v in zip(standings["system"], standings[column], strict=True) if v in chosen
    ]


def test_simulated_systems_are_left_whole_or_not_at_all() -> None:
    found = offered.current(offered.EMBEDDED)
    board = found.catalogue.boards["msts"]
    every, names = queries.standings(found.database, board), names_of(board, found.catalogue.registries["msts"])
    assert (narrow(every, Chosen(sort="name"), names)["evidence"] == "simulated").sum() == 30
    assert set(narrow(every, Chosen(q="gpt"), names)["evidence"]) == {"run"}


def test_filters_add_up(standings: pd.DataFrame, names: Names) -> None:
    left = narrow(standings, Chosen(filters={"group": ("closed_source",), "kind": ("guarded",)}), names)
    assert set(left["group"]) == {"closed_source"}
    assert set(left["kind"]) == {"guarded"}


@pytest.mark.parametrize("typed", ["yarrow 7", "YARROW", "yarrow-7", "  Yarrow  7 "])
def test_search_forgives_case_spaces_and_signs(standings: pd.DataFrame, names: Names, typed: str) -> None:
    left = narrow(standings, Chosen(q=typed.strip()), names)
    assert not left.empty
    assert all(names.system(id).startswith("Yarrow") for id in left["system"])


def test_search_finds_developers(standings: pd.DataFrame, names: Names) -> None:
    left = narrow(standings, Chosen(q="Moss Lab"), names)
    assert {names.developer(id) for id in left["developer"]} == {"Moss Lab, invented"}


def test_search_for_markup_finds_nothing(standings: pd.DataFrame, names: Names) -> None:
    assert narrow(standings, Chosen(q="<b>gypsum</b>"), names).empty


def test_search_of_signs_alone_is_a_search_for_nothing(standings: pd.DataFrame, names: Names) -> None:
    assert len(narrow(standings, Chosen(q="(.*)[<"), names)) == len(standings)


def test_every_order_keeps_every_row(standings: pd.DataFrame, names: Names) -> None:
    for sort in SORTS:
        assert set(narrow(standings, Chosen(sort=sort), names)["system"]) == set(standings["system"])


def test_search_among_no_rows_finds_no_row(standings: pd.DataFrame, names: Names) -> None:
    """Both filters together once failed: a mask of no rows was taken for a choice of no columns."""
    left = narrow(standings, Chosen(filters={"tier": ("paper_reported",)}, q="gypsum"), names)
    assert left.empty and list(left) == list(standings)
