"""The kinds of array that statistics take and return, and the checks at their border."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]
Labels = NDArray[Any]


def plain(value: FloatArray) -> Any:
    """Return a number for an array without dimensions, and any other array as it is."""
    return float(value) if np.ndim(value) == 0 else value


def finite(values: ArrayLike, name: str) -> FloatArray:
    """Return `values` as floats; ValueError names them when one is NaN or infinite."""
    array = np.asarray(values, dtype=np.float64)
    if not np.isfinite(array).all():
        raise ValueError(f"{name}: every value must be a finite number")
    return array


def within(values: ArrayLike, name: str, low: float = 0.0, high: float = 1.0) -> FloatArray:
    """Return `values` as floats; ValueError names them when one lies outside [low, high]."""
    array = finite(values, name)
    if ((array < low) | (array > high)).any():
        raise ValueError(f"{name}: every value must be in [{low:g}, {high:g}]")
    return array


def open_unit(value: float, name: str) -> float:
    """Return `value`; ValueError unless it is strictly between 0 and 1."""
    if not 0.0 < value < 1.0:
        raise ValueError(f"{name}: must be between 0 and 1, both excluded")
    return float(value)


def column_sums(matrix: FloatArray) -> FloatArray:
    """Return [systems]: the sum of each column of matrix[rows, systems], which no other column changes by a bit.

    Rows are added one after the other: NumPy's own sum adds a single column in another order.
    """
    return np.asarray(np.add.accumulate(matrix, axis=0)[-1])


def score_matrix(scores: ArrayLike) -> FloatArray:
    """Return scores[items, systems]; ValueError for another shape, no item, NaN, or a value outside [0, 1]."""
    matrix = within(scores, "scores")
    if matrix.ndim != 2 or matrix.shape[0] == 0:
        raise ValueError("scores: need an array[items, systems] with at least one item")
    return matrix
