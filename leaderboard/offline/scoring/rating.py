"""One metric of a panel's systems as rates with limits, missing outcomes counted both ways."""

from collections.abc import Iterator
from typing import NamedTuple

from leaderboard.boards.board import Board
from leaderboard.boards.vocabulary import ALL
from leaderboard.offline.scoring import panel as panels
from leaderboard.offline.scoring.panel import METRICS, Floats, Metric, Panel
from leaderboard.statistics import RateTable, rate_table, worst_category


class Rate(NamedTuple):
    """The rate of every system in one category, or over all of them, with its limits; each [S]."""

    estimate: Floats
    low: Floats
    high: Floats
    n_eff: Floats


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
    yield Cell(None, ALL, rates.strict.n, *(Rate(t.estimate, t.low, t.high, t.n_eff) for t in rates))
    for row, category in enumerate(rates.strict.categories):
        tables = (
            Rate(t.category_estimate[row], t.category_low[row], t.category_high[row], t.category_n_eff[row])
            for t in rates
        )
        yield Cell(int(category), board.category[int(category)].id, int(rates.strict.category_n[row]), *tables)


def worst_limits(unsafe: Rates) -> tuple[Floats, Floats]:
    """Returns [S] lower and upper limits of each system's worst category."""
    low, _ = worst_category(unsafe.lowest.category_estimate, unsafe.lowest.category_n_eff)
    _, high = worst_category(unsafe.highest.category_estimate, unsafe.highest.category_n_eff)
    return low, high
