import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from leaderboard.statistics import audit_disclosure, below_floor

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
