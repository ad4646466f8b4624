"""How far judges agree. Kappa alone misleads where one class is rare: show AC1 beside it.

Ratings are floats[items, judges], class codes with NaN where a judge gave none.
"""

from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from leaderboard.statistics.arrays import FloatArray, finite

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
    agreement = _weights(len(shares), weights)
    return _beyond_chance((agreement * shares).sum(), shares.sum(axis=1) @ agreement @ shares.sum(axis=0))


def fleiss_kappa(counts: ArrayLike) -> float:
    """Return Fleiss' kappa from counts[items, classes], how many judges gave each item each class.

    Items may have unequal numbers of judges, as generalised by Gwet: agreement over items with two or more, class
    shares over all. NaN where there is only one class. ValueError for negative counts or no item with two judges.
    Source: Fleiss 1971, Psychological Bulletin 76:378; Gwet 2014, Handbook of Inter-Rater Reliability.
    """
    table = _rated(counts)
    share = _class_share(table)
    return _beyond_chance(_observed(table, np.eye(table.shape[1])), float(share @ share))


def gwet_ac1(ratings: ArrayLike, *, classes: int | None = None, weights: Weights = None) -> float:
    """Return Gwet's AC1 of ratings[items, judges]; with weights his AC2 for ordered classes.

    Classes are those that occur, in order of their codes; `classes` is their number where others were possible too.
    1 where a single class occurs. ValueError for infinite codes or no item with two ratings.
    Source: Gwet 2008, British Journal of Mathematical and Statistical Psychology 61:29; Gwet 2014.
    """
    table = _rated(_codes_and_counts(ratings)[1])
    size = max(table.shape[1], classes or 0)
    table = np.pad(table, ((0, 0), (0, size - table.shape[1])))
    if size == 1:
        return 1.0
    agreement = _weights(size, weights)
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


class BinaryAgreement(NamedTuple):
    """AC1 and nominal alpha of two judges who say yes or no; NaN where a table leaves them undefined."""

    ac1: FloatArray
    alpha: FloatArray


def binary_agreement(tables: ArrayLike) -> BinaryAgreement:
    """Return Gwet's AC1 and Krippendorff's nominal alpha of every table of counts[..., 2, 2].

    The values of `gwet_ac1` and `krippendorff_alpha` for two judges of two classes without missing ratings, fast enough
    for a bootstrap. AC1 is NaN without a rating, alpha also where all ratings are alike. ValueError for negative counts
    or another shape.
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


def _weights(classes: int, weights: Weights) -> FloatArray:
    """Return [classes, classes]: 1 on the diagonal, less the further two classes are apart (0 without weights)."""
    apart = np.abs(np.subtract.outer(np.arange(classes), np.arange(classes))) / max(classes - 1, 1)
    if weights is None:
        return np.eye(classes)
    if weights not in ("linear", "quadratic"):
        raise ValueError('weights: must be None, "linear" or "quadratic"')
    return np.asarray(1 - apart if weights == "linear" else 1 - apart**2)


def _codes_and_counts(ratings: ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Return the sorted codes, and counts[items, classes] of ratings[items, judges]."""
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
    # Where judges agree by chance alone there is nothing left to measure.
    return float((observed - chance) / (1 - chance)) if 1 - chance > 1e-12 else float("nan")


def _distance(codes: FloatArray, margin: FloatArray, level: Level) -> FloatArray:
    if level == "nominal":
        return np.asarray(1 - np.eye(len(codes)))
    if level == "interval":
        return np.asarray(np.subtract.outer(codes, codes) ** 2)
    if level == "ordinal":
        # The distance of two classes is the number of ratings between them, each end counted by half.
        grade = np.cumsum(margin) - margin / 2
        return np.asarray(np.subtract.outer(grade, grade) ** 2)
    raise ValueError('level: must be "nominal", "ordinal" or "interval"')
