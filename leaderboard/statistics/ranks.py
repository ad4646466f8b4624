"""Rank sets: the ranks a system may have, from which of its differences are shown.

The rank of j is 1 + the number of systems truly better. Differences are paired: systems that answer the same items
share their easy and hard ones, and the covariance of the estimates carries that.
"""

import os
from bisect import bisect_left
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from leaderboard.statistics.arrays import BoolArray, FloatArray, IntArray, open_unit
from leaderboard.statistics.draws import Directions, estimates_with_covariance
from leaderboard.statistics.multiplicity import holm, two_sided_p

CACHED = 262_144
"""Errors that a processor works on at a time: few enough to stay near it, enough for others to work meanwhile."""
CLEAR = 3
"""A decision is clear where the estimated chance is this many of its standard errors from alpha."""
MORE = (10, 40)
"""How many times the draws are tried where they do not decide ..."""
WORK = 200_000_000
"""... as long as draws times pairs stay under this: a second or two."""
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
    pairs, chance = _compare(estimate, covariance, higher_is_better, df, draws, seed)
    systems = len(pairs.statistic)
    if simultaneous:
        return rank_bounds(_shown(pairs, chance, _off_diagonal(systems), confidence, stepdown))
    bounds = [_marginal_bounds(pairs, chance, system, confidence, stepdown) for system in range(systems)]
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
    pairs, chance = _compare(estimate, covariance, higher_is_better, df, draws, seed)
    return _shown(pairs, chance, _off_diagonal(len(pairs.statistic)), confidence, stepdown)


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
) -> tuple[Comparisons, "Chance"]:
    values, matrix = estimates_with_covariance(estimate, covariance)
    chance = Chance(Directions(values, matrix, df=df, seed=seed), draws)
    return _comparisons(values, matrix, higher_is_better), chance


def _comparisons(values: FloatArray, covariance: FloatArray, higher_is_better: bool) -> Comparisons:
    goodness = values if higher_is_better else -values
    total = np.add.outer(covariance.diagonal(), covariance.diagonal())
    variance = total - 2 * covariance
    varies = variance > NO_VARIANCE * total
    precision = np.divide(1.0, np.sqrt(np.where(varies, variance, 1.0)), out=np.zeros_like(variance), where=varies)
    return Comparisons(np.subtract.outer(goodness, goodness) * precision, precision)


def _off_diagonal(systems: int) -> BoolArray:
    return ~np.eye(systems, dtype=np.bool_)


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
        """Return the smallest of the family's positive statistics that is shown to be exceptional; infinity if none is.

        The chance falls as the statistic grows, so it is found by bisection.
        """
        candidates = np.unique(statistic[family & (statistic > 0)])
        largest: dict[int, FloatArray] = {}

        def is_exceptional(value: float) -> bool:
            return self._is_clear(value, precision, family, largest, 1 - confidence)

        if not len(candidates) or not is_exceptional(float(candidates[-1])):
            return np.inf
        place = bisect_left(candidates, True, hi=len(candidates) - 1, key=lambda value: is_exceptional(float(value)))
        return float(candidates[place])

    def _is_clear(
        self, value: float, precision: FloatArray, family: BoolArray, largest: dict[int, FloatArray], alpha: float
    ) -> bool:
        """Whether the chance to exceed a value is clearly under alpha. More directions are drawn while it is too close
        to tell; what stays so is not shown, so that nothing published hangs on a seed."""
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


def _shown(pairs: Comparisons, chance: Chance, family: BoolArray, confidence: float, stepdown: bool) -> BoolArray:
    # Only the ordered pair that is rejected leaves the family; its reverse stays, so that errors stay controlled.
    open_unit(confidence, "confidence")
    remaining = family.copy()
    while remaining.any():
        rejected = remaining & (
            pairs.statistic >= chance.threshold(pairs.statistic, pairs.precision, remaining, confidence)
        )
        remaining &= ~rejected
        if not stepdown or not rejected.any():
            break
    return family & ~remaining


def _marginal_bounds(
    pairs: Comparisons, chance: Chance, system: int, confidence: float, stepdown: bool
) -> tuple[int, int]:
    family = np.zeros_like(pairs.statistic, dtype=np.bool_)
    family[system], family[:, system] = True, True
    family[system, system] = False
    low, high = rank_bounds(_shown(pairs, chance, family, confidence, stepdown))
    return int(low[system]), int(high[system])


def _largest_of_all(precision: FloatArray, errors: FloatArray, family: BoolArray) -> FloatArray:
    """[draws]: in each direction of errors[S, draws], the largest statistic of the family's ordered pairs."""
    systems, draws = errors.shape
    rows = [_row(precision, family, system) for system in range(systems - 1)]
    largest, width = np.full(draws, -np.inf), max(CACHED // systems, 1)

    def work(at: int) -> None:
        _raise_to_largest(largest[at : at + width], np.ascontiguousarray(errors[:, at : at + width]), rows)

    with ThreadPoolExecutor(os.cpu_count()) as pool:  # NumPy leaves Python to others while it works
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
