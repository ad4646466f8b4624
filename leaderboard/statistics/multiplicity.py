"""Several claims at once: p-values that keep one error rate for the whole family of claims."""

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr, stdtr

from leaderboard.statistics.arrays import FloatArray, finite, within
from leaderboard.statistics.draws import estimates_with_covariance, joint_errors


def holm(p: ArrayLike, weight: ArrayLike | None = None) -> FloatArray:
    """Return the p-values adjusted by Holm's step-down method, in the order given.

    p[claims] in [0, 1]; an empty family gives an empty answer. A claim is made where its adjusted value is at most the
    error rate of the family. With weight[claims] > 0 a heavier claim gets more of the error rate. ValueError for NaN or
    a weight that is not positive. Source: Holm 1979, Scandinavian Journal of Statistics 6:65, with weights section 4.
    """
    values = within(p, "p")
    share = np.ones_like(values) if weight is None else finite(weight, "weight")
    if values.ndim != 1 or share.shape != values.shape or (share <= 0).any():
        raise ValueError("p: need one value per claim, each with a positive weight")
    order = np.argsort(values / share, kind="stable")
    remaining = np.cumsum(share[order][::-1])[::-1]
    adjusted = np.empty_like(values)
    adjusted[order] = np.minimum(np.maximum.accumulate(values[order] / share[order] * remaining), 1.0)
    return adjusted


def romano_wolf(
    effect: ArrayLike, covariance: ArrayLike, *, df: float | None = None, draws: int = 10_000, seed: int = 0
) -> FloatArray:
    """Return two-sided p-values of "effect is 0", adjusted by stepping down through the largest statistic.

    Effects[claims] and their covariance[claims, claims]. An effect without variance has p = 1. Source: Romano and Wolf
    2005, Econometrica 73:1237, with draws from the covariance instead of the bootstrap.
    """
    values, matrix = estimates_with_covariance(effect, covariance)
    error = np.sqrt(np.maximum(matrix.diagonal(), 0.0))
    precision = np.divide(1.0, error, out=np.zeros_like(error), where=error > 0)
    statistic = np.abs(values * precision)
    drawn = np.abs(joint_errors(values, matrix, df=df, draws=draws, seed=seed) * precision[:, None])
    order = np.argsort(statistic, kind="stable")
    largest = np.maximum.accumulate(drawn[order], axis=0)
    beyond = (1 + (largest >= statistic[order, None]).sum(axis=1)) / (draws + 1)
    adjusted = np.empty_like(statistic)
    adjusted[order] = np.maximum.accumulate(beyond[::-1])[::-1]
    return adjusted


def two_sided_p(statistic: FloatArray, df: ArrayLike | None = None) -> FloatArray:
    """Return the two-sided p-values of t statistics; of normal ones where df is None."""
    tail = ndtr(-np.abs(statistic)) if df is None else stdtr(np.asarray(df), -np.abs(statistic))
    return np.asarray(np.minimum(2 * tail, 1.0), dtype=np.float64)
