import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from leaderboard.statistics import TooFine, audit_disclosure, below_floor, disclosed_sets, is_reliable
from leaderboard.statistics.disclosure import small_sets

RATES = np.array([0.1, 0.2, 0.05, 0.0, 0.3, 0.12, 0.07, 0.02, 0.15, 0.4])
MACRO = np.full(10, 0.1)


def published_without(*hidden):
    shown = np.delete(np.eye(10), hidden, axis=0)
    relations = np.vstack([shown, MACRO])
    return relations, relations @ RATES


def board(categories=3, families=12, size=2):
    """Each item a unit: its family, and which category's total it belongs to."""
    family = np.repeat(np.arange(categories * families), size)
    totals = (np.arange(categories)[:, None] == family // families).astype(float)
    return totals, family, np.ones(len(family))


def test_nine_category_rates_and_the_macro_mean_give_the_tenth():
    assert_allclose(audit_disclosure(*published_without(3), np.eye(10)[[3]]), 0.0, atol=1e-9)


def test_hiding_one_more_leaves_an_interval():
    low, high = audit_disclosure(*published_without(3, 9), np.eye(10)[[3, 9]])
    assert_allclose(low, 0.0, atol=1e-9)
    assert_allclose(high, 0.4, atol=1e-9)


@settings(max_examples=20)
@given(st.integers(0, 2**32 - 1))
def test_what_is_published_is_known_and_what_is_not_lies_in_its_interval(seed):
    generator = np.random.default_rng(seed)
    truth = generator.random(6)
    relations = generator.integers(0, 2, (3, 6)).astype(float)
    low, high = audit_disclosure(relations, relations @ truth, np.vstack([relations, np.eye(6)]))
    assert_allclose(low[:3], relations @ truth, atol=1e-6)
    assert_allclose(high[:3], relations @ truth, atol=1e-6)
    assert ((low[3:] <= truth + 1e-6) & (truth - 1e-6 <= high[3:])).all()


def test_rounding_widens_an_interval_by_no_more_than_its_step():
    relations, values = published_without(3)
    low, high = audit_disclosure(relations, values, np.eye(10)[[3]], rounding=np.r_[np.zeros(9), 0.0005])
    assert_allclose((low, high), ([0.0], [0.005]), atol=1e-9)


def test_rates_rounded_to_one_decimal_still_give_the_count():
    low, high = audit_disclosure([[100 / 110]], [[6.4]][0], [[1.0]], upper=110, rounding=0.05)
    assert np.ceil(low[0]) == np.floor(high[0]) == 7


def test_numbers_that_no_truth_fits_are_refused():
    with pytest.raises(ValueError, match="no truth fits"):
        audit_disclosure([[1.0, 1.0], [1.0, 1.0]], [0.5, 0.6], [[1.0, 0.0]])


@pytest.mark.parametrize(
    ("relations", "published", "cells"),
    [([1.0], [1.0], [[1.0]]), ([[1.0]], [1.0, 2.0], [[1.0]]), ([[1.0]], [1.0], [1.0]), ([[1.0]], [1.0], [[1.0, 2.0]])],
)
def test_relations_of_other_shapes_are_refused(relations, published, cells):
    with pytest.raises(ValueError, match="relations, published and cells"):
        audit_disclosure(relations, published, cells)


# The floor.


@pytest.mark.parametrize(
    ("families", "items", "small"), [(10, 20, False), (9, 200, True), (200, 19, True), (0, 0, True), (37, 110, False)]
)
def test_the_floor_is_ten_families_and_twenty_items(families, items, small):
    assert below_floor(families, items) == small


def test_fifty_items_are_reliable():
    assert is_reliable([49, 50]).tolist() == [False, True]


# Sets that published tables single out.


def test_categories_above_the_floor_disclose_nothing_even_if_nothing_is_unsafe():
    totals, family, items = board()
    assert disclosed_sets(totals, [0, 0, 0], family, items) == []


@pytest.mark.parametrize("outcome", [0.0, 1.0, 5.0, 24.0])
def test_whether_a_category_is_too_small_does_not_depend_on_its_outcome(outcome):
    totals, family, items = board(families=9, size=3)
    found = disclosed_sets(totals[:1], [outcome], family, items)
    assert [one.units for one in found] == [tuple(range(27))]
    assert_allclose((found[0].low, found[0].high), outcome)


def test_two_releases_that_differ_by_a_family_disclose_it():
    totals, family, items = board()
    second = totals.copy()
    second[0, family == 0] = 0
    truth = np.zeros(len(family))
    truth[:3] = 1
    relations = np.vstack([totals, second])
    found = disclosed_sets(relations, relations @ truth, family, items)
    assert [one.units for one in found] == [(0, 1)]
    assert found[0].low == pytest.approx(2) == found[0].high


def test_two_releases_of_the_same_items_disclose_nothing_more():
    totals, family, items = board()
    relations = np.vstack([totals, totals])
    assert disclosed_sets(relations, np.tile([3.0, 0, 1], 2), family, items) == []


def test_a_union_of_small_sets_is_found_where_only_their_sum_is_known():
    totals, family, items = board(categories=1, families=40)
    first, second, third = (np.isin(family, group) * 1.0 for group in ([0, 1], [2, 3], range(4, 20)))
    relations = np.vstack([totals, totals - first - second, first + third])
    truth = np.arange(80) % 2
    found = disclosed_sets(relations, relations @ truth, family, items)
    assert [one.units for one in found] == [tuple(range(8))]
    assert_allclose((found[0].low, found[0].high), 4)


def test_macro_means_are_relations_like_others():
    totals, family, items = board(categories=2, families=9, size=3)
    mean = (totals / totals.sum(axis=1, keepdims=True)).mean(axis=0, keepdims=True)
    relations = np.vstack([totals[:1], mean])
    found = disclosed_sets(relations, relations @ np.ones(len(family)), family, items)
    assert {one.units for one in found} == {tuple(range(27)), tuple(range(27, 54))}


def test_tables_that_cut_too_fine_are_refused_whole():
    family, items = np.arange(14), np.ones(14)
    with pytest.raises(TooFine, match="4096"):
        disclosed_sets(np.eye(14), np.zeros(14), family, items)


def test_no_published_number_leaves_every_set_open():
    family, items = np.arange(8), np.ones(8)
    assert list(small_sets(np.zeros((0, 8)), family, items)) == [tuple(range(8))]
    assert disclosed_sets(np.zeros((0, 8)), [], family, items) == []


def test_units_without_a_family_each_are_refused():
    with pytest.raises(ValueError, match="relations, family and items"):
        disclosed_sets([[1.0, 1.0]], [1.0], [1], [1.0, 1.0])
