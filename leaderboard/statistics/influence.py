"""The influence form of a macro rate: how far each family of items moves it.

Every linear score is a weighted sum over items; its variance is the sum of squares of what the families contribute.
Items are the rows, systems the columns, so that one table gives the covariance of all systems at once.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import connected_components

from leaderboard.statistics.arrays import FloatArray, IntArray, Labels, column_sums, score_matrix


class TooFewFamilies(ValueError):
    """A category rests on a single family, so nothing shows how much its rate would vary."""


LEAST_DF = 5.0
"""Degrees of freedom that a difference's variance has at least: its guard is a constant, which nobody estimated."""


class Design(NamedTuple):
    """How the items of a board were sampled: families within strata, categories with equal weight."""

    categories: Labels
    """[C] the category labels, sorted."""
    category: IntArray
    """[items] each item's index into `categories`."""
    category_n: IntArray
    """[C] items per category."""
    family: IntArray
    """[items] each item's family, numbered from 0."""
    family_n: IntArray
    """[G] items per family."""
    category_stratum: IntArray
    """[C] the stratum of each category, numbered from 0."""
    family_stratum: IntArray
    """[G] the stratum of each family."""
    cell: IntArray
    """[items] each item's cell: a family's part in one category, numbered from 0."""
    cell_category: IntArray
    """[K] index into `categories`."""
    cell_family: IntArray
    """[K] number of the family."""
    cell_n: IntArray
    """[K] items per cell."""
    overlap: FloatArray
    """[C, C] the sum over families of the shares that they hold of both categories' items."""
    weight: FloatArray
    """[items] 1 / (C * items in its category); the weights of a macro rate, which sum to 1."""
    df: int
    """Degrees of freedom of equally large families: families less strata."""

    @property
    def leverage(self) -> FloatArray:
        """[K] the share of its category's items that a cell holds: how far the category's mean follows it."""
        return np.asarray(self.cell_n / self.category_n[self.cell_category])


def sampling_design(category: ArrayLike, family: ArrayLike) -> Design:
    """Return the design of a board from each item's category and family (integers or strings, [items]).

    A stratum is one category, or several that share families: categories joined by a family are sampled together.
    TooFewFamilies names the categories with a single family; ValueError for no item or unequal lengths.
    Source: Lumley 2004, Journal of Statistical Software 9(8); R `survey`, strata and primary sampling units.
    """
    categories, in_category, category_n = _numbered(category, "category")
    _, in_family, family_n = _numbered(family, "family")
    if len(in_category) != len(in_family):
        raise ValueError("category and family: need one entry per item each")
    pairs, cell, cell_n = _numbered(in_family * len(categories) + in_category, "family")
    cell_family, cell_category = np.divmod(pairs, len(categories))
    alone = np.bincount(cell_category, minlength=len(categories)) == 1
    if alone.any():
        raise TooFewFamilies(f"one family only in {', '.join(map(str, categories[alone]))}: no variance")
    stratum = _strata(cell_category, cell_family, len(categories))
    family_stratum = np.zeros(len(family_n), dtype=np.int64)
    family_stratum[cell_family] = stratum[cell_category]
    share = cell_n / category_n[cell_category]
    overlap = np.diag(np.bincount(cell_category, share**2)).astype(np.float64)
    if len(cell_n) > len(family_n):
        both = coo_array((share, (cell_family, cell_category)), shape=(len(family_n), len(categories))).tocsr()
        overlap = (both.T @ both).toarray()
    weight = 1.0 / (len(categories) * category_n[in_category])
    df = len(family_n) - int(stratum.max()) - 1
    return Design(
        categories,
        in_category,
        category_n,
        in_family,
        family_n,
        stratum,
        family_stratum,
        cell,
        cell_category,
        cell_family,
        cell_n,
        overlap,
        weight,
        df,
    )


def influence(scores: FloatArray, design: Design) -> FloatArray:
    """Return [families, systems]: what each family adds to each system's macro rate, centred by category.

    The covariance of the macro rates is influence.T @ influence. Scores are floats[items, systems]. A category's mean
    follows a large family more than a small one, which hides part of its deviation: each is divided by the root of what
    is left, 1 - leverage, so that the variance is unbiased for independent items. Source: CR2 of Bell and McCaffrey
    2002, Survey Methodology 28:169, for the mean of a category.
    """
    deviation = cell_deviations(scores, category_means(scores, design), design)
    share = 1.0 / (len(design.categories) * design.category_n[design.cell_category] * np.sqrt(1 - design.leverage))
    return sum_by(design.cell_family, deviation * share[:, None], len(design.family_n))


def jackknife(scores: FloatArray, design: Design) -> FloatArray:
    """Return [families, systems]: what each family adds to each macro rate, the mean of what `cell_jackknife` has."""
    cells = cell_jackknife(scores, design)
    return sum_by(design.cell_family, cells, len(design.family_n)) / len(design.categories)


def cell_jackknife(scores: FloatArray, design: Design) -> FloatArray:
    """Return [cells, systems]: what each cell adds to its category's mean, as leaving the cell out would show.

    A large family draws its category's mean to itself and looks nearer to it than it is: its distance is divided by the
    share of the category that others hold. Equal to `influence` times the number of categories where all families are
    of one size, and larger elsewhere. Scores are floats[items, systems], or changes of scores. Source: the delete-one
    jackknife of a stratified cluster sample (JKn); CR3 in Bell and McCaffrey 2002, Survey Methodology 28:169.
    """
    families = np.bincount(design.cell_category)[design.cell_category]
    weight = np.sqrt(1 - 1 / families) / (design.category_n[design.cell_category] * (1 - design.leverage))
    return cell_deviations(scores, category_means(scores, design), design) * weight[:, None]


def cell_deviations(scores: FloatArray, by_category: FloatArray, design: Design) -> FloatArray:
    """Return [cells, systems]: the sum over a cell's items of the score less its category's mean."""
    expected = design.cell_n[:, None] * by_category[design.cell_category]
    return sum_by(design.cell, scores, len(design.cell_n)) - expected


def effective_df(squares: FloatArray, fourths: FloatArray, constant: FloatArray, design: Design) -> FloatArray:
    """Return the degrees of freedom of variances that families' contributions to a difference add up to.

    squares[strata, ...] and fourths[strata, ...] are sums over the families of a stratum of the second and fourth power
    of what each adds; constant[...] > 0 is the guard that the variance has besides. Few families that carry most of a
    variance show it poorly, however many others there are. With v a family's square, V their sum and g the constant,
    which counts for two families: (V + g)^2 / (sum (v - mean v)^2 + g^2 / 2) - 1, the mean being that of the family's
    stratum. That is half of Satterthwaite's 2 V^2 / Var(V), since the spread of squares is itself poorly known; k
    families that move alike give k + 1. From `LEAST_DF` to those of the design. Source: Satterthwaite 1946, Biometrics
    Bulletin 2:110; the half and the bounds are this project's, from simulations.
    """
    families = np.bincount(design.family_stratum).reshape(-1, *[1] * (squares.ndim - 1))
    # Sums of matrices that almost cancel: a spread is at least 0.
    spread = np.maximum((fourths - squares**2 / families).sum(axis=0), 0.0)
    degrees = (squares.sum(axis=0) + constant) ** 2 / (spread + constant**2 / 2) - 1
    return np.asarray(np.clip(degrees, min(LEAST_DF, design.df), design.df))


def category_means(scores: FloatArray, design: Design) -> FloatArray:
    """Return [categories, systems]: the mean score of each category's items."""
    return sum_by(design.category, scores, len(design.category_n)) / design.category_n[:, None]


def degrees_of_freedom(variance: FloatArray, design: Design) -> FloatArray:
    """Return [systems]: the degrees of freedom of a macro rate's variance, above 0.

    variance[categories, systems], at least 0, is that of each category's part of the rate, in any unit. A stratum has
    as many degrees as families of one size that would share its items as unevenly, less one; strata are joined by the
    variance that each contributes. That is families less strata where all are alike, and fewer where a family or a
    category dominates. Systems without any variance have those of equal parts.
    Source: Satterthwaite 1946, Biometrics Bulletin 2:110; Kish 1965, Survey Sampling, for the effective number.
    """
    parts = np.where(variance.sum(axis=0) > 0, variance, 1.0)
    by_family = np.bincount(design.cell_family, design.leverage / design.category_n[design.cell_category])
    total = np.bincount(design.family_stratum, by_family)
    families = total**2 / np.bincount(design.family_stratum, by_family**2)
    by_stratum = sum_by(design.category_stratum, parts, len(families))
    return np.asarray(column_sums(by_stratum) ** 2 / column_sums(by_stratum**2 / (families - 1)[:, None]))


def macro_estimate(scores: ArrayLike, category: ArrayLike, family: ArrayLike) -> tuple[FloatArray, FloatArray, int]:
    """Return (estimate[systems], covariance[systems, systems], df) of the macro rates.

    Scores are floats[items, systems] in [0, 1]; category and family are labels[items]. Every category weighs the same.
    ValueError for NaN, no item or unequal lengths, TooFewFamilies for df = 0. Source: linearised variance of a
    stratified cluster sample, as in R `survey` (svyby then svycontrast).
    """
    matrix = score_matrix(scores)
    design = sampling_design(category, family)
    require_items(matrix, design)
    by_category = category_means(matrix, design)
    centred = (matrix - by_category[design.category]) * design.weight[:, None]
    families = np.bincount(design.family_stratum)
    factor = np.sqrt(families / (families - 1.0))[design.family_stratum]
    contributions = sum_by(design.family, centred, len(design.family_n)) * factor[:, None]
    return by_category.sum(axis=0) / len(design.categories), contributions.T @ contributions, design.df


def require_items(scores: FloatArray, design: Design) -> None:
    """Raise ValueError unless the scores have one row per item of the design."""
    if len(scores) != len(design.category):
        raise ValueError("scores, category and family: need one entry per item each")


def sum_by(group: IntArray, values: FloatArray, groups: int) -> FloatArray:
    """Return [groups, systems]: the sums of values[items, systems] over the items of each group."""
    by_group, start = np.argsort(group, kind="stable"), np.zeros(groups + 1, dtype=np.int64)
    np.cumsum(np.bincount(group, minlength=groups), out=start[1:])
    member = csr_array((np.ones(len(group)), by_group, start), shape=(groups, len(group)))
    return np.asarray(member @ values, dtype=np.float64)


def _numbered(labels: ArrayLike, name: str) -> tuple[Labels, IntArray, IntArray]:
    array = np.asarray(labels)
    if array.ndim != 1 or array.size == 0:
        raise ValueError(f"{name}: need one label per item, and at least one item")
    if array.dtype.kind == "f" and np.isnan(array).any():
        raise ValueError(f"{name}: a label is missing")
    unique, index, count = np.unique(array, return_inverse=True, return_counts=True)
    return unique, index.astype(np.int64), count.astype(np.int64)


def _strata(cell_category: IntArray, cell_family: IntArray, categories: int) -> IntArray:
    """[C]: the stratum of each category. Categories and families are the two sides of a graph, cells its edges: a
    stratum is a connected part."""
    size = categories + int(cell_family.max()) + 1
    edges = coo_array((np.ones(len(cell_category)), (cell_category, categories + cell_family)), shape=(size, size))
    _, component = connected_components(edges, directed=False)
    return np.unique(component[:categories], return_inverse=True)[1].astype(np.int64)
