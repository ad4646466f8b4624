"""What an outsider can work out about few items from published numbers.

The unknowns are the totals of small units (families or items) of one system; every published count or rate is a linear
relation between them. Two linear programs give the least and the most that a set of units can have.
"""

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import linprog

from leaderboard.statistics.arrays import BoolArray, FloatArray, finite

FEWEST_FAMILIES = 10
FEWEST_ITEMS = 20


def below_floor(families: ArrayLike, items: ArrayLike) -> BoolArray:
    """Return whether cells are too small to be published: fewer than 10 families or 20 items in the denominator.

    Counts >= 0 of any shape. Outcomes play no part: "0 of 110" is publishable, "1 of 5" never.
    Source: this project's convention, after the rule of 10 of CMS and of the UK's secure data services.
    """
    return np.asarray((finite(families, "families") < FEWEST_FAMILIES) | (finite(items, "items") < FEWEST_ITEMS))


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
    half_step = np.broadcast_to(finite(rounding, "rounding"), value.shape)
    exact = half_step == 0
    rounded, about, step = matrix[~exact], value[~exact], half_step[~exact]
    bounds = [(0.0, float(most)) for most in np.broadcast_to(finite(upper, "upper"), matrix.shape[1:])]

    def least(cell: FloatArray) -> float:
        solution = linprog(
            cell,
            A_ub=np.vstack([rounded, -rounded]),
            b_ub=np.concatenate([about + step, step - about]),
            A_eq=matrix[exact],
            b_eq=value[exact],
            bounds=bounds,
            method="highs",
        )
        if solution.fun is None:
            raise ValueError("published: no truth fits all these numbers")
        return float(solution.fun)

    # Adding 0.0 turns -0.0 into 0.0.
    return np.array([least(cell) for cell in target]) + 0.0, np.array([-least(-cell) for cell in target]) + 0.0
