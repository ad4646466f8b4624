import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_array_equal
from scipy.stats import t as student_t

from leaderboard.statistics import (
    macro_estimate,
    rank_bounds,
    rank_sets,
    rate_table,
    separated,
    separated_holm,
    top_group,
)
from leaderboard.statistics.draws import joint_errors
from leaderboard.statistics.ranks import CACHED
from tests.statistics import pisa
from tests.statistics.boards import draw, layout

DRAWS = 2_000


def rank_sets_holm(*arguments, **keywords):
    return rank_bounds(separated_holm(*arguments, **keywords))


SETS = (rank_sets, rank_sets_holm)
MATRICES = (separated, separated_holm)


def ranked(scores, board, sets=rank_sets, **keywords):
    estimate, covariance, df = macro_estimate(scores, *board)
    if sets is rank_sets:
        keywords = {"draws": DRAWS} | keywords
    return sets(estimate, covariance, higher_is_better=False, df=df, **keywords)


@st.composite
def estimates(draw_from):
    """Any few estimates with a covariance, some of them tied."""
    size = draw_from(st.integers(1, 6))
    generator = np.random.default_rng(draw_from(st.integers(0, 2**32 - 1)))
    factor = generator.normal(size=(size, size + 2)) * 0.02
    return np.round(generator.random(size) * 0.4, draw_from(st.sampled_from([1, 3]))), factor @ factor.T


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_rank_sets_of_pisa_equal_those_of_csranks(seed):
    sets = rank_sets(pisa.SCORE, np.diag(pisa.ERROR**2), higher_is_better=True, draws=20_000, seed=seed)
    for ends, published in zip(sets, pisa.STEPDOWN, strict=True):
        assert (ends == published).sum() >= 37
        assert np.abs(ends - published).max() <= 1


@pytest.mark.parametrize(
    ("correlation", "low", "high"),
    [(0.0, [1, 1, 2, 3, 5], [2, 3, 4, 4, 5]), (0.9, [1, 2, 3, 3, 5], [1, 2, 4, 4, 5])],
)
def test_pairing_narrows_rank_sets_as_in_csranks(correlation, low, high):
    covariance = 0.02**2 * (correlation + (1 - correlation) * np.eye(5))
    theta = [0.1, 0.13, 0.2, 0.22, 0.35]
    sets = rank_sets(theta, covariance, higher_is_better=False, draws=20_000)
    assert_array_equal(sets, [low, high])


@pytest.mark.parametrize("sets", SETS)
@settings(max_examples=40)
@given(estimates(), st.booleans())
def test_a_rank_set_contains_the_observed_rank(sets, values, higher):
    estimate, covariance = values
    low, high = sets(estimate, covariance, higher_is_better=higher)
    goodness = estimate if higher else -estimate
    best = 1 + (goodness[:, None] < goodness).sum(axis=1)
    worst = len(goodness) - (goodness[:, None] > goodness).sum(axis=1)
    assert ((low >= 1) & (low <= best) & (worst <= high) & (high <= len(estimate))).all()


@pytest.mark.parametrize("matrix", MATRICES)
@settings(max_examples=40)
@given(estimates())
def test_nobody_is_shown_better_and_worse_than_the_same_system(matrix, values):
    better = matrix(*values, higher_is_better=True)
    assert not (better & better.T).any()
    assert not better.diagonal().any()


@pytest.mark.parametrize("matrix", MATRICES)
@settings(max_examples=40)
@given(estimates())
def test_what_is_shown_has_the_direction_of_the_estimates(matrix, values):
    estimate, covariance = values
    winners, losers = np.nonzero(matrix(estimate, covariance, higher_is_better=False))
    assert (estimate[winners] < estimate[losers]).all()


@pytest.mark.parametrize("sets", SETS)
@settings(max_examples=30)
@given(estimates(), st.integers(0, 2**32 - 1))
def test_the_order_of_systems_changes_nothing(sets, values, seed):
    estimate, covariance = values
    order = np.random.default_rng(seed).permutation(len(estimate))
    expected = sets(estimate, covariance, higher_is_better=True)
    shuffled = sets(estimate[order], covariance[np.ix_(order, order)], higher_is_better=True)
    assert_array_equal(shuffled, np.array(expected)[:, order])


@pytest.mark.parametrize("sets", SETS)
@settings(max_examples=30)
@given(estimates(), st.floats(0.01, 1000))
def test_the_unit_of_measurement_changes_nothing(sets, values, unit):
    estimate, covariance = values
    expected = sets(estimate, covariance, higher_is_better=True)
    assert_array_equal(sets(unit * estimate, unit**2 * covariance, higher_is_better=True), expected)


@pytest.mark.parametrize("sets", SETS)
@settings(max_examples=30)
@given(estimates())
def test_lower_is_better_is_higher_is_better_of_the_complement(sets, values):
    estimate, covariance = values
    unsafe = sets(estimate, covariance, higher_is_better=False)
    assert_array_equal(unsafe, sets(1 - estimate, covariance, higher_is_better=True))


@pytest.mark.parametrize("sets", SETS)
def test_the_order_of_items_changes_nothing(sets):
    board = layout(4, 20, 3)
    scores = draw(np.random.default_rng(0), board, np.array([0.05, 0.05, 0.2, 0.22, 0.5]), 0.3)
    order = np.random.default_rng(1).permutation(len(scores))
    shuffled = ranked(scores[order], (board.category[order], board.family[order]), sets)
    assert_array_equal(shuffled, ranked(scores, board, sets))


@pytest.mark.parametrize("sets", SETS)
def test_a_system_and_its_double_share_a_rank_set(sets):
    board = layout(4, 20, 3)
    scores = draw(np.random.default_rng(2), board, np.array([0.05, 0.2, 0.5]), 0.3)
    low, high = ranked(scores[:, [0, 1, 1, 2]], board, sets)
    assert (low[1], high[1]) == (low[2], high[2])
    assert high[1] > low[1]


@pytest.mark.parametrize("sets", SETS)
def test_a_double_never_improves_the_rank_set_of_another(sets):
    board = layout(4, 20, 3)
    scores = draw(np.random.default_rng(3), board, np.array([0.02, 0.1, 0.3, 0.6]), 0.3)
    low, high = ranked(scores, board, sets)
    doubled_low, doubled_high = ranked(scores[:, [0, 1, 2, 3, 1]], board, sets)
    assert (doubled_low[:4] >= low).all()
    assert (doubled_high[:4] >= high).all()


@pytest.mark.parametrize("sets", SETS)
def test_one_system_is_first_and_no_system_has_no_rank(sets):
    assert_array_equal(sets([0.1], [[0.01]], higher_is_better=True), [[1], [1]])
    assert_array_equal(sets([], np.zeros((0, 0)), higher_is_better=True), np.zeros((2, 0)))


@pytest.mark.parametrize("sets", SETS)
def test_systems_without_any_variance_are_tied(sets):
    low, high = sets([0.0, 0.0, 1.0], np.zeros((3, 3)), higher_is_better=True)
    assert_array_equal([low, high], [[1, 1, 1], [3, 3, 3]])


def test_the_same_seed_gives_the_same_sets():
    values = np.linspace(0.1, 0.2, 8), np.diag(np.full(8, 0.001**2))
    first, second = (rank_sets(*values, higher_is_better=True, draws=CACHED // 8 + 1, seed=5) for _ in range(2))
    assert_array_equal(first, second)


@settings(max_examples=25)
@given(estimates())
def test_rank_sets_are_the_bounds_of_what_is_separated(values):
    better = separated(*values, higher_is_better=True, df=7, draws=DRAWS, seed=1)
    expected = rank_sets(*values, higher_is_better=True, df=7, draws=DRAWS, seed=1)
    assert_array_equal(rank_bounds(better), expected)


def test_few_degrees_of_freedom_show_less():
    values = np.linspace(0.1, 0.3, 6), np.diag(np.full(6, 0.02**2))
    plain = separated(*values, higher_is_better=True).sum()
    assert separated(*values, higher_is_better=True, df=3).sum() < plain
    assert separated_holm(*values, higher_is_better=True, df=3).sum() < plain


def stepped_down_by_hand(estimate, errors, spread):
    """The algorithm as it is written down: every pair, every draw, every step."""
    pairs = [(i, j) for i in range(len(estimate)) for j in range(len(estimate)) if i != j]
    shown = set()
    while True:
        largest = np.max([(errors[i] - errors[j]) / spread[i, j] for i, j in pairs], axis=0)
        limit = np.quantile(largest, 0.95, method="higher")
        new = {(i, j) for i, j in pairs if (estimate[i] - estimate[j]) / spread[i, j] > limit}
        if not new:
            return shown
        shown |= new
        pairs = [pair for pair in pairs if pair not in new]


@pytest.mark.parametrize("gap", [0.01, 0.02, 0.03, 0.04, 0.2])
def test_stepping_down_follows_the_algorithm_as_written(gap):
    estimate = np.arange(7) * gap + np.array([0, 0, 0.5, 0.5, 1, 1, 1])
    covariance = 0.01**2 * (0.4 + 0.6 * np.diag([1.0, 2, 3, 1, 2, 3, 1]))
    errors = joint_errors(estimate, covariance, df=8, draws=DRAWS, seed=3)
    variance = covariance.diagonal()
    spread = np.sqrt(np.add.outer(variance, variance) - 2 * covariance + np.eye(7))
    better = separated(estimate, covariance, higher_is_better=True, df=8, draws=DRAWS, seed=3)
    assert set(zip(*np.nonzero(better), strict=True)) == stepped_down_by_hand(estimate, errors, spread)


def test_a_pair_at_the_very_edge_is_not_shown_whatever_the_seed():
    # Two systems: the largest of both directions is |t|, so the edge is known exactly.
    edge = student_t.isf(0.025, 20)
    for seed in range(6):
        shown = [
            separated(
                [0.0, edge * factor], 0.5 * np.eye(2), higher_is_better=True, df=20, draws=10_000, seed=seed
            ).any()
            for factor in (0.97, 1.0, 1.03)
        ]
        assert shown == [False, False, True]


def test_the_top_group_is_who_may_be_first():
    assert top_group([1, 1, 2]).tolist() == [True, True, False]


def test_holm_ranks_a_thousand_systems_like_few():
    board = layout(10, 37, 3)
    scores = draw(np.random.default_rng(4), board, np.linspace(0.01, 0.6, 1000), 0.3)
    table = rate_table(scores, *board)
    low, high = rank_sets_holm(table.estimate, table.covariance, higher_is_better=False, df=table.df.min())
    assert (low <= high).all()
    assert low[0] == 1 and high[-1] == 1000
    assert low[-1] > 800


@pytest.mark.parametrize("sets", SETS)
@pytest.mark.parametrize(
    ("estimate", "covariance", "reason"),
    [
        ([0.1, np.nan], np.eye(2), "estimate"),
        ([0.1, 0.2], np.full((2, 2), np.nan), "covariance"),
        ([0.1, 0.2], np.eye(3), "estimate and covariance"),
        ([[0.1]], [[1.0]], "estimate and covariance"),
        ([0.1, 0.2], [[1.0, 0.5], [0.0, 1.0]], "symmetric"),
    ],
)
def test_estimates_without_a_covariance_are_refused(sets, estimate, covariance, reason):
    with pytest.raises(ValueError, match=reason):
        sets(estimate, covariance, higher_is_better=True)


@pytest.mark.parametrize("matrix", [rank_sets, *MATRICES, rank_sets_holm])
def test_a_confidence_outside_0_to_1_is_refused(matrix):
    with pytest.raises(ValueError, match="confidence"):
        matrix([0.1, 0.2], np.eye(2), higher_is_better=True, confidence=1.0)
