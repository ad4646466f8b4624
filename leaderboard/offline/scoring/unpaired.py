"""Differences between two systems from each one's own rates, for boards whose labels are not public.

Nothing here joins two systems item by item: a difference tells no more of a system than its own row does. Someone who
knows one of the two in full learns no outcome of the other (docs/threat-model.md).
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from leaderboard.offline.scoring import panel as panels
from leaderboard.offline.scoring.panel import Floats, Metric, Panel
from leaderboard.offline.scoring.rating import Cell, Rates, cells_of
from leaderboard.statistics import own_variance, sampling_design
from leaderboard.statistics.intervals import critical_value


class Sampled(NamedTuple):
    """A cell, and what its rates add to the variance of a difference."""

    cell: Cell
    variance: Floats
    """[S]"""
    df: int


class Differences(NamedTuple):
    """Column system less row system, for all pairs at once; [S, S]."""

    delta: Floats
    least: Floats
    """The difference with what is missing counted for the one and against the other."""
    most: Floats
    low: Floats
    high: Floats
    standard_error: Floats


def sampled_cells(panel: Panel, metric: Metric, rates: Rates) -> Iterator[Sampled]:
    """Returns the cells of a metric with their variances: the largest of the ways of counting what is missing."""
    category, family = panels.of_kind(panel, metric.kind)
    for cell in cells_of(panel.board, rates):
        chosen = category == (category if cell.category is None else cell.category)
        variances = [own_variance(r.estimate, r.n_eff, cell.n) for r in (cell.strict, cell.lowest, cell.highest)]
        yield Sampled(cell, np.max(variances, axis=0), sampling_design(category[chosen], family[chosen]).df)


def differences(sampled: Sampled, confidence: float = 0.95) -> Differences:
    """Returns all differences in a cell, with t limits."""
    cell = sampled.cell
    strict, lowest, highest = cell.strict.estimate, cell.lowest.estimate, cell.highest.estimate
    delta = np.subtract.outer(strict, strict).T
    least, most = np.subtract.outer(lowest, highest).T, np.subtract.outer(highest, lowest).T
    error = np.sqrt(np.add.outer(sampled.variance, sampled.variance))
    reach = critical_value(confidence, sampled.df) * error
    low, high = np.maximum(least - reach, -1.0), np.minimum(most + reach, 1.0)
    return Differences(delta, least, most, low, high, error)


def covariance_of(rate: Floats, n_eff: Floats, n: int) -> Floats:
    """Returns [S, S]: the covariance of rates that are taken for independent."""
    return np.diag(own_variance(rate, n_eff, n))
