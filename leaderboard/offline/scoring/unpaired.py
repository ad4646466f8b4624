"""Differences between two systems from each one's own rates, for boards whose labels are not public.

Nothing here joins two systems item by item: a difference tells no more of a system than its own row does. Someone who
knows one of the two in full learns no outcome of the other (docs/threat-model.md).
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from leaderboard.offline.scoring.coverage import Bools
from leaderboard.offline.scoring.panel import Floats, Panel
from leaderboard.offline.scoring.rating import Cell, Rates, cells_of
from leaderboard.statistics import own_variance
from leaderboard.statistics.contrasts import Contrast
from leaderboard.statistics.intervals import critical_value


class Sampled(NamedTuple):
    """A cell, and what its rates add to the variance of a difference."""

    cell: Cell
    variance: Floats
    """[S]"""
    df: Floats
    """[S, S] by pair."""


class Differences(NamedTuple):
    """Column system less row system, for all pairs at once; [S, S]."""

    delta: Floats
    least: Floats
    """The difference with what is missing counted for the one and against the other."""
    most: Floats
    low: Floats
    high: Floats
    standard_error: Floats


def sampled(cell: Cell) -> Sampled:
    """Returns a cell with its variances: the largest of the ways of counting what is missing. The degrees of freedom
    of a difference are joined by what both sides contribute (Welch 1947, Biometrika 34:28)."""
    ways = (cell.strict, cell.lowest, cell.highest)
    variance = np.max([own_variance(r.estimate, r.n_eff, r.least_n) for r in ways], axis=0)
    spread = variance**2 / np.min([r.df for r in ways], axis=0)
    total, spreads = np.add.outer(variance, variance) ** 2, np.add.outer(spread, spread)
    df = np.divide(total, spreads, out=np.full_like(total, np.inf), where=spreads > 0)
    return Sampled(cell, variance, df)


def sampled_cells(panel: Panel, rates: Rates) -> Iterator[Sampled]:
    """Returns the cells of a metric with their variances."""
    return map(sampled, cells_of(panel.board, rates))


def differences(own: Sampled, confidence: float = 0.95) -> Differences:
    """Returns all differences in a cell, with t limits."""
    cell = own.cell
    strict, lowest, highest = cell.strict.estimate, cell.lowest.estimate, cell.highest.estimate
    delta = np.subtract.outer(strict, strict).T
    least, most = np.subtract.outer(lowest, highest).T, np.subtract.outer(highest, lowest).T
    error = np.sqrt(np.add.outer(own.variance, own.variance))
    reach = critical_value(confidence, own.df) * error
    low, high = np.maximum(least - reach, -1.0), np.minimum(most + reach, 1.0)
    return Differences(delta, least, most, low, high, error)


def contrast(cell: Cell, systems: Bools) -> Contrast:
    """Returns every two of some systems as rank sets need them; their rates are taken for independent."""
    own = sampled(cell)
    every, both = differences(own), np.ix_(systems, systems)
    return Contrast(every.least[both], every.standard_error[both], own.df[both], np.diag(own.variance[systems]))
