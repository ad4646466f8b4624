"""What published numbers let an outsider work out about few items.

The unknowns are the totals of small units (families or items) of one system; every published count or rate is a linear
relation between them. Two linear programs give all that follows for any set of units.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import linprog

from leaderboard.statistics.arrays import BoolArray, FloatArray, finite

FEWEST_FAMILIES = 10
FEWEST_ITEMS = 20
RELIABLE_ITEMS = 50


def below_floor(families: ArrayLike, items: ArrayLike) -> BoolArray:
    """Return whether cells are too small to be published: fewer than 10 families or 20 items in the denominator.

    Counts >= 0 of any shape. Outcomes play no part: "0 of 110" is publishable, "1 of 5" never.
    Source: this project's convention, after the rule of 10 of CMS and of the UK's secure data services.
    """
    return np.asarray((finite(families, "families") < FEWEST_FAMILIES) | (finite(items, "items") < FEWEST_ITEMS))


def is_reliable(items: ArrayLike) -> BoolArray:
    """Return whether cells rest on at least 50 items; others are published with a mark."""
    return np.asarray(finite(items, "items") >= RELIABLE_ITEMS)


def audit_disclosure(
    relations: ArrayLike,
    published: ArrayLike,
    cells: ArrayLike,
    *,
    upper: ArrayLike = 1.0,
    rounding: ArrayLike = 0.0,
) -> tuple[FloatArray, FloatArray]:
    """Return (low, high)[cells]: what an attacker knows of each cell from everything published.

    relations[R, units] are the coefficients of the published[R] numbers, each known to within `rounding` (half a step);
    cells[T, units] those of the sums in question. Units lie in [0, upper]. Macro means, subsets and earlier releases
    are relations too. ValueError for other shapes, or where no truth fits all that is published: an earlier release of
    a system whose outcomes changed says nothing of the present ones and must be left out.
    Source: attacker's problem, Hundepool et al. 2012, Statistical Disclosure Control.
    """
    matrix, value, target = finite(relations, "relations"), finite(published, "published"), finite(cells, "cells")
    if matrix.ndim != 2 or value.shape != matrix.shape[:1] or target.ndim != 2 or target.shape[1] != matrix.shape[1]:
        raise ValueError("relations, published and cells: need [R, units], [R] and [T, units]")
    known = _Known(matrix, value, np.broadcast_to(finite(rounding, "rounding"), value.shape))
    top = np.broadcast_to(finite(upper, "upper"), matrix.shape[1:])
    low = [_extreme(known, cell, top, 1) for cell in target]
    high = [_extreme(known, cell, top, -1) for cell in target]
    return np.array(low, dtype=np.float64), np.array(high, dtype=np.float64)


class _Known(NamedTuple):
    relations: FloatArray
    published: FloatArray
    rounding: FloatArray


def _extreme(known: _Known, cell: FloatArray, upper: FloatArray, sign: int) -> float:
    exact = known.rounding == 0
    rounded, value, step = known.relations[~exact], known.published[~exact], known.rounding[~exact]
    solution = linprog(
        sign * cell,
        A_ub=np.vstack([rounded, -rounded]),
        b_ub=np.concatenate([value + step, step - value]),
        A_eq=known.relations[exact],
        b_eq=known.published[exact],
        bounds=[(0.0, float(most)) for most in upper],
        method="highs",
    )
    if solution.fun is None:
        raise ValueError("published: no truth fits all these numbers")
    return sign * float(solution.fun) + 0.0  # never -0.0
