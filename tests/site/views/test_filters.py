"""What the filters leave, and in which order."""

import pytest
from msgspec.structs import fields

from leaderboard.boards.board import TIERS
from leaderboard.boards.registry import GROUPS
from leaderboard.site.data.rows import Standing
from leaderboard.site.views.filters import FILTERS, Chosen, is_narrowed, labels, narrow
from leaderboard.site.views.names import Names
from leaderboard.site.views.sorting import SORTS
from tests.site.conftest import Shown


@pytest.fixture(scope="module")
def standings(demo: Shown) -> list[Standing]:
    return demo.standings()


@pytest.fixture(scope="module")
def names(demo: Shown) -> Names:
    return demo.names


def test_every_filter_is_a_field_of_a_row_with_words_for_each_of_its_values(boards: dict[str, Shown]) -> None:
    assert set(FILTERS) <= {field.name for field in fields(Standing)}
    assert list(FILTERS["group"].terms) == list(GROUPS) and list(FILTERS["tier"].terms) == list(TIERS)
    for shown in boards.values():
        for row in shown.standings():
            has = {name: getattr(row, name) for name in FILTERS}
            assert all(value in FILTERS[name].terms for name, value in has.items() if value is not None)
            assert all(has.values()) or row.kind == "reference"


def test_no_filter_leaves_every_row_in_order(standings: list[Standing], names: Names) -> None:
    assert narrow(standings, Chosen(), names) == standings


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
    standings: list[Standing], names: Names, column: str, chosen: tuple[str, ...]
) -> None:
    left = narrow(standings, Chosen(filters={column: chosen}), names)
    assert 0 < len(left) < len(standings)
    assert left == [row for row in standings if getattr(row, column) in chosen]


def test_simulated_systems_are_left_whole_or_not_at_all(msts: Shown) -> None:
    every = msts.standings()
    for chosen in (Chosen(sort="name"), Chosen(q="(.*)[<")):
        assert [row.evidence for row in narrow(every, chosen, msts.names)].count("simulated") == 30
    assert {row.evidence for row in narrow(every, Chosen(q="gpt"), msts.names)} == {"run"}


def test_filters_add_up(standings: list[Standing], names: Names) -> None:
    left = narrow(standings, Chosen(filters={"group": ("closed_source",), "kind": ("guarded",)}), names)
    assert {(row.group, row.kind) for row in left} == {("closed_source", "guarded")}


@pytest.mark.parametrize("typed", ["yarrow 7", "YARROW", "yarrow-7", "  Yarrow  7 "])
def test_search_forgives_case_spaces_and_signs(standings: list[Standing], names: Names, typed: str) -> None:
    left = narrow(standings, Chosen(q=typed.strip()), names)
    assert left
    assert all(names.system(row.system).startswith("Yarrow") for row in left)


def test_search_finds_developers(standings: list[Standing], names: Names) -> None:
    left = narrow(standings, Chosen(q="Moss Lab"), names)
    assert {names.developer(row.developer) for row in left} == {"Moss Lab, invented"}


def test_search_for_markup_finds_nothing(standings: list[Standing], names: Names) -> None:
    assert narrow(standings, Chosen(q="<b>gypsum</b>"), names) == []


def test_search_of_signs_alone_is_a_search_for_nothing(standings: list[Standing], names: Names) -> None:
    assert narrow(standings, Chosen(q="(.*)[<"), names) == standings


def test_every_order_keeps_every_row(standings: list[Standing], names: Names) -> None:
    every = {row.system for row in standings}
    for sort in SORTS:
        left = narrow(standings, Chosen(sort=sort), names)
        assert len(left) == len(standings) and {row.system for row in left} == every


def test_search_among_no_rows_finds_no_row(standings: list[Standing], names: Names) -> None:
    assert narrow(standings, Chosen(filters={"tier": ("paper_reported",)}, q="gypsum"), names) == []


def test_view_is_narrowed_by_a_filter_and_by_a_search_for_letters() -> None:
    assert not is_narrowed(Chosen()) and not is_narrowed(Chosen(("other",), {"group": ()}, "(.*)", "name"))
    assert is_narrowed(Chosen(q="a")) and is_narrowed(Chosen(filters={"group": ("closed_source",)}))


def test_chosen_values_are_named_by_their_words() -> None:
    assert labels({"group": ["closed_source"], "tier": [], "kind": ["bare"]}) == ["Closed-source", "Model alone"]
