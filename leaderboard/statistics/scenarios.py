"""Scenarios: the families of items, each of which went wrong if any of its variants or repeats did."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from leaderboard.statistics.arrays import FloatArray, IntArray, score_matrix


class Scenarios(NamedTuple):
    """The families of a board, one for each category that a family has items in."""

    scores: FloatArray
    """[F, S] the highest score of the family's items."""
    category: IntArray
    """[F] the category of its items."""
    family: IntArray
    """[F] the family: one that has items in two categories is there twice, and is one sampling unit."""
    size: IntArray
    """[F] how many items it has."""


def worst_of_families(scores: ArrayLike, category: ArrayLike, family: ArrayLike) -> Scenarios:
    """Return the scenarios of a board, each with its highest score, sorted by category and family.

    Scores are floats[items, systems] in [0, 1]; category and family are integers[items]. ValueError for NaN, no item or
    unequal lengths.
    """
    matrix = score_matrix(scores)
    labels = np.stack([np.asarray(category, np.int64), np.asarray(family, np.int64)])
    if labels.shape[1:] != matrix.shape[:1]:
        raise ValueError("scores, category and family: need one entry per item each")
    units, unit, size = np.unique(labels, axis=1, return_inverse=True, return_counts=True)
    worst = np.zeros((units.shape[1], matrix.shape[1]))
    np.maximum.at(worst, unit.ravel(), matrix)
    return Scenarios(worst, units[0], units[1], size)
