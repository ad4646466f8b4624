"""The influence form of a macro rate: how far each family of items moves it.

Every linear score is a weighted sum over items; its variance is the sum of squares of what the families contribute.
Items are the rows, systems the columns, so that one table gives the covariance of all systems at once.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import connected_components

from leaderboard.statistics.arrays import FloatArray, IntArray, Labels, score_matrix


class TooFewFamilies(ValueError):
    """A category rests on a single family, so nothing shows how much its rate would vary."""


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
    family_factor: FloatArray
    """[G] sqrt(F / (F - 1)), F the number of families in the family's stratum."""
    weight: FloatArray
    """[items] 1 / (C * items in its category); the weights of a macro rate, which sum to 1."""
    df: int
    """Degrees of freedom: families less strata."""


def sampling_design(category: ArrayLike, family: ArrayLike) -> Design:
    """Return the design of a board from each item's category and family (integers or strings, [items]).

    A stratum is one category, or several that share families: categories joined by a family are sampled together.
    TooFewFamilies names the categories of a stratum with a single family; ValueError for no item or unequal lengths.
    Source: Lumley 2004, Journal of Statistical Software 9(8); R `survey`, strata and primary sampling units.
    """
    categories, in_category, category_n = _numbered(category, "category")
    _, in_family, family_n = _numbered(family, "family")
    if len(in_category) != len(in_family):
        raise ValueError("category and family: need one entry per item each")
    stratum = _strata(in_category, in_family, len(categories))
    family_stratum = np.zeros(len(family_n), dtype=np.int64)
    family_stratum[in_family] = stratum[in_category]
    families = np.bincount(family_stratum, minlength=stratum.max() + 1)
    alone = families == 1
    if alone.any():
        raise TooFewFamilies(f"one family only in {', '.join(map(str, categories[alone[stratum]]))}: no variance")
    weight = 1.0 / (len(categories) * category_n[in_category])
    factor = np.sqrt(families / (families - 1.0))[family_stratum]
    df = int((families - 1).sum())
    return Design(categories, in_category, category_n, in_family, family_n, factor, weight, df)


def influence(scores: FloatArray, design: Design) -> FloatArray:
    """Return [families, systems]: what each family adds to each system's macro rate, centred by category.

    The covariance of the macro rates is influence.T @ influence. Scores are floats[items, systems].
    """
    centred = scores - category_means(scores, design)[design.category]
    contributions = sum_by(design.family, centred * design.weight[:, None], len(design.family_n))
    return contributions * design.family_factor[:, None]


def category_means(scores: FloatArray, design: Design) -> FloatArray:
    """Return [categories, systems]: the mean score of each category's items."""
    return sum_by(design.category, scores, len(design.category_n)) / design.category_n[:, None]


def macro_estimate(scores: ArrayLike, category: ArrayLike, family: ArrayLike) -> tuple[FloatArray, FloatArray, int]:
    """Return (estimate[systems], covariance[systems, systems], df) of the macro rates.

    Scores are floats[items, systems] in [0, 1]; category and family are labels[items]. Every category weighs the same.
    ValueError for NaN, no item or unequal lengths, TooFewFamilies for df = 0. Source: linearised variance of a
    stratified cluster sample, as in R `survey` (svyby then svycontrast).
    """
    matrix = score_matrix(scores)
    design = sampling_design(category, family)
    require_items(matrix, design)
    contributions = influence(matrix, design)
    estimate = category_means(matrix, design).sum(axis=0) / len(design.categories)
    return estimate, contributions.T @ contributions, design.df


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


def _strata(in_category: IntArray, in_family: IntArray, categories: int) -> IntArray:
    if len(np.unique(in_family * categories + in_category)) == in_family.max() + 1:
        return np.arange(categories)  # no family is in two categories
    # Categories and families are the two sides of a graph, items its edges: a stratum is a connected part.
    size = categories + int(in_family.max()) + 1
    edges = coo_array((np.ones(len(in_category)), (in_category, categories + in_family)), shape=(size, size))
    _, component = connected_components(edges, directed=False)
    return np.unique(component[:categories], return_inverse=True)[1].astype(np.int64)
