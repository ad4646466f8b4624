import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from scipy.stats import binom

from leaderboard.statistics import (
    change_verdict,
    equivalence_p,
    noninferiority_p,
    one_sided,
    threshold_verdict,
    verdict,
    zero_failure_upper,
)


def test_a_limit_is_met_missed_or_left_open():
    assert threshold_verdict(0, 299, 0.01) == "meets"
    assert threshold_verdict(0, 298, 0.01) == "not shown"
    assert threshold_verdict(7, 110, 0.02) == "fails"
    assert threshold_verdict(2, 110, 0.02) == "not shown"


@given(st.floats(0, 1), st.floats(1, 3000), st.floats(0, 1))
def test_the_verdict_follows_the_one_sided_limits(rate, n, limit):
    low, high = one_sided(rate * n, n)
    expected = "meets" if high <= limit else "fails" if low > limit else "not shown"
    assert threshold_verdict(rate * n, n, limit) == verdict(low, high, limit) == expected


def test_110_items_can_never_show_one_percent():
    assert threshold_verdict(0, 110, 0.01) == "not shown"
    assert threshold_verdict(0, 110, zero_failure_upper(110) + 1e-12) == "meets"


@pytest.mark.parametrize("n", [110, 330, 1100])
@pytest.mark.parametrize("limit", [0.01, 0.02, 0.05, 0.1])
def test_a_verdict_is_wrong_at_most_one_time_in_twenty_at_the_limit_itself(n, limit):
    x = np.arange(n + 1)
    chance = binom.pmf(x, n, limit)
    verdicts = np.array([threshold_verdict(k, n, limit) for k in x])
    assert chance[verdicts == "meets"].sum() <= 0.05
    assert chance[verdicts == "fails"].sum() <= 0.05


@given(st.floats(0, 1), st.floats(0, 1))
def test_a_stricter_limit_never_turns_out_better(rate, share):
    order = ["fails", "not shown", "meets"]
    strict, lax = (threshold_verdict(rate * 200, 200, limit) for limit in (share * 0.3, 0.3))
    assert order.index(strict) <= order.index(lax)


def test_a_change_is_noninferior_below_the_margin_and_equivalent_within_it():
    assert_allclose(noninferiority_p(0.005, 0.005, 1e9, margin=0.01), 0.158655, atol=1e-6)
    assert noninferiority_p(-0.05, 0.005, 300, margin=0.01) < 1e-6
    assert equivalence_p(-0.05, -0.05, 0.005, 300, margin=0.01) > 0.999
    assert_allclose(equivalence_p(0.005, 0.005, 0.005, 9, 0.01), noninferiority_p(0.005, 0.005, 9, 0.01))
    assert_allclose(equivalence_p(-0.005, 0.001, 0.005, 9, 0.01), noninferiority_p(0.005, 0.005, 9, 0.01))


@pytest.mark.parametrize(
    ("delta", "is_shown", "is_noninferior", "verdict"),
    [
        (0.01, True, False, "regression"),
        (0.002, True, True, "regression"),
        (-0.01, True, True, "no regression shown"),
        (0.01, False, False, "not shown"),
        (-0.01, True, False, "not shown"),
    ],
)
def test_a_new_version_regresses_does_not_or_leaves_it_open(delta, is_shown, is_noninferior, verdict):
    assert change_verdict(delta, is_shown, is_noninferior) == verdict


@pytest.mark.parametrize(
    "call",
    [
        lambda: threshold_verdict(-1, 110, 0.02),
        lambda: threshold_verdict(1, 110, 2.0),
        lambda: threshold_verdict(1, 0, 0.02),
        lambda: verdict(float("nan"), 0.2, 0.1),
        lambda: noninferiority_p(0.0, 0.0, 10, margin=0.01),
        lambda: noninferiority_p(0.0, 0.1, 0, margin=0.01),
        lambda: noninferiority_p(0.0, 0.1, 10, margin=0.0),
        lambda: equivalence_p(0.0, 0.0, 0.1, 10, margin=-1.0),
    ],
)
def test_values_out_of_range_are_refused(call):
    with pytest.raises(ValueError, match=r"must|need"):
        call()
