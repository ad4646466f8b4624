"""One metric of a panel's systems as rates with limits, missing outcomes counted both ways."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from leaderboard.boards.board import Board
from leaderboard.boards.vocabulary import ALL
from leaderboard.offline.scoring import panel as panels
from leaderboard.offline.scoring.panel import METRICS, Floats, Metric, Panel
from leaderboard.statistics import RateTable, rate_limits, rate_table, worst_category
from leaderboard.statistics.clustering import cautious
from leaderboard.statistics.influence import Design
from leaderboard.statistics.rates import macro_rate


class Rate(NamedTuple):
    """The rate of every system in one category, or over all of them, with its limits; each [S]."""

    estimate: Floats
    low: Floats
    high: Floats
    n_eff: Floats
    df: Floats
    """Degrees of freedom of the limits."""
    least_n: Floats
    """The effective items if every event were in the category whose items weigh most."""


class Cell(NamedTuple):
    """One category, or all of them, with what is missing counted as in `Rates`."""

    category: int | None
    """Index into `board.category`; None for all categories."""
    label: str
    n: int
    """Items."""
    strict: Rate
    lowest: Rate
    highest: Rate


class Rates(NamedTuple):
    """One metric of S systems with its limits. `strict` counts what is missing against the system; the interval spans
    both ways of counting it, and is the strict one where nothing is missing."""

    strict: RateTable
    lowest: RateTable
    highest: RateTable


def compute_rates(panel: Panel, metric: str | Metric) -> Rates:
    """Returns the rates of every system of a panel on one metric."""
    if isinstance(metric, str):
        metric = METRICS[metric]

    def table(missing: float) -> RateTable:
        scores, category, family = panels.unit_scores(panel, metric, missing=missing)
        return rate_table(scores, category, family, binary=metric.binary, deff_step=panel.board.deff_step)

    strict = table(metric.worse)
    if not panels.has_missing(panel, metric.kind):
        return Rates(strict, strict, strict)
    other = table(1 - metric.worse)
    return Rates(strict, *((other, strict) if metric.worse else (strict, other)))


def cells_of(board: Board, rates: Rates) -> Iterator[Cell]:
    """Returns the whole board, then each category that the metric is measured in."""
    yield Cell(None, ALL, rates.strict.n, *map(_of_all, rates))
    for row, category in enumerate(rates.strict.categories):
        n, tables = int(rates.strict.category_n[row]), (_of_one(table, row) for table in rates)
        yield Cell(int(category), board.category[int(category)].id, n, *tables)


def cell_over(rates: Rates, rows: NDArray[np.bool_], design: Design, *, binary: bool = True) -> Cell:
    """Returns the rate over some categories, `rows` of the category rates, which are all that `design` has: as
    `cells_of` has it for all categories and for a single one."""
    if rows.all():
        tables = list(map(_of_all, rates))
    elif rows.sum() == 1:
        tables = [_of_one(table, int(np.flatnonzero(rows)[0])) for table in rates]
    else:
        tables = [_over(table, rows, design, binary=binary) for table in rates]
    return Cell(None, ALL, int(design.category_n.sum()), *tables)


def _over(table: RateTable, rows: NDArray[np.bool_], design: Design, *, binary: bool) -> Rate:
    """From category rates and the clustering of the whole board alone: no subset tells more of families than all do."""
    by_category = table.category_estimate[rows]
    rate = macro_rate(by_category, cautious(table.clustering, by_category, design), design, binary=binary)
    low, high = rate_limits(rate.estimate, rate.n_eff, rate.df)
    return Rate(rate.estimate, low, high, rate.n_eff, rate.df, _least_n(table.category_n_eff[rows]))


def _of_all(table: RateTable) -> Rate:
    return Rate(table.estimate, table.low, table.high, table.n_eff, table.df, _least_n(table.category_n_eff))


def _of_one(table: RateTable, row: int) -> Rate:
    n_eff = table.category_n_eff[row]
    limits = table.category_estimate[row], table.category_low[row], table.category_high[row]
    return Rate(*limits, n_eff, table.category_df[row], n_eff)


def _least_n(category_n_eff: Floats) -> Floats:
    return np.asarray(len(category_n_eff) * category_n_eff.min(axis=0))


def worst_limits(unsafe: Rates) -> tuple[Floats, Floats]:
    """Returns [S] lower and upper limits of each system's worst category."""
    return worst_over(unsafe, np.full(len(unsafe.strict.categories), True))


def worst_over(unsafe: Rates, rows: NDArray[np.bool_]) -> tuple[Floats, Floats]:
    """Returns [S] lower and upper limits of each system's worst of some categories, `rows` of the category rates."""

    def limits(table: RateTable) -> tuple[Floats, Floats]:
        return worst_category(table.category_estimate[rows], table.category_n_eff[rows], df=table.category_df[rows])

    return limits(unsafe.lowest)[0], limits(unsafe.highest)[1]
