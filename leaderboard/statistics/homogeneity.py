"""Whether a judge errs equally often on several groups of responses, such as systems or categories."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import gammaln, xlogy

from leaderboard.statistics.arrays import FloatArray, IntArray, finite

LEVEL = 0.05
"""Below this p-value, adjusted for all tests of a board, the groups are taken to differ."""
DRAWS = (20_000, 200_000)
"""The second number only where the first leaves it open on which side of `LEVEL`, or of a fraction of it, p is."""
OPEN = (LEVEL / 100, 2 * LEVEL)


class Homogeneity(NamedTuple):
    """A test of whether a judge errs equally often on all groups."""

    chi_squared: float
    df: int
    p: float


def homogeneity(errors: ArrayLike, audited: ArrayLike, odds: ArrayLike | None = None, *, seed: int = 0) -> Homogeneity:
    """Return Pearson's statistic of whether a judge errs equally often on all groups, with its conditional p-value.

    errors[groups] of audited[groups] > 0 responses, whole numbers; at least two groups. `odds`[groups] > 0: how much
    likelier an error was to be audited than a right answer, where people looked at different shares of what was judged
    safe and judged unsafe. p is the share of random tables with the same margins whose statistic is as large, drawn
    from a fixed seed, whatever the order of the groups; 1 where the judge never errs or always does. ValueError outside
    the ranges. Sources: Pearson 1900; Monte Carlo p-value as in Davison and Hinkley 1997, section 4.2; with `odds`
    Fisher's noncentral hypergeometric distribution, McCullagh and Nelder 1989, section 7.3.
    """
    wrong, total = finite(errors, "errors"), finite(audited, "audited")
    weight = np.ones_like(total) if odds is None else finite(odds, "odds")
    if wrong.ndim != 1 or not wrong.shape == total.shape == weight.shape or len(wrong) < 2:
        raise ValueError("errors, audited and odds: need one value per group each, of at least two groups")
    if (wrong < 0).any() or (wrong > total).any() or (total <= 0).any() or (weight <= 0).any():
        raise ValueError("errors: must be in [0, audited], audited and odds positive")
    if (wrong % 1).any() or (total % 1).any():
        raise ValueError("errors and audited: must be whole numbers")
    order = np.lexsort([wrong, weight, total])
    counts, sizes, weight = wrong[order].astype(np.int64), total[order].astype(np.int64), weight[order]
    if not 0 < counts.sum() < sizes.sum():
        return Homogeneity(0.0, len(counts) - 1, 1.0)
    share = _shares(int(counts.sum()), sizes, weight)
    generator, above, drawn, p = np.random.default_rng(seed), 0, 0, 1.0
    statistic = float(_statistic(counts, sizes, share))
    for draws in DRAWS:
        tables = _tables(generator, counts, sizes, None if odds is None else weight, draws)
        above += int((_statistic(tables, sizes, share) >= statistic - 1e-9).sum())
        drawn += draws
        p = (1 + above) / (1 + drawn)
        if not OPEN[0] < p < OPEN[1]:
            break
    return Homogeneity(statistic, len(counts) - 1, p)


def _statistic(errors: IntArray, audited: IntArray, share: FloatArray) -> FloatArray:
    return np.asarray(((errors - audited * share) ** 2 / (audited * share * (1 - share))).sum(axis=-1))


def _shares(errors: int, audited: IntArray, odds: FloatArray) -> FloatArray:
    """[groups] the share of errors expected in each, if the judge errs alike: odds times one common factor."""
    low, high = -50.0, 50.0
    for _ in range(100):  # bisection on the logarithm of the factor
        middle = (low + high) / 2
        share = 1 / (1 + np.exp(-middle) / odds)
        low, high = (middle, high) if (audited * share).sum() < errors else (low, middle)
    return np.asarray(share)


def _tables(
    generator: np.random.Generator, errors: IntArray, audited: IntArray, odds: FloatArray | None, draws: int
) -> IntArray:
    """[draws, groups] errors at random among the audited responses, as many in all as there were."""
    if odds is None:
        return generator.multivariate_hypergeometric(audited, int(errors.sum()), draws, method="marginals")
    left, columns = np.full(draws, errors.sum()), []
    for own, later in zip(*_chances(int(errors.sum()), audited, odds), strict=True):
        # [left, own errors]: the chance of each number of errors here, where `left` are in this and all later groups.
        count = np.arange(len(own))
        others = np.arange(len(later))[:, None] - count
        joint = np.where(others >= 0, own * later[np.maximum(others, 0)], 0.0).cumsum(axis=1)
        cumulative = joint / np.maximum(joint[:, -1:], np.finfo(float).tiny)
        row = np.arange(len(later))[:, None]  # added, so that one sorted array holds the distributions of all rows
        drawn = np.searchsorted((cumulative + row).ravel(), generator.random(draws) + left) - left * len(own)
        columns.append(np.minimum(drawn, np.minimum(left, len(own) - 1)))
        left = left - columns[-1]
    return np.stack(columns, axis=1)


def _chances(errors: int, audited: IntArray, odds: FloatArray) -> tuple[list[FloatArray], list[FloatArray]]:
    """The relative chance of each number of errors in a group, and in all later groups together."""
    share = _shares(errors, audited, odds)
    own = [_binomial(int(n), float(p), errors) for n, p in zip(audited, share, strict=True)]
    later = [np.eye(1, errors + 1)[0]]
    for chances in own[:0:-1]:
        later.append(np.convolve(later[-1], chances)[: errors + 1])
    return own, later[::-1]


def _binomial(n: int, p: float, most: int) -> FloatArray:
    """[0..min(n, most)] the chance of each number of errors among n."""
    count = np.arange(min(n, most) + 1)
    logarithm = gammaln(n + 1) - gammaln(count + 1) - gammaln(n - count + 1) + xlogy(count, p) + xlogy(n - count, 1 - p)
    return np.asarray(np.exp(logarithm))
