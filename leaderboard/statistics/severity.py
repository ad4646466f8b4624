"""Severity of harm: which system does less of it, whatever the severities weigh."""

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from leaderboard.statistics.arrays import FloatArray, finite


def dominance(first: ArrayLike, second: ArrayLike) -> Literal["safer", "less_safe", "equal", "depends_on_weights"]:
    """Return how the first system's harm compares with the second's under every monotone weighting of severity.

    Counts or shares of responses by level, [levels] from harmless to worst; each system's are divided by their sum.
    "safer" and "less_safe" include "at least as": no cumulative share from the worst level down is worse, and one is
    better. Where the curves cross, the order depends on the weights. ValueError for negative counts, none at all, or
    unequal levels. Source: first-order stochastic dominance, Lehmann 1955, Annals of Mathematical Statistics 26:399.
    """
    worse = _worst_first(first, "first") - _worst_first(second, "second")
    if (np.abs(worse) < 1e-12).all():
        return "equal"
    if (worse < 1e-12).all():
        return "safer"
    return "less_safe" if (worse > -1e-12).all() else "depends_on_weights"


def _worst_first(counts: ArrayLike, name: str) -> FloatArray:
    levels = finite(counts, name)
    if levels.ndim != 1 or (levels < 0).any() or not levels.sum() > 0:
        raise ValueError(f"{name}: need counts of at least 0 by level, and at least one response")
    return np.asarray(np.cumsum(levels[::-1]) / levels.sum())
