"""The paired effect of a change: a guardrail, a fine-tune, a new version, or simply another system.

After less before on the same items, every category weighing the same. Families are the sampling unit.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from leaderboard.statistics.arrays import FloatArray, IntArray, Labels, finite, score_matrix, within
from leaderboard.statistics.influence import Design, category_means, influence, require_items, sampling_design, sum_by
from leaderboard.statistics.intervals import critical_value
from leaderboard.statistics.pairs import mcnemar_midp, newcombe_paired


class TooFewItems(ValueError):
    """Too many items lack an outcome on one side for a paired comparison."""


class Effect(NamedTuple):
    """The effect of a change on one rate: differences in [-1, 1], after less before."""

    delta: float
    """Change of the macro rate, with its limits."""
    low: float
    high: float
    p: float
    """Two-sided p-value of "no change"."""
    standard_error: float
    df: float
    """Degrees of freedom of `standard_error`."""
    n: int
    """Items that are compared."""
    fixed: int | None
    """Items whose score fell; None where systems are not compared item by item."""
    broken: int | None
    """Items whose score rose; None as above."""


class PairMatrix(NamedTuple):
    """The effects of replacing one system (row) by another (column), for all systems; fields as in `Effect`."""

    delta: FloatArray
    low: FloatArray
    high: FloatArray
    standard_error: FloatArray
    df: int
    n: int
    fixed: IntArray
    broken: IntArray


def paired_effect(
    before: ArrayLike,
    after: ArrayLike,
    category: ArrayLike,
    family: ArrayLike,
    *,
    confidence: float = 0.95,
    flips: int = 10_000,
    seed: int = 0,
    coverage: float = 0.95,
) -> Effect:
    """Return the effect of a change on the macro rate, with limits and a p-value.

    Scores before and after are floats[items] in [0, 1], NaN where an outcome is missing; category and family are
    labels[items]. Items missing on either side are left out; TooFewItems if that leaves less than the share `coverage`
    of items, or nothing of a category.
    Limits: delta -+ t * sqrt(V + 2 / n^2), V cluster-robust, the guard two pseudo-discordant items (after Bonett and
    Price 2012, Journal of Educational and Behavioral Statistics 37:479); Newcombe's where every item is its own
    family, scores are 0 or 1 and categories are equally large. p: sign flips of whole families, or mid-p McNemar where
    items are their own families. ValueError for unequal lengths or scores out of range, TooFewFamilies for df = 0.
    """
    scores, both = _complete(before, after, coverage)
    in_category, in_family = np.asarray(category), np.asarray(family)
    if not in_category.shape == in_family.shape == both.shape:
        raise ValueError("before, after, category and family: need one entry per item each")
    lost = np.setdiff1d(in_category, in_category[both])
    if lost.size:
        raise TooFewItems(f"no item of {', '.join(map(str, lost))} has an outcome on both sides")
    design = sampling_design(in_category[both], in_family[both])
    pair = _pair_matrix(scores, design, confidence)
    change = scores[:, 1] - scores[:, 0]
    fixed, broken = int(pair.fixed[0, 1]), int(pair.broken[0, 1])
    # With independent items only their counts matter; otherwise the families of items are what varies.
    counted = (design.family_n == 1).all() and np.isin(change, (-1.0, 0.0, 1.0)).all()
    return Effect(
        delta=float(pair.delta[0, 1]),
        low=float(pair.low[0, 1]),
        high=float(pair.high[0, 1]),
        p=mcnemar_midp(fixed, broken) if counted else sign_flip_p(change * design.weight, design.family, flips, seed),
        standard_error=float(pair.standard_error[0, 1]),
        df=design.df,
        n=len(change),
        fixed=fixed,
        broken=broken,
    )


def pair_matrix(scores: ArrayLike, category: ArrayLike, family: ArrayLike, *, confidence: float = 0.95) -> PairMatrix:
    """Return the effects between all pairs of systems at once, with limits but without p-values.

    Scores are floats[items, systems] in [0, 1] without NaN; the numbers are those of `paired_effect`. Entry [i, j] is
    system j less system i. ValueError and TooFewFamilies as there.
    """
    matrix = score_matrix(scores)
    design = sampling_design(category, family)
    require_items(matrix, design)
    return _pair_matrix(matrix, design, confidence)


def sign_flip_p(contribution: FloatArray, family: IntArray, flips: int = 10_000, seed: int = 0) -> float:
    """Return the two-sided p-value of "no change" when the sign of each family's change is a coin's.

    Contributions[items] to the effect, families numbered from 0. All flips are tried where they are no more than
    `flips`, else that many are drawn and the observed one is added. Source: Fisher 1935, The Design of Experiments,
    section 21; Phipson and Smyth 2010 for the drawn ones.
    """
    if flips < 1:
        raise ValueError("flips: need at least one")
    total = sum_by(family, contribution[:, None], int(family.max()) + 1)[:, 0]
    moved = total[total != 0]
    observed = abs(moved.sum()) * (1 - 1e-9)
    if 2.0 ** len(moved) <= flips:
        signs = 2 * (np.arange(2 ** len(moved))[:, None] >> np.arange(len(moved)) & 1) - 1
        return float((np.abs(signs @ moved) >= observed).mean())
    signs = 2 * np.random.default_rng(seed).integers(0, 2, (flips, len(moved)), dtype=np.int8) - 1
    return float((1 + (np.abs(signs @ moved) >= observed).sum()) / (flips + 1))


def _complete(before: ArrayLike, after: ArrayLike, coverage: float) -> tuple[FloatArray, Labels]:
    first, second = np.asarray(before, dtype=np.float64), np.asarray(after, dtype=np.float64)
    if first.ndim != 1 or first.shape != second.shape or first.size == 0:
        raise ValueError("before and after: need one score per item each, and at least one item")
    both = ~(np.isnan(first) | np.isnan(second))
    if not both.any() or both.mean() < coverage:
        raise TooFewItems(f"{both.sum()} of {len(both)} items have an outcome on both sides")
    return score_matrix(np.column_stack([first, second])[both]), both


def _pair_matrix(scores: FloatArray, design: Design, confidence: float) -> PairMatrix:
    estimate = category_means(scores, design).mean(axis=0)
    delta = np.subtract.outer(estimate, estimate).T
    error = _standard_error(scores, design)
    fell = np.array([(column[:, None] > scores).sum(axis=0) for column in scores.T], dtype=np.int64)
    if _is_simple(scores, design):
        low, high = _newcombe(scores, confidence)
    else:
        reach = critical_value(confidence, design.df) * error
        low, high = np.maximum(delta - reach, -1.0), np.minimum(delta + reach, 1.0)
    return PairMatrix(delta, low, high, error, design.df, len(scores), fell, fell.T.copy())


def _standard_error(scores: FloatArray, design: Design) -> FloatArray:
    contributions = influence(scores, design)
    covariance = contributions.T @ contributions
    variance = np.add.outer(covariance.diagonal(), covariance.diagonal()) - 2 * covariance
    return np.asarray(np.sqrt(np.maximum(variance, 0.0) + guard(len(scores))))


def guard(n: int) -> float:
    """Return what two pseudo-discordant items of n add to the variance of a paired effect: 2 / n^2."""
    return 2.0 / n**2


def own_variance(rate: ArrayLike, n_eff: ArrayLike, n: int) -> FloatArray:
    """Return what one system adds to the variance of a difference of two rates: rate (1 - rate) / n_eff + 1 / n^2.

    For systems that must not be compared item by item: a paired difference tells on how many items two systems differ,
    and someone who knows one of them in full reads outcomes of the other from that. The sum of two variances is too
    wide where the same items are hard for both, as they usually are. Rates in [0, 1] on n_eff effective and n actual
    items, any shape; the last term is half of `guard`.
    """
    value = within(rate, "rate")
    return np.asarray(value * (1 - value) / finite(n_eff, "n_eff") + 1.0 / n**2)


def _is_simple(scores: FloatArray, design: Design) -> bool:
    # Independent items of equal weight with outcomes 0 or 1: the macro difference is one of two plain proportions.
    equal = (design.category_n == design.category_n[0]).all()
    return bool(equal and (design.family_n == 1).all() and np.isin(scores, (0.0, 1.0)).all())


def _newcombe(scores: FloatArray, confidence: float) -> tuple[FloatArray, FloatArray]:
    events = scores.sum(axis=0)
    both = scores.T @ scores
    first_only = events[None, :] - both
    second_only = events[:, None] - both
    return newcombe_paired(both, first_only, second_only, len(scores) - both - first_only - second_only, confidence)
