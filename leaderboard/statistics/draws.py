"""Random errors of several estimates at once, drawn from their covariance."""

import os
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache, partial

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import chdtrc, fdtrc

from leaderboard.statistics.arrays import FloatArray, IntArray, finite

PART = 25_000
"""Draws per unit of work of a thread."""


def estimates_with_covariance(estimate: ArrayLike, covariance: ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Return both as floats, [S] and [S, S]; ValueError for NaN, other shapes, or a matrix that is not symmetric."""
    values, matrix = finite(estimate, "estimate"), finite(covariance, "covariance")
    if values.ndim != 1 or matrix.shape != (len(values), len(values)):
        raise ValueError("estimate and covariance: need [systems] and [systems, systems]")
    if not np.allclose(matrix, matrix.T, rtol=1e-8, atol=1e-12 * np.abs(matrix).max(initial=0.0)):
        raise ValueError("covariance: must be symmetric")
    return values, matrix


def joint_errors(
    estimate: FloatArray, covariance: FloatArray, *, df: float | None, draws: int, seed: int
) -> FloatArray:
    """Return errors[S, draws] of the estimates: multivariate normal, or multivariate t with `df` degrees of freedom.

    A system gets the same draws whatever the order of the systems: draws follow the order of the estimates.
    Student's factor sqrt(df / chi-squared) is common to all systems of a draw, which share one set of families.
    ValueError for draws < 1, df <= 0 or a matrix that is no covariance. Source: Genz and Bretz 2009, Computation of
    Multivariate Normal and t Probabilities.
    """
    if draws < 1:
        raise ValueError("draws: need at least one")
    if df is not None and not df > 0:
        raise ValueError("df: must be positive")
    generator = np.random.default_rng(seed)
    standard = generator.standard_normal((len(estimate), draws))
    order = _canonical_order(estimate, covariance)
    errors = np.empty_like(standard)
    errors[order] = _square_root(covariance[np.ix_(order, order)]) @ standard
    return errors if df is None else errors * np.sqrt(df / generator.chisquare(df, draws))


class Directions:
    """Errors of several estimates in random directions.

    A multivariate t error is a direction times a length, and the two are independent: the largest of several
    statistics is the direction's largest times a length whose square, over the number of dimensions, has an F
    distribution. Directions are drawn, lengths are integrated exactly; that is a tenth of the variance of counting
    draws. Source: Genz and Bretz 2009, section 4.2, spherical-radial form.
    """

    def __init__(self, estimate: FloatArray, covariance: FloatArray, *, df: float | None, seed: int) -> None:
        """Estimates [S] and their covariance [S, S]; `df` is None for normal errors. ValueError for df <= 0 or a matrix
        that is no covariance."""
        if df is not None and not df > 0:
            raise ValueError("df: must be positive")
        self.dimensions, self.df, self._seed = len(estimate), df, seed
        order = _canonical_order(estimate, covariance)
        self._root = np.empty_like(covariance)
        self._root[order] = _square_root(covariance[np.ix_(order, order)])

    def errors(self, draws: int) -> FloatArray:
        """Return errors[S, draws] of unit length before correlation; the same for the same seed and number."""
        if draws < 1:
            raise ValueError("draws: need at least one")
        return np.asarray(self._root @ _unit_vectors(self.dimensions, draws, self._seed))

    def tail(self, statistic: float, largest: FloatArray) -> FloatArray:
        """Return [draws]: the chance that each direction's largest statistic, at random length, exceeds a positive
        one."""
        if largest.size < 2 * PART:
            return self._tail(statistic, largest)
        parts = np.array_split(largest, largest.size // PART)
        with ThreadPoolExecutor(os.cpu_count()) as pool:  # SciPy releases the GIL
            return np.concatenate(list(pool.map(partial(self._tail, statistic), parts)))

    def _tail(self, statistic: float, largest: FloatArray) -> FloatArray:
        ratio = (statistic / np.maximum(largest, max(statistic * 1e-100, np.finfo(float).tiny))) ** 2  # at most 1e200
        if self.df is None:
            return np.asarray(chdtrc(self.dimensions, ratio))
        return np.asarray(fdtrc(self.dimensions, self.df, ratio / self.dimensions))


@lru_cache(maxsize=3)  # all views of a board draw the same: at most 80 MB
def _unit_vectors(dimensions: int, draws: int, seed: int) -> FloatArray:
    standard = np.random.default_rng(seed).standard_normal((dimensions, draws))
    length = np.sqrt((standard**2).sum(axis=0))
    unit = np.asarray(standard / np.where(length > 0, length, 1.0))
    unit.flags.writeable = False
    return unit


def _square_root(covariance: FloatArray) -> FloatArray:
    # The symmetric root is the only one that does not depend on the signs a linear algebra library gives eigenvectors.
    values, vectors = np.linalg.eigh(covariance)
    if values.min(initial=0.0) < -1e-8 * values.max(initial=0.0):
        raise ValueError("covariance: has a negative variance in some direction")
    return np.asarray((vectors * np.sqrt(np.maximum(values, 0.0))) @ vectors.T)


def _canonical_order(estimate: FloatArray, covariance: FloatArray) -> IntArray:
    # Rounded, so that a sum added in another order does not change the order of systems.
    keys = [covariance.sum(axis=0), covariance.diagonal(), estimate]
    rounded = [np.round(key / max(np.abs(key).max(initial=0.0), np.finfo(float).tiny), 9) for key in keys]
    return np.asarray(np.lexsort(rounded), dtype=np.int64)
