"""Rank sets: the ranks that a system may have, from the differences that are shown.

The rank of a system is 1 + the number of systems truly better. Differences are paired: systems that answer the same
items share the hard ones, and the covariance of the estimates holds that.
"""

import os
from bisect import bisect_left
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtri, stdtr

from leaderboard.statistics.arrays import BoolArray, FloatArray, IntArray, finite, open_unit
from leaderboard.statistics.draws import Directions, estimates_with_covariance
from leaderboard.statistics.multiplicity import holm, two_sided_p

CACHED = 262_144
"""Errors per unit of work: few enough for the processor's cache, enough to give every thread work."""
CLEAR = 3
"""A decision is clear where the estimated chance is this many of its standard errors from alpha."""
MORE = (10, 40)
"""Where the draws do not decide, this many times as many are drawn ..."""
WORK = 200_000_000
"""... as long as draws times pairs stay under this: a second or two."""
NO_VARIANCE = 1e-12
"""A difference whose variance is below this share of its two systems' is rounding: the two are tied."""


def rank_sets(
    estimate: ArrayLike,
    covariance: ArrayLike,
    *,
    higher_is_better: bool,
    df: float | None = None,
    confidence: float = 0.95,
    draws: int = 10_000,
    seed: int = 0,
) -> tuple[IntArray, IntArray]:
    """Return (low, high) of the rank set of every system, arrays[S] of ranks from 1: those of `separated`.

    The sets hold for all systems together. Arguments, errors and source as in `separated`.
    """
    return rank_bounds(
        separated(
            estimate,
            covariance,
            higher_is_better=higher_is_better,
            df=df,
            confidence=confidence,
            draws=draws,
            seed=seed,
        )
    )


def separated(
    estimate: ArrayLike,
    covariance: ArrayLike,
    *,
    higher_is_better: bool,
    df: float | None = None,
    statistic: ArrayLike | None = None,
    confidence: float = 0.95,
    draws: int = 10_000,
    seed: int = 0,
) -> BoolArray:
    """Return [S, S]: whether row is shown to be better than column, all pairs together at `confidence`.

    Estimates[S] and their covariance[S, S] in one unit; `df` gives multivariate t draws instead of normal ones.
    `statistic`[S, S] is that of `comparisons` where it is not to be the estimates' own. The same seed gives the same
    answer, whatever the order of the systems. ValueError for NaN, other shapes, or a matrix that is no covariance.
    Source: Mogstad, Romano, Shaikh and Wilhelm 2024, Review of Economic Studies 91:476.
    """
    values, matrix = estimates_with_covariance(estimate, covariance)
    open_unit(confidence, "confidence")
    chance = Chance(Directions(values, matrix, df=df, seed=seed), draws)
    precision = _precision(matrix)
    observed = _observed(values, precision, higher_is_better, statistic)
    everything = ~np.eye(len(values), dtype=np.bool_)
    # Step down: only the rejected ordered pair leaves the family. Its reverse stays, so that the error rate holds.
    remaining = everything.copy()
    while remaining.any():
        threshold = chance.threshold(observed, precision, remaining, confidence)
        rejected = remaining & (observed >= threshold)
        if not rejected.any():
            break
        remaining &= ~rejected
    return everything & ~remaining


def separated_holm(
    estimate: ArrayLike,
    covariance: ArrayLike,
    *,
    higher_is_better: bool,
    df: float | None = None,
    statistic: ArrayLike | None = None,
    confidence: float = 0.95,
) -> BoolArray:
    """Return [S, S]: whether row is shown to be better than column by Holm's method over all unordered pairs.

    Arguments and errors as in `separated`.
    """
    values, matrix = estimates_with_covariance(estimate, covariance)
    open_unit(confidence, "confidence")
    observed = _observed(values, _precision(matrix), higher_is_better, statistic)
    pair = np.triu_indices(len(values), 1)
    different = holm(two_sided_p(np.maximum(np.maximum(observed, observed.T), 0.0)[pair], df)) <= 1 - confidence
    shown = np.zeros_like(observed, dtype=np.bool_)
    shown[pair] = different
    return np.asarray((shown | shown.T) & (observed > 0))


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


def comparisons(difference: ArrayLike, variance: ArrayLike, df: ArrayLike) -> FloatArray:
    """Return [S, S]: the statistic of "row is better than column" on the normal scale; 0 for a tie.

    difference[S, S] is by how much row is better, variance[S, S] >= 0 that of it, and `df` > 0 its degrees of freedom,
    possibly infinite: the statistic is the normal quantile that is as improbable as Student's t, at most 37. A
    difference without variance is a tie.
    """
    apart, spread = finite(difference, "difference"), finite(variance, "variance")
    precision = np.divide(1.0, np.sqrt(np.where(spread > 0, spread, 1.0)), out=np.zeros_like(spread), where=spread > 0)
    tail = stdtr(np.asarray(df, dtype=np.float64), -np.abs(apart * precision))
    return np.asarray(-ndtri(np.maximum(tail, np.finfo(float).tiny)) * np.sign(apart * precision))


def _precision(covariance: FloatArray) -> FloatArray:
    """[S, S] 1 / standard error of the difference; 0 where it has none."""
    total = np.add.outer(covariance.diagonal(), covariance.diagonal())
    variance = total - 2 * covariance
    varies = variance > NO_VARIANCE * total
    return np.divide(1.0, np.sqrt(np.where(varies, variance, 1.0)), out=np.zeros_like(variance), where=varies)


def _observed(
    values: FloatArray, precision: FloatArray, higher_is_better: bool, statistic: ArrayLike | None
) -> FloatArray:
    """[S, S] statistic of "row is better than column"; 0 for a tie."""
    if statistic is not None:
        return finite(statistic, "statistic")
    goodness = values if higher_is_better else -values
    return np.asarray(np.subtract.outer(goodness, goodness) * precision)


class Chance:
    """How likely the largest statistic of a family of pairs is to exceed a value, if no system were better."""

    def __init__(self, directions: Directions, draws: int) -> None:
        if draws < 1:
            raise ValueError("draws: need at least one")
        self._directions, self._draws = directions, draws
        self._errors: dict[int, FloatArray] = {}

    def errors(self, draws: int) -> FloatArray:
        """Return [S, draws] directions, drawn once."""
        if draws not in self._errors:
            self._errors[draws] = self._directions.errors(draws)
        return self._errors[draws]

    def threshold(self, statistic: FloatArray, precision: FloatArray, family: BoolArray, confidence: float) -> float:
        """Return the smallest of the family's positive statistics that is exceptional; infinity if none is.

        The chance falls as the statistic grows, so bisection finds it.
        """
        candidates = np.unique(statistic[family & (statistic > 0)])
        largest: dict[int, FloatArray] = {}

        def is_exceptional(value: float) -> bool:
            return self._is_clear(value, precision, family, largest, 1 - confidence)

        if not len(candidates) or not is_exceptional(float(candidates[-1])):
            return np.inf
        position = bisect_left(candidates, True, hi=len(candidates) - 1, key=lambda value: is_exceptional(float(value)))
        return float(candidates[position])

    def _is_clear(
        self, value: float, precision: FloatArray, family: BoolArray, largest: dict[int, FloatArray], alpha: float
    ) -> bool:
        """Whether the chance to exceed a value is clearly under alpha.

        More directions are drawn while it is too close to tell. What stays unclear is not shown, so that no published
        number depends on a seed.
        """
        for draws in self._ladder(int(family.sum())):
            if draws not in largest:
                largest[draws] = _largest_of_all(precision, self.errors(draws), family)
            tail = self._directions.tail(value, largest[draws])
            error = float(tail.std()) / np.sqrt(draws)
            if abs(tail.mean() - alpha) > CLEAR * error:
                return bool(tail.mean() < alpha)
        return False

    def _ladder(self, pairs: int) -> list[int]:
        more = [self._draws * times for times in MORE]
        return [self._draws, *(draws for draws in more if draws * pairs <= WORK)]


def _largest_of_all(precision: FloatArray, errors: FloatArray, family: BoolArray) -> FloatArray:
    """[draws]: in each direction of errors[S, draws], the largest statistic of the family's ordered pairs."""
    systems, draws = errors.shape
    rows = [_row(precision, family, system) for system in range(systems - 1)]
    largest, width = np.full(draws, -np.inf), max(CACHED // systems, 1)

    def work(at: int) -> None:
        _raise_to_largest(largest[at : at + width], np.ascontiguousarray(errors[:, at : at + width]), rows)

    with ThreadPoolExecutor(os.cpu_count()) as pool:  # NumPy releases the GIL
        list(pool.map(work, range(0, draws, width)))
    return largest


class Row(NamedTuple):
    """One system against those after it."""

    system: int
    others: IntArray
    """[K] the systems compared with; first those of which both ordered pairs are in the family."""
    weight: FloatArray
    """[K, 1] precision; negative where only "the other is better" is in the family."""
    both: int


def _row(precision: FloatArray, family: BoolArray, system: int) -> Row:
    after = slice(system + 1, None)
    forward, backward = family[system, after], family[after, system]
    both = np.flatnonzero(forward & backward)
    others = np.concatenate([both, np.flatnonzero(forward ^ backward)])
    signed = np.where(forward, precision[system, after], -precision[system, after])
    return Row(system, others + system + 1, signed[others, None], len(both))


def _raise_to_largest(largest: FloatArray, errors: FloatArray, rows: Sequence[Row]) -> None:
    """Raises largest[draws] to the largest statistic of any row, all work in one buffer."""
    space = np.empty_like(errors)
    for row in rows:
        if len(row.others):
            statistic = np.take(errors, row.others, axis=0, out=space[: len(row.others)], mode="clip")
            np.subtract(errors[row.system], statistic, out=statistic)
            np.multiply(statistic, row.weight, out=statistic)
            np.abs(statistic[: row.both], out=statistic[: row.both])
            np.maximum(largest, statistic.max(axis=0), out=largest)
