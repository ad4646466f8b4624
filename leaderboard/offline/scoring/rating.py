"""One metric of a panel's systems as rates with limits, missing outcomes counted both ways."""

from typing import NamedTuple

from leaderboard.offline.scoring import panel as panels
from leaderboard.offline.scoring.panel import METRICS, Floats, Metric, Panel
from leaderboard.statistics import RateTable, rate_table, worst_category


class Rates(NamedTuple):
    """One metric of S systems with its limits. `strict` counts what is missing against the system; the interval spans
    both ways of counting it, and is the strict one where nothing is missing."""

    strict: RateTable
    lowest: RateTable
    highest: RateTable


def compute_rates(panel: Panel, name: str) -> Rates:
    """Returns the rates of every system of a panel on one metric."""
    return rates_of(panel, METRICS[name])


def rates_of(panel: Panel, metric: Metric) -> Rates:
    """Returns the same of a metric that has no table of its own."""
    category, family = panels.of_kind(panel, metric.kind)

    def table(missing: float) -> RateTable:
        scores = panels.item_scores(panel, metric, missing=missing)
        return rate_table(scores, category, family, binary=metric.binary, deff_step=panel.board.deff_step)

    strict = table(metric.worse)
    if not panels.has_missing(panel, metric.kind):
        return Rates(strict, strict, strict)
    other = table(1 - metric.worse)
    return Rates(strict, *((other, strict) if metric.worse else (strict, other)))


def worst_limits(unsafe: Rates) -> tuple[Floats, Floats]:
    """Returns [S] lower and upper limits of each system's worst category."""
    low, _ = worst_category(unsafe.lowest.category_estimate, unsafe.lowest.category_n_eff)
    _, high = worst_category(unsafe.highest.category_estimate, unsafe.highest.category_n_eff)
    return low, high
