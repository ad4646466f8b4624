"""Intervals for one rate: x events in n trials, where both may be fractional (x = rate * n_eff)."""

from typing import Any, TypeVar

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import betaincinv, ndtri, stdtrit

from leaderboard.statistics.arrays import FloatArray, finite, open_unit, plain

Real = TypeVar("Real", float, FloatArray)
"""A number, or an array of numbers that is worked on element by element."""


def quantile(probability: float, df: ArrayLike | None = None) -> Any:
    """Return the quantile of Student's t with `df` degrees of freedom, a number or an array; of the normal where df is
    None or infinite. ValueError for df <= 0."""
    open_unit(probability, "probability")
    if df is None:
        return float(ndtri(probability))
    degrees = np.asarray(df, dtype=np.float64)
    if not (degrees > 0).all():
        raise ValueError("df: must be positive")
    return plain(np.where(np.isinf(degrees), ndtri(probability), stdtrit(degrees, probability)))


def critical_value(confidence: float, df: ArrayLike | None = None) -> Any:
    """Return the factor of a standard error that makes a two-sided interval of the given confidence, as `quantile`."""
    return quantile(0.5 + open_unit(confidence, "confidence") / 2, df)


def normal_n(n: ArrayLike, confidence: float, df: ArrayLike) -> Any:
    """Return how many items with a known design effect are worth n whose design effect has `df` degrees of freedom.

    Exact limits have no place for Student's t, so their items are lowered by the squared ratio of the quantiles; a
    Wilson interval on as many is the one with Student's t on n. n > 0 and df > 0, numbers or arrays; `confidence` is
    one-sided. Source: Korn and Graubard 1998, Survey Methodology 24:193.
    """
    return plain(finite(n, "n") * (quantile(confidence) / quantile(confidence, df)) ** 2)


def wilson(x: Real, n: Real, confidence: float = 0.95, *, df: ArrayLike | None = None) -> tuple[Real, Real]:
    """Return the two-sided Wilson score limits of a rate.

    x events in [0, n] of n > 0 trials; fractional where n is an effective number of items. `df` replaces the normal
    quantile by Student's t. Limits are in [0, 1], exactly 0 at x = 0 and exactly 1 at x = n.
    ValueError outside those ranges. Source: Newcombe 1998, Statistics in Medicine 17:857, method 3.
    """
    events, trials = _counts(x, n)
    squared = critical_value(confidence, df) ** 2
    centre = (events + squared / 2) / (trials + squared)
    spread = events * (trials - events) / trials + squared / 4
    half = np.sqrt(squared * spread) / (trials + squared)
    return _limits(events, trials, centre - half, centre + half)


def clopper_pearson(x: Real, n: Real, confidence: float = 0.95) -> tuple[Real, Real]:
    """Return the two-sided exact limits of a rate, from quantiles of the beta distribution.

    x events in [0, n] of n > 0 trials; fractional x and n continue the exact limits between whole numbers. Limits are
    in [0, 1]. ValueError outside those ranges. Source: Clopper and Pearson 1934, Biometrika 26:404.
    """
    events, trials = _counts(x, n)
    tail = (1 - open_unit(confidence, "confidence")) / 2
    return _limits(events, trials, *_beta_limits(events, trials, tail, tail))


def one_sided(x: Real, n: Real, confidence: float = 0.95) -> tuple[Real, Real]:
    """Return the lower and the upper exact limit of a rate, each of which holds alone at `confidence`.

    Together they are the two-sided Clopper-Pearson interval at 2 * confidence - 1. Ranges as in `clopper_pearson`.
    """
    events, trials = _counts(x, n)
    tail = 1 - open_unit(confidence, "confidence")
    return _limits(events, trials, *_beta_limits(events, trials, tail, tail))


def jeffreys(x: Real, n: Real, confidence: float = 0.95) -> tuple[Real, Real]:
    """Return the two-sided Jeffreys limits of a rate: quantiles of beta(x + 1/2, n - x + 1/2).

    x events in [0, n] of n > 0 trials. The lower limit is 0 at x = 0 and the upper limit 1 at x = n.
    ValueError outside those ranges. Source: Brown, Cai and DasGupta 2001, Statistical Science 16:101.
    """
    events, trials = _counts(x, n)
    tail = (1 - open_unit(confidence, "confidence")) / 2
    first, second = events + 0.5, trials - events + 0.5
    low, high = betaincinv(first, second, tail), betaincinv(first, second, 1 - tail)
    return _limits(events, trials, np.asarray(low, dtype=float), np.asarray(high, dtype=float))


def exact_limits(
    rate: FloatArray, n: FloatArray, lower_tail: float, upper_tail: float
) -> tuple[FloatArray, FloatArray]:
    """Return exact lower and upper limits of rates on n (effective) trials, each with its own tail probability."""
    events, trials = _counts(rate * n, n)
    return _limits(events, trials, *_beta_limits(events, trials, lower_tail, upper_tail))


def _beta_limits(
    events: FloatArray, trials: FloatArray, lower_tail: float, upper_tail: float
) -> tuple[FloatArray, FloatArray]:
    # Where a parameter would be 0 (no event, or nothing but events) the limit is 0 or 1 and `_limits` sets it.
    some, others = np.maximum(events, np.finfo(float).tiny), np.maximum(trials - events, np.finfo(float).tiny)
    low = betaincinv(some, trials - events + 1, lower_tail)
    high = betaincinv(events + 1, others, 1 - upper_tail)
    return np.asarray(low), np.asarray(high)


def _counts(x: float | FloatArray, n: float | FloatArray) -> tuple[FloatArray, FloatArray]:
    events, trials = np.broadcast_arrays(finite(x, "x"), finite(n, "n"))
    if (trials <= 0).any():
        raise ValueError("n: must be positive")
    # rate * n_eff may pass n_eff by a rounding error, which is not a mistake of the caller.
    if ((events < 0) | (events > trials * (1 + 1e-12))).any():
        raise ValueError("x: must be in [0, n]")
    return np.minimum(events, trials), trials


def _limits(events: FloatArray, trials: FloatArray, low: FloatArray, high: FloatArray) -> tuple[Real, Real]:
    rate = events / trials
    low = np.where(events == 0, 0.0, np.clip(low, 0.0, rate))
    high = np.where(events == trials, 1.0, np.clip(high, rate, 1.0))
    return plain(low), plain(high)
