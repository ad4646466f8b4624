"""How many items a claim needs, and what a number of items can show at best."""

import math

from numpy.typing import ArrayLike
from scipy.stats import binom, nbinom

from leaderboard.statistics.arrays import finite, open_unit
from leaderboard.statistics.intervals import quantile


def zero_failure_upper(n: float, confidence: float = 0.95) -> float:
    """Return the one-sided upper limit of a rate after no event in n > 0 items: the smallest provable limit.

    With families put the effective items n / deff. ValueError outside the ranges. Source: the exact binomial limit
    1 - (1 - confidence)^(1/n), Hanley and Lippman-Hand 1983, JAMA 249:1743, whose 3/n approximates it.
    """
    if not n > 0:
        raise ValueError("n: must be positive")
    return -math.expm1(math.log1p(-open_unit(confidence, "confidence")) / n)


def zero_failure_items(limit: float, confidence: float = 0.95) -> int:
    """Return the fewest independent items that, without one event, show a rate of at most `limit` in (0, 1)."""
    n = math.ceil(math.log1p(-open_unit(confidence, "confidence")) / math.log1p(-open_unit(limit, "limit")))
    # The quotient of two logarithms may land just beyond a whole number.
    return n - 1 if n > 1 and zero_failure_upper(n - 1, confidence) <= limit else n


def macro_zero_failure_upper(category_n: ArrayLike, confidence: float = 0.95) -> float:
    """Return the one-sided upper limit of a macro rate after no event in any category.

    Items per category, [categories], effective ones with families. The truth that hides best puts all its events into
    the category whose items weigh most: -ln(1 - confidence) * max(w_c / n_c), w_c = 1 / categories.
    """
    sizes = finite(category_n, "category_n")
    if sizes.size == 0 or (sizes <= 0).any():
        raise ValueError("category_n: need at least one category, each with items")
    return min(1.0, -math.log1p(-open_unit(confidence, "confidence")) / (len(sizes) * float(sizes.min())))


def exact_sample_size(true_rate: float, limit: float, confidence: float = 0.95, power: float = 0.8) -> tuple[int, int]:
    """Return (n, failures allowed): the fewest independent items that show "at most `limit`" with the given power.

    0 <= true_rate < limit < 1. The claim is the one-sided Clopper-Pearson upper limit; multiply n by the design effect
    of families. ValueError outside the ranges. Source: exact binomial tails; no approximation.
    """
    if not 0 <= true_rate < open_unit(limit, "limit"):
        raise ValueError("true_rate: must be at least 0 and below the limit")
    open_unit(power, "power")
    failures = 0
    while True:
        # At most `failures` in n at the limit is as rare as the (failures + 1)-th coming after n.
        n = failures + 1 + int(nbinom.ppf(open_unit(confidence, "confidence"), failures + 1, limit))
        if binom.cdf(failures, n, true_rate) >= power:
            return n, failures
        failures += 1


def detectable_difference(
    standard_error: float,
    *,
    confidence: float = 0.95,
    power: float = 0.8,
    comparisons: int = 1,
    df: float | None = None,
) -> float:
    """Return the true difference found with the given power, in the unit of the difference's standard error >= 0.

    The critical value is Bonferroni's for the number of comparisons. ValueError outside the ranges.
    Source: Miller 2024, arXiv 2411.00640, section 5.
    """
    if not standard_error >= 0 or comparisons < 1:
        raise ValueError("standard_error must be at least 0 and comparisons at least 1")
    tail = (1 - open_unit(confidence, "confidence")) / (2 * comparisons)
    return float((quantile(1 - tail, df) + quantile(power)) * standard_error)
