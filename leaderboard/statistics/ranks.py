"""Rank sets: the ranks a system may have, from which of its differences are shown.

The rank of j is 1 + the number of systems truly better. Differences are paired: systems that answer the same items
share their easy and hard ones, and the covariance of the estimates carries that.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from leaderboard.statistics.arrays import BoolArray, FloatArray, IntArray, open_unit
from leaderboard.statistics.draws import estimates_with_covariance, joint_errors
from leaderboard.statistics.multiplicity import holm, two_sided_p

BLOCK = 512
"""Draws worked on at a time: few enough to stay in a processor's cache."""
NO_VARIANCE = 1e-12
"""A difference whose variance is below this share of its two systems' is rounding: the two are tied."""


class Comparisons(NamedTuple):
    """All ordered pairs of systems, in the direction where more is better."""

    statistic: FloatArray
    """[S, S] t of "row is better than column"; 0 for a tie."""
    precision: FloatArray
    """[S, S] 1 / standard error of the difference; 0 where it has none."""


def rank_sets(
    estimate: ArrayLike,
    covariance: ArrayLike,
    *,
    higher_is_better: bool,
    df: float | None = None,
    confidence: float = 0.95,
    draws: int = 10_000,
    seed: int = 0,
    stepdown: bool = True,
    simultaneous: bool = True,
) -> tuple[IntArray, IntArray]:
    """Return (low, high) of the rank set of every system, arrays[S] of ranks from 1.

    Estimates[S] and their covariance[S, S] in one unit; `df` gives multivariate t draws instead of normal ones.
    Simultaneous sets hold for all systems together, marginal ones for each system alone. The same seed gives the same
    sets, whatever the order of the systems. ValueError for NaN, other shapes, or a matrix that is no covariance.
    Source: Mogstad, Romano, Shaikh and Wilhelm 2024, Review of Economic Studies 91:476.
    """
    pairs, errors = _compare(estimate, covariance, higher_is_better, df, draws, seed)
    if simultaneous:
        return rank_bounds(_shown(pairs, errors, _off_diagonal(len(errors)), confidence, stepdown))
    bounds = [_marginal_bounds(pairs, errors, system, confidence, stepdown) for system in range(len(errors))]
    low, high = np.array(bounds, dtype=np.int64).reshape(-1, 2).T
    return low, high


def separated(
    estimate: ArrayLike,
    covariance: ArrayLike,
    *,
    higher_is_better: bool,
    df: float | None = None,
    confidence: float = 0.95,
    draws: int = 10_000,
    seed: int = 0,
    stepdown: bool = True,
) -> BoolArray:
    """Return [S, S]: whether row is shown to be better than column, all pairs together at `confidence`.

    `rank_bounds` of this matrix are the simultaneous sets of `rank_sets`; arguments, errors and source as there.
    """
    pairs, errors = _compare(estimate, covariance, higher_is_better, df, draws, seed)
    return _shown(pairs, errors, _off_diagonal(len(errors)), confidence, stepdown)


def rank_sets_holm(
    estimate: ArrayLike,
    covariance: ArrayLike,
    *,
    higher_is_better: bool,
    df: float | None = None,
    confidence: float = 0.95,
) -> tuple[IntArray, IntArray]:
    """Return (low, high) of the simultaneous rank sets from Holm's method: no draws, for many systems or many views.

    Arguments and errors as in `rank_sets`. Two-sided tests over unordered pairs, the direction then read off the sign.
    """
    return rank_bounds(
        separated_holm(estimate, covariance, higher_is_better=higher_is_better, df=df, confidence=confidence)
    )


def separated_holm(
    estimate: ArrayLike,
    covariance: ArrayLike,
    *,
    higher_is_better: bool,
    df: float | None = None,
    confidence: float = 0.95,
) -> BoolArray:
    """Return [S, S]: whether row is shown to be better than column by Holm's method over all unordered pairs."""
    values, matrix = estimates_with_covariance(estimate, covariance)
    open_unit(confidence, "confidence")
    statistic = _comparisons(values, matrix, higher_is_better).statistic
    pair = np.triu_indices(len(values), 1)
    different = holm(two_sided_p(statistic[pair], df)) <= 1 - confidence
    shown = np.zeros_like(statistic, dtype=np.bool_)
    shown[pair] = different
    return np.asarray((shown | shown.T) & (statistic > 0))


def rank_bounds(better: ArrayLike) -> tuple[IntArray, IntArray]:
    """Return (low, high) ranks[S] from better[S, S], whether row is shown to be better than column."""
    shown = np.asarray(better, dtype=np.bool_)
    low = 1 + shown.sum(axis=0)
    high = len(shown) - shown.sum(axis=1)
    return low.astype(np.int64), high.astype(np.int64)


def top_group(low: ArrayLike) -> BoolArray:
    """Return [S]: whether a system may be the best, given the low end of its rank set.

    With simultaneous sets this is a confidence set of the truly best system (Mogstad et al. 2024).
    """
    return np.asarray(np.asarray(low) == 1)


def _compare(
    estimate: ArrayLike, covariance: ArrayLike, higher_is_better: bool, df: float | None, draws: int, seed: int
) -> tuple[Comparisons, FloatArray]:
    values, matrix = estimates_with_covariance(estimate, covariance)
    errors = joint_errors(values, matrix, df=df, draws=draws, seed=seed)
    return _comparisons(values, matrix, higher_is_better), errors


def _comparisons(values: FloatArray, covariance: FloatArray, higher_is_better: bool) -> Comparisons:
    goodness = values if higher_is_better else -values
    total = np.add.outer(covariance.diagonal(), covariance.diagonal())
    variance = total - 2 * covariance
    varies = variance > NO_VARIANCE * total
    precision = np.divide(1.0, np.sqrt(np.where(varies, variance, 1.0)), out=np.zeros_like(variance), where=varies)
    return Comparisons(np.subtract.outer(goodness, goodness) * precision, precision)


def _off_diagonal(systems: int) -> BoolArray:
    return ~np.eye(systems, dtype=np.bool_)


def _shown(pairs: Comparisons, errors: FloatArray, family: BoolArray, confidence: float, stepdown: bool) -> BoolArray:
    # Only the ordered pair that is rejected leaves the family; its reverse stays, so that errors stay controlled.
    open_unit(confidence, "confidence")
    remaining = family.copy()
    largest = np.full(errors.shape[1], np.inf)
    while remaining.any():
        largest = _largest(pairs.precision, errors, remaining, largest, confidence)
        rejected = remaining & (pairs.statistic > np.quantile(largest, confidence, method="higher"))
        remaining &= ~rejected
        if not stepdown or not rejected.any():
            break
    return family & ~remaining


def _marginal_bounds(
    pairs: Comparisons, errors: FloatArray, system: int, confidence: float, stepdown: bool
) -> tuple[int, int]:
    order = np.r_[system, np.delete(np.arange(len(errors)), system)]
    own = Comparisons(*(matrix[np.ix_(order, order)] for matrix in pairs))
    family = np.zeros_like(own.statistic, dtype=np.bool_)
    family[0, 1:] = family[1:, 0] = True
    low, high = rank_bounds(_shown(own, errors[order], family, confidence, stepdown))
    return int(low[0]), int(high[0])


def _largest(
    precision: FloatArray, errors: FloatArray, family: BoolArray, bound: FloatArray, confidence: float
) -> FloatArray:
    """Return [draws]: each draw's largest statistic over the family, exact wherever it can touch the quantile.

    `bound` is the same over a larger family, so a draw far down the bound stays below the quantile. It is left at the
    bound, unless the quantile turns out so low that it matters after all.
    """
    floor = np.quantile(bound, max(0.0, 1 - 4 * (1 - confidence)), method="lower")
    near = bound >= floor
    largest = np.where(near, -np.inf, bound)
    largest[near] = _largest_of_all(precision, errors[:, near], family)
    if near.all() or np.quantile(largest, confidence, method="higher") >= floor:
        return largest
    return _largest_of_all(precision, errors, family)


def _largest_of_all(precision: FloatArray, errors: FloatArray, family: BoolArray) -> FloatArray:
    draws = errors.shape[1]
    blocks = [_largest_of_block(precision, errors[:, at : at + BLOCK], family) for at in range(0, draws, BLOCK)]
    return np.concatenate(blocks)


def _largest_of_block(precision: FloatArray, errors: FloatArray, family: BoolArray) -> FloatArray:
    largest = np.full(errors.shape[1], -np.inf)
    for row in range(len(errors) - 1):
        forward, backward = family[row, row + 1 :], family[row + 1 :, row]
        if forward.any() or backward.any():
            statistic = (errors[row] - errors[row + 1 :]) * precision[row, row + 1 :, None]
            np.maximum(largest, _rows(statistic, forward).max(axis=0, initial=-np.inf), out=largest)
            np.maximum(largest, -_rows(statistic, backward).min(axis=0, initial=np.inf), out=largest)
    return largest


def _rows(statistic: FloatArray, kept: BoolArray) -> FloatArray:
    return statistic if kept.all() else statistic[kept]
