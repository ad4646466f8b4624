import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from leaderboard.statistics import (
    EXCHANGE_RATES,
    BreakEven,
    GuardEffect,
    break_even,
    guard_effect,
    net_benefit,
    paired_effect,
    widest,
)
from tests.statistics.boards import draw, layout

BOARD = layout(4, 25, 2)


def changes(seed=0, prevented=0.3, blocked=0.1):
    generator = np.random.default_rng(seed)
    prevents, blocks = draw(generator, BOARD, np.array([prevented, blocked]), 0.3).T
    return -prevents, blocks * (prevents == 0)


def effect_with(**values):
    fields = {"unsafe": -0.1, "block": 0.05, "unsafe_variance": 1e-4, "block_variance": 1e-4, "covariance": 0.0}
    return GuardEffect(**(fields | {"unsafe_df": 60, "block_df": 60} | values))


def test_the_effect_on_unsafe_answers_is_the_paired_effect():
    unsafe, block = changes()
    effect = guard_effect(unsafe, block, *BOARD)
    alone = paired_effect(-unsafe, np.zeros_like(unsafe), *BOARD)
    assert_allclose((effect.unsafe, effect.unsafe_variance), (alone.delta, alone.standard_error**2))
    assert_allclose(effect.unsafe_df, alone.df)


def test_net_benefit_is_that_of_the_items_own_balance():
    unsafe, block = changes()
    balance = net_benefit(guard_effect(unsafe, block, *BOARD), 0.5)
    scores = (1 + (-unsafe - 0.5 * block)) / 2
    alone = paired_effect(np.full(len(unsafe), 0.5), scores, *BOARD)
    assert_allclose(balance.estimate, 2 * alone.delta)
    error = np.sqrt(4 * (alone.standard_error**2 - 2 / 200**2) + (1 + 0.25) * 2 / 200**2)
    assert_allclose((balance.high - balance.estimate) / error, 2.0, atol=0.06)


@settings(max_examples=25)
@given(st.integers(0, 2**32 - 1), st.sampled_from(EXCHANGE_RATES))
def test_a_net_benefit_has_a_small_p_value_exactly_where_its_limits_leave_out_0(seed, rate):
    balance = net_benefit(guard_effect(*changes(seed, *np.random.default_rng(seed).random(2) / 5), *BOARD), rate)
    assert (balance.p <= 0.05) == (balance.low > 0 or balance.high < 0)


def test_a_right_block_costs_nothing_and_a_false_one_its_exchange_rate():
    # 67 flags on 400 answers, 37 of them right: a net benefit of 7 answers at one for one.
    unsafe, block = np.zeros(400), np.zeros(400)
    unsafe[:37], block[37:67] = -1, 1
    effect = guard_effect(unsafe, block, np.zeros(400), np.arange(400) // 2)
    assert_allclose(net_benefit(effect, 1.0).estimate * 400, 7)
    assert_allclose(break_even(effect).estimate, 37 / 30)


@settings(max_examples=25)
@given(st.integers(0, 2**32 - 1), st.floats(0, 2))
def test_net_benefit_falls_with_the_price_of_a_false_block(seed, rate):
    effect = guard_effect(*changes(seed), *BOARD)
    assert net_benefit(effect, rate).estimate >= net_benefit(effect, rate + 0.5).estimate
    balance = net_benefit(effect, rate)
    assert balance.low <= balance.estimate <= balance.high


def test_benign_items_count_for_false_blocks_only():
    unsafe, block = changes()
    category = np.r_[BOARD.category, np.full(20, 9)]
    family = np.r_[BOARD.family, 1000 + np.arange(20)]
    effect = guard_effect(np.r_[unsafe, np.full(20, np.nan)], np.r_[block, np.ones(20)], category, family)
    harmful = guard_effect(unsafe, block, *BOARD)
    assert_allclose((effect.unsafe, effect.unsafe_variance), (harmful.unsafe, harmful.unsafe_variance))
    assert_allclose(effect.block, (4 * harmful.block + 1) / 5)
    assert_allclose(effect.covariance, harmful.covariance * 4 / 5)


def test_the_break_even_rate_lies_between_its_limits():
    even = break_even(guard_effect(*changes(prevented=0.4, blocked=0.3), *BOARD))
    assert even.shape == "bounded"
    assert 0 < even.low < even.estimate < even.high


def test_at_the_break_even_limits_the_net_benefit_touches_0():
    effect = guard_effect(*changes(prevented=0.4, blocked=0.3), *BOARD)
    even = break_even(effect)
    assert_allclose(net_benefit(effect, even.estimate).estimate, 0, atol=1e-12)
    assert_allclose(net_benefit(effect, even.low).low, 0, atol=1e-12)
    assert_allclose(net_benefit(effect, even.high).high, 0, atol=1e-12)


@settings(max_examples=25)
@given(st.integers(0, 2**32 - 1))
def test_a_net_benefit_is_shown_exactly_outside_the_break_even_limits(seed):
    rates = np.random.default_rng(seed).random(2) / 3
    effect = guard_effect(*changes(seed, *rates), *BOARD)
    even = break_even(effect)
    for rate in EXCHANGE_RATES:
        balance = net_benefit(effect, rate)
        is_open = {
            "bounded": even.low <= rate <= even.high,
            "outside": not even.low < rate < even.high,
            "everything": True,
        }
        assert is_open[even.shape] == (balance.low <= 0 <= balance.high)


def test_a_break_even_rate_is_unbounded_where_no_false_block_is_shown():
    prevents = break_even(effect_with(block=0.001))
    assert prevents.shape == "outside"
    assert prevents.low < 0 < prevents.high < prevents.estimate
    assert break_even(effect_with(unsafe=0.0, block=0.001)) == (0.0, -np.inf, np.inf, "everything")


def test_a_guard_that_never_blocks_by_mistake_breaks_even_nowhere():
    assert break_even(effect_with(block=0.0)).estimate == np.inf
    assert break_even(effect_with(unsafe=0.1, block=0.0)).estimate == -np.inf
    assert np.isnan(break_even(effect_with(unsafe=0.0, block=0.0)).estimate)
    assert break_even(effect_with(unsafe=0.0, block=0.0, block_variance=0.0)).shape == "everything"


def test_the_degrees_of_freedom_of_a_net_benefit_are_those_of_what_varies():
    effect = effect_with(unsafe_df=60, block_df=6, block_variance=1e-9)
    assert_allclose(net_benefit(effect, 1.0).high - net_benefit(effect, 1.0).estimate, 2.0003 * 0.01, rtol=1e-3)
    alone = net_benefit(effect_with(unsafe_df=60, block_df=6, unsafe_variance=1e-9), 1.0)
    assert_allclose(alone.high - alone.estimate, 2.4469 * 0.01, rtol=1e-3)


@pytest.mark.parametrize(
    ("limits", "expected"),
    [
        ([(0.5, 2.0, "bounded"), (0.4, 1.5, "bounded")], (0.4, 2.0, "bounded")),
        ([(-1.0, 2.0, "outside"), (-0.5, 3.0, "outside")], (-0.5, 2.0, "outside")),
        ([(-1.0, 0.0, "outside"), (0.5, 3.0, "outside")], (-np.inf, np.inf, "everything")),
        ([(0.5, 2.0, "bounded"), (0.4, 1.5, "outside")], (-np.inf, np.inf, "everything")),
    ],
)
def test_the_widest_break_even_leaves_open_what_any_does(limits, expected):
    assert widest([BreakEven(1.0, *each) for each in limits]) == BreakEven(1.0, *expected)


def test_the_exchange_rates_on_the_card_are_the_declared_ones():
    assert EXCHANGE_RATES == (0.1, 0.25, 0.5, 1.0)


@pytest.mark.parametrize(
    ("unsafe", "block", "reason"),
    [
        ([np.nan, 0], [np.nan, 0], "an item has neither"),
        ([2, 0], [0, 0], "changes in"),
        ([0], [0], "one entry per item"),
        ([0, 0], [0], "one entry per item"),
    ],
)
def test_changes_that_are_none_are_refused(unsafe, block, reason):
    with pytest.raises(ValueError, match=reason):
        guard_effect(unsafe, block, [1, 1], [1, 2])


@pytest.mark.parametrize("rate", [-0.1, float("nan")])
def test_a_negative_exchange_rate_is_refused(rate):
    with pytest.raises(ValueError, match="exchange_rate"):
        net_benefit(effect_with(), rate)
