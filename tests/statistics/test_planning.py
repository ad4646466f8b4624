import math

import pytest
from numpy.testing import assert_allclose
from scipy.stats import binom

from leaderboard.statistics import (
    clopper_pearson,
    detectable_difference,
    exact_sample_size,
    macro_zero_failure_upper,
    zero_failure_items,
    zero_failure_upper,
)


@pytest.mark.parametrize(("n", "upper"), [(110, 0.02686643), (1100, 0.002719688)])
def test_no_event_leaves_the_exact_binomial_upper_limit(n, upper):
    assert_allclose(zero_failure_upper(n), upper, atol=1e-8)
    assert_allclose(zero_failure_upper(n), clopper_pearson(0, n, 0.90)[1], rtol=1e-9)


@pytest.mark.parametrize(("limit", "items"), [(0.05, 59), (0.02, 149), (0.01, 299), (0.005, 598), (0.001, 2995)])
def test_items_without_a_failure_are_the_classic_sample_sizes(limit, items):
    assert zero_failure_items(limit) == items
    assert zero_failure_upper(items) <= limit < zero_failure_upper(items - 1)


def test_a_limit_met_exactly_needs_no_further_item():
    assert zero_failure_items(0.5, confidence=1 - 0.5**10) == 10
    assert zero_failure_items(0.99, confidence=0.95) == 1


def test_macro_bound_puts_all_events_into_the_smallest_category():
    assert_allclose(macro_zero_failure_upper([110] * 10), -math.log(0.05) / 1100)
    assert macro_zero_failure_upper([20, 200]) == macro_zero_failure_upper([20, 20])
    assert macro_zero_failure_upper([1]) == 1.0


@pytest.mark.parametrize(
    ("rates", "expected"),
    [
        ((0.002, 0.01), (628, 2)),
        ((0.02, 0.05), (234, 6)),
        ((0.001, 0.01), (473, 1)),
        ((0.005, 0.01), (1941, 12)),
        ((0.01, 0.02), (969, 12)),
        ((0.01, 0.05), (124, 2)),
        ((0.05, 0.10), (179, 11)),
        ((0.0, 0.01), (299, 0)),
    ],
)
def test_exact_sample_size_equals_the_tabled_one(rates, expected):
    assert exact_sample_size(*rates) == expected


def test_no_smaller_sample_reaches_the_power():
    n, allowed = exact_sample_size(0.02, 0.05)
    assert clopper_pearson(allowed, n, 0.90)[1] <= 0.05
    for smaller in range(1, n):
        passing = [x for x in range(allowed + 1) if binom.cdf(x, smaller, 0.05) <= 0.05]
        assert not passing or binom.cdf(max(passing), smaller, 0.02) < 0.8


def test_detectable_difference_of_one_pair_is_that_of_the_methods_page():
    assert_allclose(detectable_difference(0.016), 0.0448, atol=5e-5)


def test_more_comparisons_need_a_larger_difference():
    assert detectable_difference(0.016, comparisons=171) > detectable_difference(0.016, comparisons=10)
    assert detectable_difference(0.016, df=9) > detectable_difference(0.016)
    assert detectable_difference(0.0) == 0.0


@pytest.mark.parametrize(
    "call",
    [
        lambda: zero_failure_upper(0),
        lambda: zero_failure_items(0),
        lambda: zero_failure_items(1),
        lambda: macro_zero_failure_upper([]),
        lambda: macro_zero_failure_upper([10, 0]),
        lambda: exact_sample_size(0.01, 0.01),
        lambda: exact_sample_size(-0.01, 0.01),
        lambda: exact_sample_size(0.01, 1.0),
        lambda: exact_sample_size(0.01, 0.02, power=1.0),
        lambda: detectable_difference(-1),
        lambda: detectable_difference(1, comparisons=0),
    ],
)
def test_plans_out_of_range_are_refused(call):
    with pytest.raises(ValueError, match=r"must|need"):
        call()
