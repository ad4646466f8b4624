"""Rates of many systems on one board: headline, categories, worst category and rerun noise."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.sparse import csr_array

from leaderboard.statistics.arrays import (
    FloatArray,
    IntArray,
    Labels,
    column_sums,
    finite,
    open_unit,
    plain,
    score_matrix,
    within,
)
from leaderboard.statistics.clustering import Clustering, cautious, correlation_df, estimate_clustering, family_sizes
from leaderboard.statistics.influence import (
    Design,
    category_means,
    degrees_of_freedom,
    influence,
    require_items,
    sampling_design,
)
from leaderboard.statistics.intervals import Real, exact_limits, normal_n, wilson

LEAST_SHOWN = 8.0
"""Degrees of freedom that a correlation has at least: it lies between 0 and 1, however few families show it."""


class MacroRate(NamedTuple):
    """The mean of category rates, and how much the items are worth for it; each [S]."""

    estimate: FloatArray
    n_eff: FloatArray
    deff: FloatArray
    df: FloatArray


class RateTable(NamedTuple):
    """Rates in [0, 1] of S systems on one board of C categories, with 95 % limits by default."""

    estimate: FloatArray
    """[S] macro rate: the mean of the category rates."""
    low: FloatArray
    """[S] lower limit of `estimate`."""
    high: FloatArray
    """[S] upper limit of `estimate`."""
    n: int
    """Items."""
    n_eff: FloatArray
    """[S] the number of independent items that would be as informative."""
    deff: FloatArray
    """[S] design effect: items' weight of evidence, 1 / sum of squared weights, over `n_eff`."""
    df: FloatArray
    """[S] degrees of freedom of the limits; infinite where no family has several items."""
    micro: FloatArray
    """[S] the mean over items, whatever their category."""
    categories: Labels
    """[C] category labels, sorted."""
    category_estimate: FloatArray
    """[C, S] rate of each category."""
    category_low: FloatArray
    """[C, S] lower limit of each category's rate."""
    category_high: FloatArray
    """[C, S] upper limit of each category's rate."""
    category_n: IntArray
    """[C] items per category."""
    category_n_eff: FloatArray
    """[C, S] effective items per category."""
    category_df: FloatArray
    """[C, S] degrees of freedom of the categories' limits."""
    correlation: FloatArray
    """[S] as in `Clustering`."""
    spread: FloatArray
    """[S] as in `Clustering`."""
    influence: FloatArray
    """[G, S] what each family adds to each macro rate."""

    @property
    def covariance(self) -> FloatArray:
        """Return [S, S]: the covariance of the macro rates."""
        return np.asarray(self.influence.T @ self.influence)

    @property
    def clustering(self) -> Clustering:
        return Clustering(self.correlation, self.spread)


def rate_table(
    scores: ArrayLike,
    category: ArrayLike,
    family: ArrayLike,
    *,
    confidence: float = 0.95,
    binary: bool = True,
    deff_step: float | None = None,
) -> RateTable:
    """Return the macro, micro and category rates of every system, with Wilson limits on effective items.

    Scores are floats[items, systems] in [0, 1], repeats of an item already averaged; category and family are
    labels[items]. With `binary` false (a severity score) an item may be worth more than one of outcome 0 or 1. With
    `deff_step` the design effect is rounded up to a multiple of it, so that an interval, a little wider, does not tell
    the exact variance between families: everything else follows from the category rates. A system's numbers do not
    depend on the other systems, bit for bit. ValueError for NaN, no item or unequal lengths; TooFewFamilies where a
    category has one family. Sources: Wilson limits on n / deff with Student's t, Korn and Graubard 1998, Survey
    Methodology 24:193; deff = 1 + (m - 1) correlation, Kish 1965; the floor under rare events is this project's.
    """
    matrix = score_matrix(scores)
    design = sampling_design(category, family)
    require_items(matrix, design)
    by_category = category_means(matrix, design)
    clustering = cautious(estimate_clustering(matrix, by_category, design, deff_step), by_category, design)
    macro = macro_rate(by_category, clustering, design, binary=binary)
    low, high = rate_limits(macro.estimate, macro.n_eff, macro.df, confidence)
    category_deff = clustering.deff(family_sizes(design)[:, None])
    category_n_eff = design.category_n[:, None] / (np.maximum(category_deff, 1.0) if binary else category_deff)
    category_df = np.minimum(macro.df, _category_df(design)[:, None])
    category_low, category_high = rate_limits(by_category, category_n_eff, category_df, confidence)
    return RateTable(
        estimate=macro.estimate,
        low=low,
        high=high,
        n=len(matrix),
        n_eff=macro.n_eff,
        deff=macro.deff,
        df=macro.df,
        micro=column_sums(matrix) / len(matrix),
        categories=design.categories,
        category_estimate=by_category,
        category_low=category_low,
        category_high=category_high,
        category_n=design.category_n,
        category_n_eff=category_n_eff,
        category_df=category_df,
        correlation=clustering.correlation,
        spread=clustering.spread,
        influence=influence(matrix, design),
    )


def rate_limits(rate: Real, n_eff: Real, df: Real, confidence: float = 0.95) -> tuple[Real, Real]:
    """Return the limits of a rate on effective items: the interval of every published rate, chosen here alone."""
    return wilson(rate * n_eff, n_eff, confidence, df=df)


def macro_rate(by_category: FloatArray, clustering: Clustering, design: Design, *, binary: bool = True) -> MacroRate:
    """Return the macro rate over the categories of a design, from by_category[categories, systems] alone.

    The effective items are those of a rate that is the same in every category or, if fewer, rate (1 - rate) over the
    variance that the categories' own rates give: a small category with a high rate makes the mean less sure.
    """
    estimate = column_sums(by_category) / len(by_category)
    weighted_n = 1.0 / float((design.weight**2).sum())  # the independent items that would be as informative
    # Of an average item, by the squares of weights; families that span categories count whole.
    family_size = weighted_n * float(design.overlap.sum()) / len(by_category) ** 2
    correlation, spread = clustering
    deff = clustering.deff(np.asarray(family_size))
    n_eff = weighted_n / (np.maximum(deff, 1.0) if binary else deff)
    deviation = np.sqrt(spread * by_category * (1 - by_category))  # of one item
    alone = column_sums(deviation**2 / design.category_n[:, None])
    together = column_sums(deviation * (csr_array(design.overlap) @ deviation))
    spanned = correlation * (together - alone)  # what families add
    variance = (alone + spanned) / len(by_category) ** 2
    own = np.divide(estimate * (1 - estimate), variance, out=n_eff.copy(), where=variance > 0)
    # A severity score varies less than a rate, so its items may be worth more than their number.
    n_eff = np.where(binary | (spread == 1), np.minimum(n_eff, own), own)
    by_families = np.divide(spanned, alone + spanned, out=np.zeros_like(spanned), where=alone + spanned > 0)
    df = _degrees_of_freedom(by_category, correlation, by_families, design)
    return MacroRate(estimate, n_eff, weighted_n / n_eff, df)


def _degrees_of_freedom(
    by_category: FloatArray, correlation: FloatArray, by_families: FloatArray, design: Design
) -> FloatArray:
    """[S] those of the categories joined or, if fewer, those of the correlation, which is one for all categories: where
    families make most of a variance (`by_families`, its share) it is known no better than the correlation is."""
    if len(design.family_n) == len(design.family):
        return np.full_like(correlation, np.inf)  # of single items nothing is estimated but the rates
    # One event and one non-event more in each: a category without events has not no variance.
    n = design.category_n[:, None]
    rate = (by_category * n + 1) / (n + 2)
    inflation = 1 + correlation * (family_sizes(design)[:, None] - 1)
    joined = degrees_of_freedom(rate * (1 - rate) * inflation / n, design)
    pooled = np.full_like(joined, correlation_df(design))
    shown = np.divide(pooled, by_families**2, out=np.full_like(joined, np.inf), where=by_families > 0)
    return np.minimum(joined, np.maximum(shown, LEAST_SHOWN))


def _category_df(design: Design) -> FloatArray:
    """[C] a category's degrees of freedom: effective families less one, by their items, or those of the pooled
    correlation where that has more."""
    return np.asarray(np.maximum(design.category_n / family_sizes(design) - 1, correlation_df(design)))


def worst_category(
    rates: ArrayLike, n_eff: ArrayLike, confidence: float = 0.95, *, df: ArrayLike | None = None
) -> tuple[FloatArray, FloatArray]:
    """Return (low, high) limits of the highest true category rate.

    Rates in [0, 1], effective items and, where these were estimated, their degrees of freedom `df`, all [categories] or
    [categories, systems]; floats or arrays[systems] come back. The upper limit is the highest of the categories' own,
    for the truly worst category has one of them; the lower limits share the error, since the observed worst is
    selected. ValueError outside the ranges.
    Source: intersection-union test, Berger 1982, Technometrics 24:295; Bonferroni for the lower end.
    """
    rate, trials = np.broadcast_arrays(within(rates, "rates"), finite(n_eff, "n_eff"))
    if rate.ndim == 0 or len(rate) == 0:
        raise ValueError("rates: need at least one category")
    tail = (1 - open_unit(confidence, "confidence")) / 2
    degrees = np.inf if df is None else df
    low, _ = exact_limits(rate, normal_n(trials, 1 - tail / len(rate), degrees), tail / len(rate), tail)
    _, high = exact_limits(rate, normal_n(trials, 1 - tail, degrees), tail / len(rate), tail)
    return plain(np.max(low, axis=0)), plain(np.max(high, axis=0))


def rerun_noise(scores: ArrayLike, category: ArrayLike, repeats: int) -> FloatArray:
    """Return [systems]: the standard error of the macro rate were the same items answered again.

    Scores are floats[items, systems], each the mean of `repeats` >= 2 outcomes of 0 or 1; category is labels[items].
    It says whether a rerun would move the rate, and nothing of other items: never a headline interval. ValueError for
    a single repeat. Source: the within-item variance of Miller 2024, arXiv 2411.00640.
    """
    if repeats < 2:
        raise ValueError("repeats: one outcome per item says nothing of a rerun")
    matrix = score_matrix(scores)
    _, index, count = np.unique(np.asarray(category), return_inverse=True, return_counts=True)
    if len(index) != len(matrix):
        raise ValueError("scores and category: need one entry per item each")
    weight = 1.0 / (len(count) * count[index])
    variance = matrix * (1 - matrix) / (repeats - 1)
    return np.asarray(np.sqrt(weight**2 @ variance))
