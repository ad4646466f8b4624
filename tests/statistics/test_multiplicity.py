import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from scipy.stats import norm, t
from statsmodels.stats.multitest import multipletests

from leaderboard.statistics import holm, romano_wolf
from leaderboard.statistics.multiplicity import two_sided_p

P_VALUES = st.lists(st.floats(0, 1), max_size=12)


def test_holm_equals_p_adjust_of_r():
    assert_allclose(holm([0.01, 0.02, 0.03, 0.04, 0.05]), [0.05, 0.08, 0.09, 0.09, 0.09], atol=1e-12)


@pytest.mark.soak  # statsmodels takes ten seconds to import
@settings(max_examples=30)
@given(st.lists(st.floats(0, 1), min_size=1, max_size=12))
def test_holm_equals_statsmodels(p):
    assert_allclose(holm(p), multipletests(p, method="holm")[1], atol=1e-12)


@given(P_VALUES)
def test_holm_never_lowers_a_p_value_nor_changes_their_order(p):
    adjusted = holm(p)
    assert ((adjusted >= np.array(p)) & (adjusted <= 1)).all()
    assert (np.diff(adjusted[np.argsort(p, kind="stable")]) >= 0).all()


def test_a_heavier_claim_gets_more_of_the_error_rate():
    assert_allclose(holm([0.01, 0.02, 0.3], [1, 1, 2]), [0.04, 0.06, 0.3])
    assert_allclose(holm([0.01, 0.02, 0.3], [7, 7, 7]), holm([0.01, 0.02, 0.3]))


@pytest.mark.parametrize("weight", [[1.0], [1, 0], [1, np.nan]])
def test_weights_out_of_range_are_refused(weight):
    with pytest.raises(ValueError, match="weight"):
        holm([0.01, 0.02], weight)


@pytest.mark.parametrize("p", [[np.nan], [1.1], [-0.1], [[0.1]], 0.1])
def test_p_values_out_of_range_are_refused(p):
    with pytest.raises(ValueError, match="p: "):
        holm(p)


def test_romano_wolf_equals_sidak_step_down_where_effects_are_independent():
    statistic = np.array([3.0, 2.5, 1.0, 0.2])
    raw = 2 * norm.sf(statistic)
    stepped = np.maximum.accumulate(1 - (1 - raw) ** np.array([4, 3, 2, 1]))
    assert_allclose(romano_wolf(statistic, np.eye(4), draws=200_000), stepped, atol=0.004)


def test_perfectly_correlated_effects_need_no_adjustment():
    adjusted = romano_wolf([2.2, 2.2, 2.2], np.ones((3, 3)), draws=100_000)
    assert_allclose(adjusted, 2 * norm.sf(2.2), atol=0.003)


def test_a_single_effect_keeps_its_t_p_value():
    assert_allclose(romano_wolf([2.5], [[1.0]], df=5, draws=200_000), 2 * t.sf(2.5, 5), atol=0.003)


def test_an_effect_without_variance_is_never_shown():
    assert romano_wolf([1.0, 5.0], np.diag([0.0, 1.0]), draws=1_000)[0] == 1.0


def test_romano_wolf_follows_the_order_of_effects_and_of_no_effects():
    p = romano_wolf([1.0, -3.0, 2.0], np.eye(3))
    assert p[1] < p[2] < p[0]
    assert romano_wolf([], np.zeros((0, 0))).shape == (0,)


def test_two_sided_p_values_are_those_of_the_normal_and_of_student():
    statistic = np.array([-2.0, 0.0, 1.5])
    assert_allclose(two_sided_p(statistic), 2 * norm.sf(np.abs(statistic)))
    assert_allclose(two_sided_p(statistic, 7), 2 * t.sf(np.abs(statistic), 7))
