"""Rates of many systems on one board: headline, categories, worst category and rerun noise."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from leaderboard.statistics.arrays import (
    BoolArray,
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
from leaderboard.statistics.influence import Design, category_means, influence, require_items, sampling_design
from leaderboard.statistics.intervals import Real, exact_limits, wilson

RARE_EVENTS = 5
"""Below this number of events the observed design effect is too noisy to be trusted alone."""
RARE_CORRELATION = 0.5
"""The correlation within a family that is then assumed at least."""


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
    df: int
    """Degrees of freedom of the variance: families less strata."""
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
    influence: FloatArray
    """[G, S] what each family adds to each macro rate."""

    @property
    def covariance(self) -> FloatArray:
        """Return [S, S]: the covariance of the macro rates."""
        return np.asarray(self.influence.T @ self.influence)


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
    labels[items]. With `binary` false (a severity score) the headline's effective items are H (1 - H) / variance,
    unless events are rare. With `deff_step` every design effect is rounded up to a multiple of it, so that an interval,
    a little wider, does not tell the exact variance between families. A system's numbers do not depend on the
    other systems, bit for bit. ValueError for NaN, no item or unequal lengths; TooFewFamilies where a category has one
    family. Sources: Wilson limits on n / deff with Student's t, Korn and Graubard 1998, Survey Methodology 24:193; the
    floor under rare events is this project's convention.
    """
    matrix = score_matrix(scores)
    design = sampling_design(category, family)
    require_items(matrix, design)
    contributions = influence(matrix, design)
    by_category = category_means(matrix, design)
    estimate = column_sums(by_category) / len(design.categories)
    variance = column_sums(contributions**2)
    rare = _rare(matrix)
    deff = design_effect(by_category, variance, rare, design)
    weighted_n = 1.0 / (design.weight**2).sum()
    n_eff = weighted_n / deff
    if not binary:
        n_eff = _severity_n_eff(estimate, variance, rare, n_eff)
    if deff_step:
        deff, n_eff = _round_up(deff, deff_step), weighted_n / _round_up(weighted_n / n_eff, deff_step)
    category_n_eff = design.category_n[:, None] / deff
    low, high = rate_limits(estimate, n_eff, design.df, confidence)
    category_low, category_high = rate_limits(by_category, category_n_eff, design.df, confidence)
    return RateTable(
        estimate=estimate,
        low=low,
        high=high,
        n=len(matrix),
        n_eff=n_eff,
        deff=weighted_n / n_eff,
        df=design.df,
        micro=column_sums(matrix) / len(matrix),
        categories=design.categories,
        category_estimate=by_category,
        category_low=category_low,
        category_high=category_high,
        category_n=design.category_n,
        category_n_eff=category_n_eff,
        influence=contributions,
    )


def rate_limits(rate: Real, n_eff: Real, df: int, confidence: float = 0.95) -> tuple[Real, Real]:
    """Return the limits of a rate on effective items: the interval of every published rate, chosen here alone."""
    return wilson(rate * n_eff, n_eff, confidence, df=df)


def _round_up(deff: FloatArray, step: float) -> FloatArray:
    # A multiple that a rounding error has put slightly above itself stays what it is.
    return np.asarray(np.ceil(deff / step - 1e-9) * step)


def design_effect(by_category: FloatArray, variance: FloatArray, rare: BoolArray, design: Design) -> FloatArray:
    """Return [systems]: the variance of the macro rate over that of as many independent items, at least 1.

    One design effect for all categories, since a single category's is too noisy at rare events. Where events are rare
    it is at least that of families correlated by one half, at the size of an average item's family.
    """
    strength = 1.0 / (len(design.categories) ** 2 * design.category_n[:, None])
    independent = column_sums(strength * by_category * (1 - by_category))
    observed = np.divide(variance, independent, out=np.ones_like(variance), where=independent > 0)
    family_size = (design.family_n**2).sum() / design.family_n.sum()
    floor = np.where(rare, 1 + (family_size - 1) * RARE_CORRELATION, 1.0)
    return np.asarray(np.maximum(observed, floor))


def worst_category(rates: ArrayLike, n_eff: ArrayLike, confidence: float = 0.95) -> tuple[FloatArray, FloatArray]:
    """Return (low, high) limits of the highest true category rate.

    Rates in [0, 1] and effective items, both [categories] or [categories, systems]; floats or arrays[systems] come
    back. The upper limit is the highest of the categories' own, for the truly worst category has one of them; the
    lower limits share the error, since the observed worst is selected. ValueError outside the ranges.
    Source: intersection-union test, Berger 1982, Technometrics 24:295; Bonferroni for the lower end.
    """
    rate, trials = np.broadcast_arrays(within(rates, "rates"), finite(n_eff, "n_eff"))
    if rate.ndim == 0 or len(rate) == 0:
        raise ValueError("rates: need at least one category")
    tail = (1 - open_unit(confidence, "confidence")) / 2
    low, high = exact_limits(rate, trials, tail / len(rate), tail)
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


def _rare(scores: FloatArray) -> BoolArray:
    # Rounded: thirds add up to 5 or slightly less, depending on the order of the items.
    events = np.round(column_sums(scores), 9)
    return np.asarray(np.minimum(events, len(scores) - events) < RARE_EVENTS)


def _severity_n_eff(
    estimate: FloatArray, variance: FloatArray, rare: BoolArray, binary_n_eff: FloatArray
) -> FloatArray:
    usable = ~rare & (variance > 0)
    return np.divide(estimate * (1 - estimate), variance, out=binary_n_eff.copy(), where=usable)
