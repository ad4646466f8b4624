import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from scipy.stats import t

from leaderboard.statistics import (
    Bounds,
    TooFewFamilies,
    TooFewItems,
    macro_estimate,
    pair_matrix,
    paired_effect,
)
from tests.statistics.boards import draw, layout

BOARD = layout(3, 12, 3)
SINGLES = layout(2, 30, 1)


def two_systems(seed=0, board=BOARD, rates=(0.3, 0.2)):
    before, after = draw(np.random.default_rng(seed), board, np.array(rates), 0.3).T
    return before, after


def test_the_effect_is_the_change_of_the_macro_rate_with_its_cluster_robust_error():
    before, after = two_systems()
    effect = paired_effect(before, after, *BOARD)
    estimate, covariance, df = macro_estimate(np.column_stack([before, after]), *BOARD)
    variance = covariance[0, 0] + covariance[1, 1] - 2 * covariance[0, 1] + 2 / 108**2
    assert_allclose(effect.delta, estimate[1] - estimate[0])
    assert_allclose(effect.standard_error, np.sqrt(variance))
    assert_allclose(effect.high - effect.delta, t.ppf(0.975, effect.df) * np.sqrt(variance))
    assert 20 < effect.df < df == 33 and effect.n == 108


def test_fixed_and_broken_count_items():
    effect = paired_effect([1, 1, 0, 0, 0.5, 0], [0, 0, 1, 0, 0.25, 0], [1] * 6, range(6))
    assert (effect.fixed, effect.broken) == (3, 1)


@settings(max_examples=20)
@given(st.integers(0, 2**32 - 1), st.sampled_from([BOARD, SINGLES]))
def test_going_back_has_the_opposite_effect(seed, board):
    before, after = two_systems(seed, board)
    there, back = paired_effect(before, after, *board), paired_effect(after, before, *board)
    assert_allclose((there.delta, there.low, there.high), (-back.delta, -back.high, -back.low), atol=1e-12)
    assert (there.fixed, there.broken) == (back.broken, back.fixed)
    assert_allclose(there.p, back.p)


@settings(max_examples=20)
@given(st.integers(0, 2**32 - 1), st.sampled_from([BOARD, SINGLES]))
def test_an_effect_lies_within_its_limits_and_those_within_minus_1_and_1(seed, board):
    effect = paired_effect(*two_systems(seed, board, (0.9, 0.1)), *board)
    assert -1 <= effect.low <= effect.delta <= effect.high <= 1
    assert 0 < effect.p <= 1


@pytest.mark.parametrize("board", [BOARD, SINGLES])
def test_a_system_against_itself_has_no_effect_and_is_not_certain_of_it(board):
    before, _ = two_systems(board=board)
    effect = paired_effect(before, before, *board)
    assert (effect.delta, effect.p, effect.fixed, effect.broken) == (0.0, 1.0, 0, 0)
    assert effect.low < 0 < effect.high


@settings(max_examples=100)
@given(st.integers(0, 2**32 - 1), st.sampled_from([BOARD, SINGLES]), st.floats(0, 0.3), st.floats(0.8, 0.999))
def test_the_p_value_is_small_exactly_where_the_limits_leave_out_0(seed, board, rate, confidence):
    before, after = two_systems(seed, board, (rate, 0.02))
    after[:2] = np.random.default_rng(seed).choice([0, 1, np.nan], 2)
    effect = paired_effect(before, after, *board, confidence=confidence)
    assert (effect.p < 1 - confidence) == (effect.low > 0 or effect.high < 0)


def test_a_large_family_counts_as_if_its_category_were_measured_without_it():
    family = np.repeat(np.arange(7), [8, 2, 2, 2, 2, 2, 2])
    after = np.isin(np.arange(20), [0, 1, 2, 3, 4, 8, 12]).astype(float)
    effect = paired_effect(np.zeros(20), after, np.zeros(20), family)
    left_out = np.array([after[family != one].mean() for one in range(7)])
    assert_allclose(effect.standard_error**2, 6 / 7 * ((left_out - after.mean()) ** 2).sum() + 2 / 20**2)


def test_few_families_that_move_leave_few_degrees_of_freedom():
    board, after = layout(1, 100, 1), np.zeros(100)
    found = []
    for moved in (0, 1, 8, 50):
        after[:moved] = 1
        found.append(paired_effect(np.zeros(100), after, *board).df)
    assert_allclose(found, [5, 5, 8 + 3, 99], rtol=0.05)


def test_where_hardly_anything_moves_two_families_of_the_heaviest_category_may():
    sizes, family = [20, 200], np.arange(220)
    nothing = np.zeros(220)
    effect = paired_effect(nothing, nothing, np.repeat([0, 1], sizes), family)
    assert_allclose(effect.standard_error, np.sqrt(2) / 2 / 20)
    in_pairs = paired_effect(nothing, nothing, np.repeat([0, 1], sizes), family // 2)
    assert_allclose(in_pairs.standard_error, 1.5 * np.sqrt(2) / 2 / 20)


def test_items_missing_on_either_side_are_left_out_of_the_difference_and_not_of_the_limits():
    before, after = two_systems()
    before[5], after[7] = np.nan, np.nan
    effect = paired_effect(before, after, *BOARD)
    known = np.delete(np.arange(len(before)), [5, 7])
    alone = paired_effect(before[known], after[known], BOARD.category[known], BOARD.family[known])
    assert_allclose(effect.delta, alone.delta)
    assert (effect.n, effect.fixed, effect.broken) == (106, alone.fixed, alone.broken)
    for missing, end in (((1, 0), "low"), ((0, 1), "high")):
        filled = (np.where(np.isnan(side), fill, side) for side, fill in zip((before, after), missing, strict=True))
        assert abs(getattr(effect, end)) >= abs(getattr(paired_effect(*filled, *BOARD), end)) - 1e-12
    assert effect.least <= effect.delta <= effect.most


def test_a_difference_that_the_missing_items_could_turn_is_not_shown():
    board = layout(1, 400, 1)
    before, after = np.zeros(400), np.zeros(400)
    before[:12] = 1
    assert paired_effect(before, after, *board).high < 0
    after[-12:] = np.nan
    effect = paired_effect(before, after, *board)
    assert effect.high > 0 and effect.p == 1


def test_a_comparison_on_too_few_items_is_refused():
    before, after = two_systems()
    before[:6] = np.nan
    with pytest.raises(TooFewItems, match="102 of 108 items"):
        paired_effect(before, after, *BOARD)
    assert paired_effect(before, after, *BOARD, coverage=0.9).n == 102
    with pytest.raises(TooFewItems, match="0 of 108"):
        paired_effect(before, np.full(108, np.nan), *BOARD, coverage=0)


def test_a_comparison_never_loses_a_whole_category():
    board = layout(1, 30, 1)
    category, family = np.r_[board.category, 7], np.r_[board.family, 30]
    before = np.r_[np.ones(30), np.nan]
    with pytest.raises(TooFewItems, match="no item of 7"):
        paired_effect(before, np.zeros(31), category, family)


def test_a_category_and_a_family_are_needed_for_every_item():
    for labels in (([1, 1], [1, 2, 3]), ([1, 1, 1], [1, 2])):
        with pytest.raises(ValueError, match="one entry per item"):
            paired_effect([0, 1, 0], [0, 0, 0], *labels)


def test_one_family_by_category_is_refused():
    with pytest.raises(TooFewFamilies):
        paired_effect([0, 1], [1, 1], [1, 2], [1, 2])


@pytest.mark.parametrize(("before", "after"), [([], []), ([0, 1], [1]), ([0, 2], [0, 1]), ([[0], [1]], [[0], [1]])])
def test_scores_that_are_none_are_refused(before, after):
    with pytest.raises(ValueError, match=r"before and after|scores"):
        paired_effect(before, after, [1, 1], [1, 2])


# All pairs at once.


@pytest.mark.parametrize("board", [BOARD, SINGLES])
def test_the_matrix_holds_the_effects_of_all_pairs(board):
    scores = draw(np.random.default_rng(1), board, np.array([0.1, 0.2, 0.4]), 0.3)
    matrix = pair_matrix(scores, *board, confidence=0.9)
    for first, second in itertools.product(range(3), repeat=2):
        effect = paired_effect(scores[:, first], scores[:, second], *board, confidence=0.9)
        for name in matrix._fields:
            assert_allclose(getattr(matrix, name)[first, second], getattr(effect, name), atol=1e-12)


def test_the_matrix_needs_scores_and_bounds_of_all_items():
    with pytest.raises(ValueError, match="one entry per item"):
        pair_matrix([[0, 1], [0, 0]], [1, 1, 1], [1, 2, 3])
    with pytest.raises(ValueError, match="one entry per item"):
        pair_matrix([[0, 1], [0, 0]], [1, 1], [1, 2], bounds=Bounds(np.zeros((2, 1)), np.ones((2, 1))))
