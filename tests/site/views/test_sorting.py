"""The orders of the ranking: what comes first, what comes last, and what is not offered."""

import pytest
from msgspec.structs import replace

from leaderboard.site.views.columns import COLUMNS, in_words
from leaderboard.site.views.sorting import REVERSED, SORTS, column_of, descends, in_order, is_offered, offered, value
from tests.site.conftest import Shown


@pytest.mark.parametrize("sort", SORTS)
def test_best_comes_first_its_reverse_is_its_reverse_and_missing_values_are_last(demo: Shown, sort: str) -> None:
    every, column = demo.standings(), column_of(sort)
    values = [value(column, row, demo.names) for row in in_order(every, sort, demo.names)]
    known = [each for each in values if each is not None]
    assert known == sorted(known, reverse=column.descending is not sort.startswith(REVERSED))
    assert values == known + [None] * (len(every) - len(known))
    assert descends(sort) is (column.descending is not sort.startswith(REVERSED))


def test_equal_rows_stay_as_they_were_in_both_directions(demo: Shown) -> None:
    first = demo.standings()[0]
    rows = [replace(first, system=id) for id in ("b", "a", "c")]
    for sort in ("helpful", "-helpful"):
        assert [row.system for row in in_order(rows, sort, demo.names)] == ["b", "a", "c"]


def test_names_are_in_the_order_of_the_alphabet(msts: Shown) -> None:
    every = msts.standings()
    order = [msts.names.system(row.system).casefold() for row in in_order(every, "name", msts.names)]
    assert order == sorted(order)
    assert [msts.names.system(row.system).casefold() for row in in_order(every, "-name", msts.names)] == order[::-1]


def test_no_order_from_the_least_safe_on_exists_for_a_category_that_could_be_misused(msts: Shown) -> None:
    sensitive = {category.id for category in msts.board.category if category.misuse_sensitive}
    assert sensitive
    backwards = {REVERSED + column.id for column in COLUMNS if column.about_safety}
    assert {"-rank", "-safe", "-weakest"} <= backwards
    for category in msts.board.risk_categories:
        offered = {sort for sort in SORTS if is_offered(sort, msts.board, [category.id])}
        unmeasured = {sort for sort in SORTS if not column_of(sort).is_measured(msts.board)}
        assert {"helpful", "-helpful", "refusal", "-refusal"} <= unmeasured
        assert offered == set(SORTS) - unmeasured - (backwards if category.id in sensitive else set())
    assert not is_offered("-safe", msts.board, ["other", *sensitive])


def test_order_by_what_a_board_does_not_measure_is_not_offered(xstest: Shown, demo: Shown) -> None:
    assert is_offered("refusal", xstest.board, []) and not is_offered("helpful", xstest.board, [])
    assert is_offered("-helpful", demo.board, []) and not is_offered("-refusal", demo.board, [])


def test_columns_on_offer_are_those_that_rows_have_each_with_whether_its_reverse_is(msts: Shown, demo: Shown) -> None:
    measured = [column for column in in_words(demo.board) if column.is_measured(demo.board)]
    assert [column for column, _ in offered(demo.standings(), demo.board, ())] == measured
    assert {"rank", "name", "safe", "weakest", "helpful", "newest"} <= {column.id for column in measured}
    assert all(reversible for _, reversible in offered(demo.standings(), demo.board, ()))
    one_way = {column.id for column, back in offered(msts.standings(), msts.board, ("violent_crimes",)) if not back}
    assert one_way == {column.id for column in COLUMNS if column.about_safety and column.is_measured(msts.board)}
    assert [column.id for column, _ in offered([], demo.board, ())] == []


@pytest.mark.parametrize("sort", ["", "-", "--rank", "least_safe", "-least_safe", "system"])
def test_unknown_order_is_not_offered(msts: Shown, sort: str) -> None:
    assert not is_offered(sort, msts.board, [])
