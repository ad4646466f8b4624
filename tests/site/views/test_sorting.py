"""The orders of the ranking: what comes first, what comes last, and what is not offered."""

import pandas as pd
import pytest

from leaderboard.site.data import queries
from leaderboard.site.views.sorting import BACK, ORDERS, SORTS, in_order, is_offered
from tests.site.conftest import Shown


@pytest.mark.parametrize("sort", [sort for sort in SORTS if sort.removeprefix(BACK) != "name"])
def test_best_comes_first_its_reverse_is_its_reverse_and_missing_values_are_last(demo: Shown, sort: str) -> None:
    every = queries.standings(demo.database, demo.board)
    order = ORDERS[sort.removeprefix(BACK)]
    found = in_order(every, sort, demo.names)[order.column]
    known = found.dropna().tolist()
    assert known == sorted(known, reverse=order.descending is not sort.startswith(BACK))
    assert found.tail(int(found.isna().sum())).isna().all()
    assert len(found) == len(every)


def test_equal_rows_stay_as_they_were_in_both_directions(msts: Shown) -> None:
    rows = pd.DataFrame({"system": ["b", "a", "c"], "helpful": [0.5, 0.5, 0.5]})
    for sort in ("helpful", "-helpful"):
        assert in_order(rows, sort, msts.names)["system"].tolist() == ["b", "a", "c"]


def test_names_are_in_the_order_of_the_alphabet(msts: Shown) -> None:
    every = queries.standings(msts.database, msts.board)
    order = [msts.names.system(id).casefold() for id in in_order(every, "name", msts.names)["system"]]
    assert order == sorted(order)
    assert [msts.names.system(id).casefold() for id in in_order(every, "-name", msts.names)["system"]] == order[::-1]


def test_no_order_from_the_least_safe_on_exists_for_a_category_that_could_be_misused(msts: Shown) -> None:
    sensitive = {category.id for category in msts.board.category if category.misuse_sensitive}
    assert sensitive
    backwards = {BACK + id for id, order in ORDERS.items() if order.about_safety}
    assert backwards == {"-rank", "-safe", "-weakest"}
    for category in msts.board.risk_categories:
        offered = {sort for sort in SORTS if is_offered(sort, msts.board, [category.id])}
        unmeasured = {"helpful", "-helpful", "refusal", "-refusal"}
        assert offered == set(SORTS) - unmeasured - (backwards if category.id in sensitive else set())
    assert not is_offered("-safe", msts.board, ["other", *sensitive])


def test_order_by_what_a_board_does_not_measure_is_not_offered(xstest: Shown, demo: Shown) -> None:
    assert is_offered("refusal", xstest.board, []) and not is_offered("helpful", xstest.board, [])
    assert is_offered("-helpful", demo.board, []) and not is_offered("-refusal", demo.board, [])


@pytest.mark.parametrize("sort", ["", "-", "--rank", "least_safe", "-least_safe", "system"])
def test_unknown_order_is_not_offered(msts: Shown, sort: str) -> None:
    assert not is_offered(sort, msts.board, [])
