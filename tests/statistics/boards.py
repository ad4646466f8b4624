"""Boards to draw scores on: items in categories and families, outcomes correlated within a family."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class Layout(NamedTuple):
    """Where each item belongs."""

    category: Ints
    family: Ints


def layout(categories: int, families: int, size: int) -> Layout:
    """Categories of equally many families of one size, numbered on through the board."""
    family = np.repeat(np.arange(categories * families), size)
    return Layout(family // families, family)


def draw(generator: np.random.Generator, board: Layout, rates: Floats, correlation: float, repeats: int = 1) -> Floats:
    """Scores[items, systems]: 0 or 1, or means of `repeats`. `rates` is by system, or by category and system.

    Each item follows its family's own outcome with probability sqrt(correlation), so that any two items of a family
    have that correlation; repeats of an item share the item's outcome in the same way.
    """
    rate = np.broadcast_to(np.atleast_2d(rates), (board.category.max() + 1, np.shape(rates)[-1]))[board.category]
    follows = generator.random(rate.shape) < np.sqrt(correlation)
    common = generator.random((board.family.max() + 1, rate.shape[1]))[board.family]
    uniform = np.where(follows, common, generator.random(rate.shape))
    if repeats == 1:
        return (uniform < rate).astype(float)
    again = generator.random((repeats, *rate.shape))
    same = generator.random((repeats, *rate.shape)) < np.sqrt(0.5)
    return (np.where(same, uniform, again) < rate).mean(axis=0)
