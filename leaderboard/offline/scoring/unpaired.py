"""Differences between two systems from each one's own rates, for boards whose labels are not public.

Nothing here joins two systems item by item, so a difference says nothing of either that its own row does not: whoever
knows one of the two in full learns no outcome of the other (docs/threat-model.md)."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from leaderboard.boards.vocabulary import ALL
from leaderboard.offline.scoring import panel as panels
from leaderboard.offline.scoring.panel import Floats, Metric, Panel
from leaderboard.offline.scoring.rating import Rates
from leaderboard.statistics import own_variance, sampling_design
from leaderboard.statistics.intervals import critical_value


class Cell(NamedTuple):
    """One category, or the whole board: every system's rate as the table `score` has it, and what it adds to the
    variance of a difference."""

    category: int | None
    """Place on the board; None for all categories."""
    label: str
    estimate: Floats
    """[S] missing outcomes counted against the system, as in the two below."""
    lowest: Floats
    highest: Floats
    variance: Floats
    n: int
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


def cells(panel: Panel, metric: Metric, rates: Rates) -> Iterator[Cell]:
    """Returns the whole board, then each category that the metric is measured in."""
    category, family = panels.of_kind(panel, metric.kind)
    strict, *_ = tables = tuple(rates)
    n = int(strict.n)
    variance = np.max([own_variance(t.estimate, t.n_eff, n) for t in tables], axis=0)
    ends = rates.lowest.estimate, rates.highest.estimate
    yield Cell(None, ALL, strict.estimate, *ends, variance, n, strict.df)
    for row, place in enumerate(strict.categories):
        chosen = category == place
        n, df = int(chosen.sum()), sampling_design(category[chosen], family[chosen]).df
        each = [own_variance(t.category_estimate[row], t.category_n_eff[row], n) for t in tables]
        ends = rates.lowest.category_estimate[row], rates.highest.category_estimate[row]
        label = panel.board.category[int(place)].id
        yield Cell(int(place), label, strict.category_estimate[row], *ends, np.max(each, axis=0), n, df)


def differences(cell: Cell, confidence: float = 0.95) -> Differences:
    """Returns all differences in a cell, with t limits."""
    delta, least, most = (
        np.subtract.outer(*ends).T
        for ends in ((cell.estimate, cell.estimate), (cell.lowest, cell.highest), (cell.highest, cell.lowest))
    )
    error = np.sqrt(np.add.outer(cell.variance, cell.variance))
    reach = critical_value(confidence, cell.df) * error
    low, high = np.maximum(least - reach, -1.0), np.minimum(most + reach, 1.0)
    return Differences(delta, least, most, low, high, error)


def covariance_of(rate: Floats, n_eff: Floats, n: int) -> Floats:
    """Returns [S, S]: the covariance of rates that are taken for independent."""
    return np.diag(own_variance(rate, n_eff, n))
