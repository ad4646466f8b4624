"""The paired effect of a change: a guardrail, a fine-tune, a new version, or simply another system.

After less before on the same items, every category weighing the same. Families are the sampling unit. One t statistic
decides: the p-value is at most 1 - confidence exactly where the limits leave out 0.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import stdtrit

from leaderboard.statistics.arrays import (
    BoolArray,
    FloatArray,
    IntArray,
    column_sums,
    finite,
    open_unit,
    score_matrix,
    within,
)
from leaderboard.statistics.clustering import RARE_CORRELATION, RARE_EVENTS
from leaderboard.statistics.influence import (
    Design,
    category_means,
    effective_df,
    jackknife,
    require_items,
    sampling_design,
    sum_by,
)
from leaderboard.statistics.multiplicity import two_sided_p


class TooFewItems(ValueError):
    """Too many items lack an outcome on one side for a paired comparison."""


class Effect(NamedTuple):
    """The effect of a change on one rate: differences in [-1, 1], after less before."""

    delta: float
    """Change of the macro rate, on the items that both sides have."""
    least: float
    """The change with what is missing counted against the change before it and for it after; `delta` if nothing is."""
    most: float
    """The same the other way round."""
    low: float
    """Lower limit, for `least`."""
    high: float
    """Upper limit, for `most`."""
    p: float
    """Two-sided p-value of "no change", whatever is missing."""
    standard_error: float
    df: float
    """Degrees of freedom of `standard_error`."""
    n: int
    """Items that both sides have."""
    fixed: int | None
    """Items whose score fell; None where systems are not compared item by item."""
    broken: int | None
    """Items whose score rose; None as above."""


class PairMatrix(NamedTuple):
    """The effects of replacing one system (row) by another (column), for all systems; [S, S], fields as in `Effect`."""

    delta: FloatArray
    least: FloatArray
    most: FloatArray
    low: FloatArray
    high: FloatArray
    p: FloatArray
    standard_error: FloatArray
    df: FloatArray
    n: IntArray
    fixed: IntArray
    broken: IntArray


class Bounds(NamedTuple):
    """The lowest and the highest that a score can be, were nothing missing; each as the scores."""

    lowest: FloatArray
    highest: FloatArray


def paired_effect(
    before: ArrayLike,
    after: ArrayLike,
    category: ArrayLike,
    family: ArrayLike,
    *,
    bounds: Bounds | None = None,
    confidence: float = 0.95,
    coverage: float = 0.95,
) -> Effect:
    """Return the effect of a change on the macro rate, with limits and a p-value.

    Scores before and after are floats[items] in [0, 1], NaN where an outcome is missing; category and family are
    labels[items]; `bounds` are of floats[items, 2], before and after, and by default 0 and 1 where missing. TooFewItems
    if the items that both have are less than the share `coverage`, or none of a category. Limits, p and errors as in
    `pair_matrix`.
    """
    first, second = np.asarray(before, dtype=np.float64), np.asarray(after, dtype=np.float64)
    if first.ndim != 1 or first.shape != second.shape or first.size == 0:
        raise ValueError("before and after: need one score per item each, and at least one item")
    both = ~(np.isnan(first) | np.isnan(second))
    if not both.any() or both.mean() < coverage:
        raise TooFewItems(f"{both.sum()} of {len(both)} items have an outcome on both sides")
    in_category = np.asarray(category)
    if not in_category.shape == np.shape(family) == both.shape:
        raise ValueError("before, after, category and family: need one entry per item each")
    lost = np.setdiff1d(in_category, in_category[both])
    if lost.size:
        raise TooFewItems(f"no item of {', '.join(map(str, lost))} has an outcome on both sides")
    [row] = _rows(np.column_stack([first, second]), category, family, bounds, confidence, [0])
    return Effect(*(of[1].item() for of in row))


def pair_matrix(
    scores: ArrayLike,
    category: ArrayLike,
    family: ArrayLike,
    *,
    bounds: Bounds | None = None,
    confidence: float = 0.95,
) -> PairMatrix:
    """Return the effects between all pairs of systems at once; entry [i, j] is system j less system i.

    Scores are floats[items, systems] in [0, 1], NaN where an outcome is missing, `bounds` as them. Limits:
    delta -+ t * sqrt(V + guard), V the jackknife over families and t on the degrees of freedom that the families'
    contributions leave (`jackknife`, `effective_df`); the guard is two items more that differ (after Bonett and Price
    2012, Journal of Educational and Behavioral Statistics 37:479). With gaps they span both extreme ways of filling
    them. ValueError for unequal lengths or scores out of range, TooFewFamilies for df = 0.
    """
    rows = _rows(scores, category, family, bounds, confidence, range(np.shape(scores)[-1]))
    return PairMatrix(*(np.array(field) for field in zip(*rows, strict=True)))


def measure_changes(change: ArrayLike, design: Design) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return (delta, standard error, degrees of freedom), each [changes], of changes[items, changes] in [-1, 1]."""
    matrix = within(change, "change", -1.0)
    by_family = jackknife(matrix, design)
    constant = guard(design, (matrix != 0).sum(axis=0) < RARE_EVENTS)
    variance = column_sums(by_family**2) + constant
    delta = category_means(matrix, design).mean(axis=0)
    strata = int(design.family_stratum.max()) + 1
    squares, fourths = (sum_by(design.family_stratum, by_family**power, strata) for power in (2, 4))
    return delta, np.sqrt(variance), effective_df(squares, fourths, constant, design)


def guard(design: Design, rare: BoolArray) -> FloatArray:
    """Return what two items more that differ add to the variance of a difference, as an array like `rare`.

    2 / n^2 where all weigh the same. Where fewer than 5 items differ they are two families, correlated by one half, of
    the category where that weighs most: nothing shows yet that it is not the one that moves.
    """
    usual = 2 * (design.weight**2).sum() / len(design.weight)
    family_size = 1 + (design.family_n[design.family] - 1) * RARE_CORRELATION
    heaviest = (np.bincount(design.category, design.weight * family_size) / design.category_n).max()
    return np.asarray(np.where(rare, 2 * heaviest**2, usual))


def own_variance(rate: ArrayLike, n_eff: ArrayLike, least_n: ArrayLike) -> FloatArray:
    """Return what one system adds to the variance of a difference of two rates: rate (1 - rate) / n_eff + 1 / m^2.

    For systems that must not be compared item by item: a paired difference tells on how many items two systems differ,
    and someone who knows one of them in full reads outcomes of the other from that. The sum of two variances is too
    wide where the same items are hard for both, as they usually are. Rates in [0, 1] on n_eff > 0 effective items, any
    shape. The last term is one event more: of m = n_eff items or, where there are fewer than 5 effective events or
    non-events, of no more than `least_n`, those if all were in the category whose items weigh most.
    """
    value, items = within(rate, "rate"), finite(n_eff, "n_eff")
    rare = np.minimum(value, 1 - value) * items < RARE_EVENTS
    guarding = np.where(rare, np.minimum(items, finite(least_n, "least_n")), items)
    return np.asarray(value * (1 - value) / items + 1.0 / guarding**2)


def _rows(
    scores: ArrayLike,
    category: ArrayLike,
    family: ArrayLike,
    bounds: Bounds | None,
    confidence: float,
    systems: Sequence[int],
) -> list[tuple[FloatArray | IntArray, ...]]:
    """Some rows of `PairMatrix`."""
    open_unit(confidence, "confidence")
    known, lowest, highest = _spanned(scores, bounds)
    design = sampling_design(category, family)
    require_items(known, design)
    return [_row(known, lowest, highest, design, system, confidence) for system in systems]


def _spanned(scores: ArrayLike, bounds: Bounds | None) -> tuple[FloatArray, FloatArray, FloatArray]:
    known = np.asarray(scores, dtype=np.float64)
    missing = np.isnan(known)
    filled = (np.where(missing, worst, known) for worst in (0.0, 1.0)) if bounds is None else bounds
    lowest, highest = (score_matrix(each) for each in filled)
    if not known.shape == lowest.shape == highest.shape:
        raise ValueError("scores and bounds: need one entry per item and system each")
    return known, lowest, highest


def _row(
    known: FloatArray, lowest: FloatArray, highest: FloatArray, design: Design, system: int, confidence: float
) -> tuple[FloatArray | IntArray, ...]:
    """One row of `PairMatrix`: every system less this one."""
    one = [system]
    change = known - known[:, one]
    both = ~np.isnan(change)
    moved = np.where(both, change, 0.0)
    if both.all():
        delta, error, df = measure_changes(moved, design)
        least = most = delta
    else:
        categories = len(design.category_n)
        in_both = sum_by(design.category, both.astype(np.float64), categories)
        with np.errstate(invalid="ignore"):  # a category that no two have is refused by the caller
            delta = (sum_by(design.category, moved, categories) / in_both).mean(axis=0)
        filled = [measure_changes(low - high[:, one], design) for low, high in ((lowest, highest), (highest, lowest))]
        (least, *_), (most, *_) = filled
        least, most = np.fmin(least, delta), np.fmax(most, delta)
        error, df = np.maximum(filled[0][1], filled[1][1]), np.minimum(filled[0][2], filled[1][2])
    reach = stdtrit(df, 0.5 + confidence / 2) * error
    low, high = np.maximum(least - reach, -1.0), np.minimum(most + reach, 1.0)
    counts = (each.sum(axis=0) for each in (both, moved < 0, moved > 0))
    return delta, least, most, low, high, spanning_p(least, most, error, df), error, df, *counts


def spanning_p(least: ArrayLike, most: ArrayLike, error: ArrayLike, df: ArrayLike) -> FloatArray:
    """Return the two-sided p-value of the smallest difference between `least` and `most`; 1 where 0 is between."""
    smallest = np.where(np.sign(least) * np.sign(most) > 0, np.fmin(np.abs(least), np.abs(most)), 0.0)
    return two_sided_p(smallest / np.asarray(error), df)
