"""What published numbers let an outsider work out about few items.

The unknowns are the totals of small units (families or items) of one system; every published count or rate is a linear
relation between them. Two linear programs give all that follows for any set of units.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import linprog

from leaderboard.statistics.arrays import BoolArray, FloatArray, Labels, finite

FEWEST_FAMILIES = 10
FEWEST_ITEMS = 20
RELIABLE_ITEMS = 50
CLOSED_SHARE = 0.5
"""A total known to within this share of its range counts as disclosed."""
MOST_SETS = 4096
"""More small sets than this are not searched: the tables are too fine to be published."""


class TooFine(ValueError):
    """The published tables cut the board into so many small sets that they cannot all be audited."""


class Disclosure(NamedTuple):
    """A set of units too small to be published, whose total the published numbers give away."""

    units: tuple[int, ...]
    """Places of the units."""
    low: float
    """The least their total can be."""
    high: float
    """The most their total can be."""


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


def disclosed_sets(
    relations: ArrayLike, published: ArrayLike, family: ArrayLike, items: ArrayLike, *, rounding: ArrayLike = 0.0
) -> list[Disclosure]:
    """Return every set of units below the floor whose total is known to within half its range; empty if it may go out.

    As in `audit_disclosure`, with each unit's family[units] and its number of items[units], the most its total can be.
    Which sets are looked at depends on the relations alone: those that the tables cut out of the board.
    """
    matrix, size, names = finite(relations, "relations"), finite(items, "items"), np.asarray(family)
    if matrix.ndim != 2 or size.shape != matrix.shape[1:] or names.shape != size.shape:
        raise ValueError("relations, family and items: need [R, units], [units] and [units]")
    sets = list(small_sets(matrix, names, size))
    if not sets:
        return []
    cells = np.array([np.isin(np.arange(len(size)), units) for units in sets], dtype=np.float64)
    low, high = audit_disclosure(matrix, published, cells, upper=size, rounding=rounding)
    closed = high - low <= CLOSED_SHARE * (cells @ size) + 1e-9
    return [Disclosure(sets[k], float(low[k]), float(high[k])) for k in np.flatnonzero(closed)]


def small_sets(relations: FloatArray, family: Labels, items: FloatArray) -> Iterator[tuple[int, ...]]:
    """Return the sets of units below the floor that published relations can single out.

    Units that occur alike in every relation cannot be told apart, so only unions of such groups come in question; a
    union below the floor has only groups below it. TooFine where there are more than 4,096.
    """
    _, group = np.unique(relations, axis=1, return_inverse=True)
    places = range(int(group.max(initial=-1)) + 1)
    groups = [tuple(map(int, np.flatnonzero(group == place))) for place in places]
    found: list[tuple[int, ...]] = []
    for units in groups:
        unions = [units, *(tuple(sorted(one + units)) for one in found)]
        found += [union for union in unions if _is_small(union, family, items)]
        if len(found) > MOST_SETS:
            raise TooFine(f"more than {MOST_SETS} sets below the floor")
    return iter(found)


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


def _is_small(units: tuple[int, ...], family: Labels, items: FloatArray) -> bool:
    chosen = list(units)
    return bool(below_floor(len(np.unique(family[chosen])), items[chosen].sum()))
