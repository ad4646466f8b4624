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
    family_stratum: IntArray
    """[G] the stratum of each family, numbered from 0."""
    others: FloatArray
    """[items] the share of its category that other families than the item's own hold; 1 where there is none."""


LEAST_DF = 5.0
"""Degrees of freedom that a variance has at least: its guard is a constant, which nobody had to estimate."""


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
    _, cell, cell_n = np.unique(in_family * len(categories) + in_category, return_inverse=True, return_counts=True)
    others = 1.0 - cell_n[cell] / category_n[in_category]
    others[others == 0] = 1.0  # a family that is its whole category is at its mean, whatever it is divided by
    return Design(categories, in_category, category_n, in_family, family_n, factor, weight, df, family_stratum, others)


def influence(scores: FloatArray, design: Design) -> FloatArray:
    """Return [families, systems]: what each family adds to each system's macro rate, centred by category.

    The covariance of the macro rates is influence.T @ influence. Scores are floats[items, systems].
    """
    centred = scores - category_means(scores, design)[design.category]
    contributions = sum_by(design.family, centred * design.weight[:, None], len(design.family_n))
    return contributions * design.family_factor[:, None]


def jackknife(scores: FloatArray, design: Design) -> FloatArray:
    """Return [families, systems]: what each family adds to each macro rate, as leaving that family out would show.

    A large family draws its category's mean to itself and looks nearer to it than it is: its distance is divided by the
    share of the category that others hold. Equal to `influence` where all families of a category are of one size.
    Scores are floats[items, systems], or changes of scores. Source: the delete-one jackknife of a stratified cluster
    sample (JKn); CR3 in Bell and McCaffrey 2002, Survey Methodology 28:169.
    """
    centred = scores - category_means(scores, design)[design.category]
    contributions = sum_by(design.family, centred * (design.weight / design.others)[:, None], len(design.family_n))
    return np.asarray(contributions / design.family_factor[:, None])


def effective_df(contributions: FloatArray, constant: FloatArray, design: Design) -> FloatArray:
    """Return [systems]: the degrees of freedom of each variance, the sum of squares of contributions[families, systems]
    and a constant > 0.

    Few families that carry most of a variance show it poorly, however many others there are. With v a family's square,
    V their sum and g the constant, which counts for two families: (V + g)^2 / (sum (v - mean v)^2 + g^2 / 2) - 1, the
    mean being that of the family's stratum. That is half of Satterthwaite's 2 V^2 / Var(V), since the spread of squares
    is itself poorly known; k families that move alike give k + 1. From `LEAST_DF` to those of the design. Source:
    Satterthwaite 1946, Biometrics Bulletin 2:110; the half and the bounds are this project's, from simulations.
    """
    square = contributions**2
    total, strata = square.sum(axis=0), int(design.family_stratum.max()) + 1
    mean = sum_by(design.family_stratum, square, strata) / np.bincount(design.family_stratum)[:, None]
    spread = ((square - mean[design.family_stratum]) ** 2).sum(axis=0)
    found = (total + constant) ** 2 / (spread + constant**2 / 2) - 1
    return np.asarray(np.clip(found, min(LEAST_DF, design.df), design.df))


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
