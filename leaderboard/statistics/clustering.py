"""How far the items of a family say the same, and what that costs in effective items."""

from typing import NamedTuple

import numpy as np

from leaderboard.statistics.arrays import FloatArray, column_sums
from leaderboard.statistics.influence import Design, cell_deviations, sum_by

RARE_EVENTS = 5
"""Below this number of independent events the observed correlation within families is not to be trusted alone."""
RARE_CORRELATION = 0.5
"""The correlation within a family that is then assumed at least, and by which events are counted as independent."""


class Clustering(NamedTuple):
    """How far the items of a family say the same, pooled over categories."""

    correlation: FloatArray
    """[S] of two items of a family, in [0, 1]."""
    spread: FloatArray
    """[S] an item's variance over that of an outcome of 0 or 1 with the same rate, in [0, 1]: 1 without repeats."""

    def deff(self, family_size: FloatArray) -> FloatArray:
        """Return the design effect where an average item's family has family_size[..., 1] items."""
        return np.asarray(self.spread * (1 + self.correlation * (family_size - 1)))


def estimate_clustering(
    scores: FloatArray, by_category: FloatArray, design: Design, deff_step: float | None = None
) -> Clustering:
    """Return how far the items of a family say the same, from how much families' totals vary.

    The moments of all categories are added, each over its items: E sum of squared totals, corrected for leverage, is
    n + correlation * sum of m (m - 1) items' variances. Source: the analysis of variance estimator of an intraclass
    correlation, Ridout, Demetrio and Firth 1999, Biometrics 55:137, with CR2's correction of families of unequal size.
    """
    n, m, leverage = design.category_n[:, None], design.cell_n, design.leverage
    categories, of = len(design.category_n), design.cell_category
    item = by_category * (1 - by_category)  # of an outcome of 0 or 1
    squares = sum_by(design.category, (scores - by_category[design.category]) ** 2, categories)
    totals = cell_deviations(scores, by_category, design) ** 2 / (1 - leverage)[:, None]
    between = sum_by(of, totals, categories)
    pairs = np.bincount(of, m * (m - 1.0), categories)
    weight = (m * (m - 1.0) * (1 - 2 * leverage) + leverage**2 * pairs[of]) / (1 - leverage)
    expected = np.bincount(of, weight, categories)[:, None]
    excess = column_sums((between * (1 - 1 / n) - squares) / n)
    scale = column_sums((squares / n * expected + between * pairs[:, None] / n**2) / n)
    correlation = np.clip(np.divide(excess, scale, out=np.zeros_like(excess), where=scale > 0), 0.0, 1.0)
    variance, binary = column_sums(squares / n), column_sums(item)
    # Rounded: without repeats the two are the same sum added in another order.
    spread = np.divide(variance, binary, out=np.ones_like(binary), where=variance > 0)
    spread = np.asarray(np.maximum(np.round(spread, 9), 1e-9))
    if deff_step:
        more = float(np.mean(family_sizes(design))) - 1
        step = deff_step / more if more > 1e-9 else 1.0
        correlation = np.minimum(_round_up(correlation, step), 1.0)
        spread = np.minimum(_round_up(spread, deff_step), 1.0)
    return Clustering(correlation, spread)


def cautious(clustering: Clustering, by_category: FloatArray, design: Design) -> Clustering:
    """Return the clustering, raised where the families that could show it had too few events, or non-events.

    Of families with several items, these are fewer than five independent ones, were families correlated by one half.
    """
    size_of = design.family_n[design.family]
    several = size_of > 1
    items = np.bincount(design.category[several], minlength=len(by_category)).astype(np.float64)[:, None]
    size = float(size_of[several].mean()) if several.any() else 1.0
    events = column_sums(by_category * items)
    independent = np.minimum(events, items.sum() - events) / (1 + (size - 1) * RARE_CORRELATION)
    # Rounded: thirds add up to 5 or slightly less, depending on the order of the items.
    rare = np.round(independent, 9) < RARE_EVENTS
    return Clustering(
        np.where(rare, np.maximum(clustering.correlation, RARE_CORRELATION), clustering.correlation),
        np.where(rare & several.any(), 1.0, clustering.spread),
    )


def family_sizes(design: Design) -> FloatArray:
    """Return [C] the items that an average item's family has in its category."""
    return np.asarray(np.bincount(design.cell_category, design.cell_n**2.0) / design.category_n, dtype=np.float64)


def correlation_df(design: Design) -> float:
    """Return the effective families less one that show the correlation, by their pairs of items; infinite where none
    does."""
    pairs = (design.cell_n - 1.0) * design.leverage
    return float(pairs.sum() ** 2 / (pairs**2).sum() - 1) if pairs.any() else float(np.inf)


def _round_up(value: FloatArray, step: float) -> FloatArray:
    # A multiple that a rounding error has put slightly above itself stays what it is.
    return np.asarray(np.ceil(value / step - 1e-9) * step)
