"""Two systems on the same items, as a table of four counts.

a: both have the event; b: only the first; c: only the second; d: neither.
"""

import math

import numpy as np
from scipy.optimize import brentq
from scipy.special import bdtr

from leaderboard.statistics.arrays import FloatArray, finite, plain
from leaderboard.statistics.intervals import Real, critical_value, wilson


def mcnemar_exact(b: int, c: int) -> float:
    """Return the two-sided exact p-value of "both systems fail equally often", from the discordant items alone.

    Counts >= 0; 1 where there is no discordant item. ValueError for a negative or broken count.
    Source: Fagerland, Lydersen and Laake 2013, BMC Medical Research Methodology 13:91.
    """
    few, both = _discordant(b, c)
    return min(1.0, 2 * float(bdtr(few, both, 0.5)))


def mcnemar_midp(b: int, c: int) -> float:
    """Return the two-sided mid-p value of the same hypothesis: less conservative, near its nominal level in practice.

    Counts >= 0; 1 where b = c. ValueError as in `mcnemar_exact`. Source: Fagerland et al. 2013.
    """
    few, both = _discordant(b, c)
    return min(1.0, float(bdtr(few, both, 0.5)) + (float(bdtr(few - 1, both, 0.5)) if few else 0.0))


def newcombe_paired(a: Real, b: Real, c: Real, d: Real, confidence: float = 0.95) -> tuple[Real, Real]:
    """Return limits of the difference of the two rates, first less second = (b - c) / n, in [-1, 1].

    Counts >= 0 with at least one item; arrays are worked on element by element. ValueError otherwise.
    Source: Newcombe 1998, Statistics in Medicine 17:2635, method 10 (Wilson limits, corrected correlation).
    """
    both, first, second, neither = np.broadcast_arrays(*(finite(count, "counts") for count in (a, b, c, d)))
    n = both + first + second + neither
    if (np.minimum.reduce([both, first, second, neither]) < 0).any() or (n <= 0).any():
        raise ValueError("counts: must be at least 0, with at least one item")
    rate_first, rate_second = (both + first) / n, (both + second) / n
    low_first, high_first = wilson(both + first, n, confidence)
    low_second, high_second = wilson(both + second, n, confidence)
    correlation = _correlation(both, first, second, neither)
    below = _joint_distance(rate_first - low_first, high_second - rate_second, correlation)
    above = _joint_distance(high_first - rate_first, rate_second - low_second, correlation)
    difference = (first - second) / n
    return plain(np.maximum(difference - below, -1.0)), plain(np.minimum(difference + above, 1.0))


def tango(b: int, c: int, n: int, confidence: float = 0.95) -> tuple[float, float]:
    """Return the score limits of the difference of the two rates, first less second = (b - c) / n, in [-1, 1].

    Discordant counts b, c >= 0 of n >= b + c items, n > 0. ValueError otherwise.
    Source: Tango 1998, Statistics in Medicine 17:891.
    """
    _discordant(b, c)
    if not n > 0 or b + c > n:
        raise ValueError("n: must be positive and at least b + c")
    z = critical_value(confidence)
    return -_tango_upper(c, b, n, z), _tango_upper(b, c, n, z)


def _discordant(b: int, c: int) -> tuple[int, int]:
    if b < 0 or c < 0 or b != int(b) or c != int(c):
        raise ValueError("b and c: must be whole counts of at least 0")
    return min(int(b), int(c)), int(b) + int(c)


def _correlation(a: FloatArray, b: FloatArray, c: FloatArray, d: FloatArray) -> FloatArray:
    margins = (a + b) * (c + d) * (a + c) * (b + d)
    excess = a * d - b * c
    corrected = np.where(excess > 0, np.maximum(excess - (a + b + c + d) / 2, 0.0), excess)
    return np.divide(corrected, np.sqrt(margins), out=np.zeros_like(margins), where=margins > 0)


def _joint_distance(first: FloatArray, second: FloatArray, correlation: FloatArray) -> FloatArray:
    squared = first**2 - 2 * correlation * first * second + second**2
    return np.asarray(np.sqrt(np.maximum(squared, 0.0)))


def _tango_upper(b: int, c: int, n: int, z: float) -> float:
    def beyond(difference: float) -> float:
        # The nuisance rate of "second only" that is most likely, were this the true difference.
        linear = -b - c + (2 * n - b + c) * difference
        root = math.sqrt(max(linear**2 + 8 * n * c * difference * (1 - difference), 0.0))
        variance = n * (2 * (root - linear) / (4 * n) + difference * (1 - difference))
        return b - c - n * difference + z * math.sqrt(max(variance, 0.0))

    if b == n:
        return 1.0
    # At the estimate itself the variance may be 0 and the equation hold trivially: begin just above it.
    return float(brentq(beyond, (b - c) / n + 1e-9, 1.0, xtol=1e-14))
