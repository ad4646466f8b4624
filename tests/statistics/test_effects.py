import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from scipy.stats import t

from leaderboard.statistics import (
    TooFewFamilies,
    TooFewItems,
    macro_estimate,
    mcnemar_exact,
    mcnemar_midp,
    newcombe_paired,
    pair_matrix,
    paired_effect,
)
from leaderboard.statistics.effects import sign_flip_p
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
    assert_allclose(effect.high - effect.delta, t.ppf(0.975, df) * np.sqrt(variance))
    assert (effect.df, effect.n) == (33, 108)


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


def test_independent_items_have_newcombes_limits_and_mcnemars_p():
    before, after = two_systems(board=SINGLES)
    effect = paired_effect(before, after, *SINGLES)
    both, neither = ((before == 1) & (after == 1)).sum(), ((before == 0) & (after == 0)).sum()
    assert_allclose((effect.low, effect.high), newcombe_paired(both, effect.broken, effect.fixed, neither))
    assert effect.p == mcnemar_midp(effect.fixed, effect.broken)


def test_unequal_categories_keep_the_macro_interval_and_repeats_the_sign_flips():
    before, after = two_systems(board=SINGLES)
    unequal = paired_effect(before[1:], after[1:], SINGLES.category[1:], SINGLES.family[1:])
    assert_allclose(unequal.high - unequal.delta, t.ppf(0.975, unequal.df) * unequal.standard_error)
    assert unequal.p == mcnemar_midp(unequal.fixed, unequal.broken)
    halved = np.where(after > 0, 0.5, 0)
    repeated = paired_effect(before, halved, *SINGLES)
    assert_allclose(repeated.high - repeated.delta, t.ppf(0.975, repeated.df) * repeated.standard_error)
    assert repeated.p == sign_flip_p((halved - before) / 60, SINGLES.family)


def test_items_missing_on_either_side_are_left_out():
    before, after = two_systems()
    before[5], after[7] = np.nan, np.nan
    kept = np.delete(np.arange(len(before)), [5, 7])
    expected = paired_effect(before[kept], after[kept], BOARD.category[kept], BOARD.family[kept])
    assert paired_effect(before, after, *BOARD) == expected
    assert expected.n == 106


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
        for name in ("delta", "low", "high", "standard_error", "fixed", "broken"):
            assert_allclose(getattr(matrix, name)[first, second], getattr(effect, name), atol=1e-12)
    assert (matrix.n, matrix.df) == (effect.n, effect.df)


def test_the_matrix_needs_complete_scores_of_all_items():
    with pytest.raises(ValueError, match="finite"):
        pair_matrix([[np.nan, 1], [0, 0]], [1, 1], [1, 2])
    with pytest.raises(ValueError, match="one entry per item"):
        pair_matrix([[0, 1], [0, 0]], [1, 1, 1], [1, 2, 3])


# Sign flips.


def test_all_sign_flips_are_tried_where_they_are_few():
    moves = np.array([3.0, 1.0, 1.0, -2.0])
    signs = np.array(list(itertools.product([1, -1], repeat=4)))
    expected = (np.abs(signs @ moves) >= 3.0).mean()
    assert sign_flip_p(moves, np.arange(4)) == expected


def test_sign_flips_of_single_items_are_mcnemars_exact_test():
    moves = np.r_[np.ones(9), -np.ones(3), np.zeros(20)]
    assert_allclose(sign_flip_p(moves, np.arange(32)), mcnemar_exact(9, 3))
    assert_allclose(sign_flip_p(moves, np.arange(32), flips=4000, seed=1), mcnemar_exact(9, 3), atol=0.02)


def test_items_of_one_family_are_flipped_together():
    assert sign_flip_p(np.ones(10), np.zeros(10, dtype=int)) == 1.0
    assert sign_flip_p(np.ones(10), np.arange(10)) == 2 / 2**10


def test_drawn_sign_flips_repeat_and_are_never_0():
    moves = np.ones(40)
    assert sign_flip_p(moves, np.arange(40), 999, seed=2) == sign_flip_p(moves, np.arange(40), 999, seed=2) == 0.001


def test_no_sign_flip_is_no_test():
    with pytest.raises(ValueError, match="flips"):
        sign_flip_p(np.ones(3), np.arange(3), 0)
