"""How far judges agree. Kappa alone misleads when one class is rare: show raw agreement per class and AC1 with it.

Ratings are floats[items, judges], class codes with NaN where a judge gave none.
"""

from collections.abc import Callable
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from leaderboard.statistics.arrays import FloatArray, IntArray, finite, open_unit

Weights = Literal["linear", "quadratic"] | None
Level = Literal["nominal", "ordinal", "interval"]


def cohen_kappa(table: ArrayLike, weights: Weights = None) -> float:
    """Return Cohen's kappa of two judges from their counts[classes, classes].

    Weights "linear" or "quadratic" give partial agreement to neighbouring classes. NaN where chance leaves nothing to
    agree on (one class only). ValueError unless square with counts >= 0 and an item. Source: Cohen 1968,
    Psychological Bulletin 70:213.
    """
    counts = finite(table, "table")
    if counts.ndim != 2 or counts.shape[0] != counts.shape[1] or (counts < 0).any() or not counts.sum() > 0:
        raise ValueError("table: need square counts of at least 0, and at least one item")
    shares = counts / counts.sum()
    agreement = agreement_weights(len(shares), weights)
    return _beyond_chance((agreement * shares).sum(), shares.sum(axis=1) @ agreement @ shares.sum(axis=0))


def fleiss_kappa(counts: ArrayLike) -> float:
    """Return Fleiss' kappa from counts[items, classes], how many judges gave each item each class.

    Items may have unequal numbers of judges, as generalised by Gwet: agreement over items with two or more, class
    shares over all. NaN where one class only was given. ValueError for negative counts or no item with two judges.
    Source: Fleiss 1971, Psychological Bulletin 76:378; Gwet 2014, Handbook of Inter-Rater Reliability.
    """
    table = _rated(counts)
    share = _class_share(table)
    return _beyond_chance(_observed(table, np.eye(table.shape[1])), float(share @ share))


def gwet_ac1(ratings: ArrayLike, *, classes: int | None = None, weights: Weights = None) -> float:
    """Return Gwet's AC1 of ratings[items, judges]; with weights his AC2 for ordered classes.

    Classes are those that occur, in order of their codes; where more could have been given say how many there are.
    1 where a single class occurs. ValueError for infinite codes or no item with two ratings.
    Source: Gwet 2008, British Journal of Mathematical and Statistical Psychology 61:29; Gwet 2014.
    """
    table = _rated(rating_counts(ratings))
    size = max(table.shape[1], classes or 0)
    table = np.pad(table, ((0, 0), (0, size - table.shape[1])))
    if size == 1:
        return 1.0
    agreement = agreement_weights(size, weights)
    share = _class_share(table)
    chance = agreement.sum() / (size * (size - 1)) * (share * (1 - share)).sum()
    return _beyond_chance(_observed(table, agreement), float(chance))


def krippendorff_alpha(ratings: ArrayLike, level: Level) -> float:
    """Return Krippendorff's alpha of ratings[items, judges] at the level "nominal", "ordinal" or "interval".

    Items with a single rating are left out. NaN where all ratings are alike: alpha is then not defined. ValueError for
    another level, infinite codes or no item with two ratings. Source: Krippendorff 2011, Computing
    Krippendorff's Alpha-Reliability.
    """
    codes, table = _codes_and_counts(ratings)
    paired = _rated(table)
    paired = paired[paired.sum(axis=1) > 1]
    judges = paired.sum(axis=1)
    coincidence = (paired / (judges - 1)[:, None]).T @ paired
    coincidence -= np.diag((paired / (judges - 1)[:, None]).sum(axis=0))
    margin = coincidence.sum(axis=0)
    distance = _distance(codes, margin, level)
    expected = margin @ distance @ margin / (margin.sum() - 1)
    return float(1 - (coincidence * distance).sum() / expected) if expected > 0 else float("nan")


class ClassAgreement(NamedTuple):
    """Raw agreement of all pairs of judges, by class."""

    classes: FloatArray
    """[classes] the codes."""
    agreement: FloatArray
    """[classes] of a judge's ratings in this class, the share that another judge of the item confirmed."""
    ratings: FloatArray
    """[classes] ratings that this rests on."""


def class_agreement(ratings: ArrayLike) -> ClassAgreement:
    """Return, by class, how often one judge's rating is confirmed by another of ratings[items, judges].

    NaN for a class that no item with two ratings has. Source: specific agreement, Cicchetti and
    Feinstein 1990, Journal of Clinical Epidemiology 43:551.
    """
    codes, table = _codes_and_counts(ratings)
    paired = _rated(table)
    paired = paired[paired.sum(axis=1) > 1]
    others = paired.sum(axis=1, keepdims=True) - 1
    given = paired.sum(axis=0)
    confirmed = (paired * (paired - 1) / others).sum(axis=0)
    share = np.divide(confirmed, given, out=np.full_like(given, np.nan), where=given > 0)
    return ClassAgreement(codes, share, given)


def family_bootstrap(
    statistic: Callable[[FloatArray], float],
    ratings: ArrayLike,
    family: ArrayLike,
    *,
    draws: int = 1000,
    seed: int = 0,
    confidence: float = 0.95,
) -> tuple[float, float]:
    """Return percentile limits of a statistic of ratings[items, judges], drawing whole families with replacement.

    Draws where the statistic is NaN or not to be had (ValueError) are left out; NaN limits if that is all of them.
    ValueError for unequal lengths or draws < 1. Source: Efron and Tibshirani 1993, chapter 13, by clusters.
    """
    rows = np.asarray(ratings, dtype=np.float64)
    _, number = np.unique(np.asarray(family), return_inverse=True)
    if len(number) != len(rows) or draws < 1:
        raise ValueError("ratings and family: need one entry per item each, and at least one draw")
    members = np.split(np.argsort(number, kind="stable"), np.cumsum(np.bincount(number))[:-1])
    generator = np.random.default_rng(seed)
    values = [_tried(statistic, rows, members, generator) for _ in range(draws)]
    tail = (1 - open_unit(confidence, "confidence")) / 2
    defined = np.array([value for value in values if np.isfinite(value)])
    if defined.size == 0:
        return float("nan"), float("nan")
    low, high = np.quantile(defined, [tail, 1 - tail])
    return float(low), float(high)


class BinaryAgreement(NamedTuple):
    """AC1 and nominal alpha of two judges who say yes or no; NaN where a table leaves them undefined."""

    ac1: FloatArray
    alpha: FloatArray


def binary_agreement(tables: ArrayLike) -> BinaryAgreement:
    """Return Gwet's AC1 and Krippendorff's nominal alpha of counts[..., 2, 2] at once, one of each per table.

    What `gwet_ac1` and `krippendorff_alpha` give for two judges of two classes without missing ratings, fast enough
    for a bootstrap over families. AC1 is NaN without a rating, alpha also where all ratings are alike. ValueError for
    negative counts or another shape. Sources as there.
    """
    counts = finite(tables, "tables")
    if counts.ndim < 2 or counts.shape[-2:] != (2, 2) or (counts < 0).any():
        raise ValueError("tables: need counts[..., 2, 2] of at least 0")
    total = counts.sum(axis=(-2, -1))
    with np.errstate(divide="ignore", invalid="ignore"):
        observed = (counts[..., 0, 0] + counts[..., 1, 1]) / total
        ratings = 2 * counts[..., 1, 1] + counts[..., 0, 1] + counts[..., 1, 0]
        share = ratings / (2 * total)
        chance = 2 * share * (1 - share)
        expected = ratings * (2 * total - ratings) * 2 / (2 * total * (2 * total - 1))
        alpha = np.where(expected > 0, 1 - (1 - observed) / expected, np.nan)
        return BinaryAgreement(np.asarray((observed - chance) / (1 - chance)), np.asarray(alpha))


def agreement_weights(classes: int, weights: Weights = None) -> FloatArray:
    """Return [classes, classes]: 1 on the diagonal, less the further two classes are apart (0 without weights)."""
    apart = np.abs(np.subtract.outer(np.arange(classes), np.arange(classes))) / max(classes - 1, 1)
    if weights is None:
        return np.eye(classes)
    if weights not in ("linear", "quadratic"):
        raise ValueError('weights: must be None, "linear" or "quadratic"')
    return np.asarray(1 - apart if weights == "linear" else 1 - apart**2)


def rating_counts(ratings: ArrayLike) -> FloatArray:
    """Return counts[items, classes] from ratings[items, judges], classes in order of their codes."""
    return _codes_and_counts(ratings)[1]


def _codes_and_counts(ratings: ArrayLike) -> tuple[FloatArray, FloatArray]:
    matrix = np.asarray(ratings, dtype=np.float64)
    if matrix.ndim != 2 or np.isinf(matrix).any():
        raise ValueError("ratings: need codes[items, judges], NaN where a judge gave none")
    codes = np.unique(matrix[~np.isnan(matrix)])
    return codes, (matrix[:, :, None] == codes).sum(axis=1).astype(np.float64)


def _rated(counts: ArrayLike) -> FloatArray:
    table = finite(counts, "counts")
    if table.ndim != 2 or (table < 0).any() or not (table.sum(axis=1) > 1).any():
        raise ValueError("counts: need counts[items, classes] of at least 0, and an item with two ratings")
    return np.asarray(table[table.sum(axis=1) > 0])


def _class_share(table: FloatArray) -> FloatArray:
    return np.asarray((table / table.sum(axis=1, keepdims=True)).mean(axis=0))


def _observed(table: FloatArray, agreement: FloatArray) -> float:
    paired = table[table.sum(axis=1) > 1]
    judges = paired.sum(axis=1)
    matches = (paired * (paired @ agreement - 1)).sum(axis=1)
    return float((matches / (judges * (judges - 1))).mean())


def _beyond_chance(observed: float, chance: float) -> float:
    # Where chance alone agrees always there is nothing left to measure.
    return float((observed - chance) / (1 - chance)) if 1 - chance > 1e-12 else float("nan")


def _distance(codes: FloatArray, margin: FloatArray, level: Level) -> FloatArray:
    if level == "nominal":
        return np.asarray(1 - np.eye(len(codes)))
    if level == "interval":
        return np.asarray(np.subtract.outer(codes, codes) ** 2)
    if level == "ordinal":
        # Ranks as grades: the ratings between two classes, each end counted by half.
        grade = np.cumsum(margin) - margin / 2
        return np.asarray(np.subtract.outer(grade, grade) ** 2)
    raise ValueError('level: must be "nominal", "ordinal" or "interval"')


def _tried(
    statistic: Callable[[FloatArray], float],
    rows: FloatArray,
    members: list[IntArray],
    generator: np.random.Generator,
) -> float:
    drawn = generator.integers(0, len(members), len(members))
    try:
        return statistic(rows[np.concatenate([members[family] for family in drawn])])
    except ValueError:
        return float("nan")
