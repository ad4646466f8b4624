"""Whether what is promised holds on average: many drawn boards whose truth is known."""

import numpy as np
import pytest

from leaderboard.statistics import (
    audited_rate,
    lang_reiczigel,
    pair_matrix,
    rank_bounds,
    rate_table,
    separated,
    separated_holm,
    worst_category,
)
from tests.statistics.boards import draw, layout

BOARD = layout(10, 37, 3)
RUNS = 400


def covered(low, high, truth):
    return ((low <= truth) & (truth <= high)).mean()


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_macro_and_category_intervals_cover_95_of_100_truths(seed):
    scores = draw(np.random.default_rng(seed), BOARD, np.full(RUNS, 0.05), 0.3)
    table = rate_table(scores, *BOARD)
    assert 0.92 <= covered(table.low, table.high, 0.05) <= 0.985
    assert 0.92 <= covered(table.category_low, table.category_high, 0.05) <= 0.985


@pytest.mark.parametrize("rate", [0.002, 0.2, 0.5])
def test_rare_and_common_events_are_covered_too(rate):
    scores = draw(np.random.default_rng(3), BOARD, np.full(RUNS, rate), 0.3, repeats=3)
    table = rate_table(scores, *BOARD)
    assert covered(table.low, table.high, rate) >= 0.92
    assert covered(table.category_low, table.category_high, rate) >= 0.92


def test_severity_scores_are_covered():
    generator = np.random.default_rng(4)
    weight = np.array([0.125, 0.25, 0.5, 0.75, 1.0])
    scores = draw(generator, BOARD, np.full(RUNS, 0.05), 0.6)
    scores *= generator.choice(weight, scores.shape)
    table = rate_table(scores, *BOARD, binary=False)
    truth = 0.05 * weight.mean()
    assert 0.92 <= covered(table.low, table.high, truth) <= 0.985
    assert covered(table.category_low, table.category_high, truth) >= 0.92


@pytest.mark.parametrize("spread", [0.0, 0.15])
def test_the_truly_worst_category_is_covered(spread):
    rates = np.r_[np.full(9, 0.05), 0.05 + spread]
    scores = draw(np.random.default_rng(5), BOARD, np.tile(rates[:, None], RUNS), 0.3)
    table = rate_table(scores, *BOARD)
    assert covered(*worst_category(table.category_estimate, table.category_n_eff), rates.max()) >= 0.94


@pytest.mark.parametrize("board", [layout(10, 37, 3), layout(10, 40, 1)], ids=["families", "single items"])
@pytest.mark.parametrize("rate", [0.01, 0.1])
def test_paired_effects_are_covered_at_rare_and_common_events(board, rate):
    generator, hits = np.random.default_rng(6), []
    for _ in range(RUNS // 4):
        scores = draw(generator, board, np.full(6, rate), 0.3)
        pairs = pair_matrix(scores, *board)
        hits.append(covered(pairs.low, pairs.high, 0.0)[()] * 36 - 6)
    assert np.mean(hits) / 30 >= 0.93


@pytest.mark.parametrize("matrix", [separated, separated_holm])
def test_equal_systems_are_rarely_told_apart(matrix):
    generator, wrong = np.random.default_rng(7), 0
    quick = {"draws": 1_000} if matrix is separated else {}
    for _ in range(200):
        table = rate_table(draw(generator, BOARD, np.full(10, 0.1), 0.3), *BOARD)
        wrong += matrix(table.estimate, table.covariance, higher_is_better=False, df=table.df.min(), **quick).any()
    assert wrong / 200 < 0.08


@pytest.mark.parametrize("matrix", [separated, separated_holm])
def test_true_ranks_lie_in_their_sets(matrix):
    generator, hits = np.random.default_rng(8), 0
    rates = np.array([0.02, 0.05, 0.08, 0.15, 0.2, 0.3])
    quick = {"draws": 1_000} if matrix is separated else {}
    for _ in range(100):
        table = rate_table(draw(generator, BOARD, rates, 0.3), *BOARD)
        better = matrix(table.estimate, table.covariance, higher_is_better=False, df=table.df.min(), **quick)
        low, high = rank_bounds(better)
        hits += ((low <= np.arange(1, 7)) & (np.arange(1, 7) <= high)).all()
    assert hits / 100 >= 0.92


def test_corrected_rates_are_covered():
    generator, hits = np.random.default_rng(9), 0
    for _ in range(RUNS):
        apparent = generator.binomial(1000, 0.1 * 0.9 + 0.9 * 0.05) / 1000
        found, cleared = generator.binomial(250, 0.9) / 250, generator.binomial(250, 0.95) / 250
        low, high = lang_reiczigel(apparent, 1000, found, 250, cleared, 250)
        hits += low <= 0.1 <= high
    assert 0.92 <= hits / RUNS <= 0.985


def test_audited_rates_are_covered():
    generator, hits = np.random.default_rng(10), 0
    judged = 0.05 * 0.85 + 0.95 * 0.05
    for _ in range(RUNS):
        unsafe = generator.binomial(1000, judged)
        confirmed = generator.binomial(min(unsafe, 150), 0.05 * 0.85 / judged)
        overturned = generator.binomial(300, 0.05 * 0.15 / (1 - judged))
        audit = (confirmed, min(unsafe, 150), overturned, 300)
        rate = audited_rate(unsafe / 1000, 1000, *audit, draws=2_000)
        hits += rate.low <= 0.05 <= rate.high
    assert 0.91 <= hits / RUNS <= 0.99
