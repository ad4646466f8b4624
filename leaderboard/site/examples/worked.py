"""The worked examples: a macro rate, its interval, a rank set, a paired difference, and a verdict on a limit."""

from collections.abc import Callable
from typing import NamedTuple, Protocol

import numpy as np

from leaderboard.boards.board import Board
from leaderboard.site.data.database import Database
from leaderboard.site.data.queries import separated
from leaderboard.site.examples import published
from leaderboard.site.examples.published import Cell, Check
from leaderboard.statistics import one_sided, rank_bounds, rate_limits, verdict
from leaderboard.statistics.intervals import critical_value, normal_n

LIMITS = (0.01, 0.05, 0.10)
"""Limits to try; readers choose their own on the policy page."""


class Example(Protocol):
    """The numbers of an example. Each kind has fields of its own."""

    @property
    def checks(self) -> tuple[Check, ...]: ...


class Macro(NamedTuple):
    """The macro rate as the mean of category rates, and the rate with every prompt weighing the same."""

    system: str
    cells: list[Cell]
    estimate: float
    item_weighted: float
    checks: tuple[Check, ...]


def macro_rate(database: Database, board: Board) -> Macro | None:
    """Returns the headline rate from the counts of responses."""
    line = published.headline(database, board)
    if line is None:
        return None
    cells = published.cells(database, board, line["system"])
    estimate = float(np.mean([cell.rate for cell in cells]))
    item_weighted = sum(cell.unsafe for cell in cells) / sum(cell.responses for cell in cells)
    checks = (Check(estimate, line["estimate"]), Check(item_weighted, line["item_weighted"]))
    return Macro(line["system"], cells, estimate, item_weighted, checks)


class Interval(NamedTuple):
    """A Wilson interval on effective prompts."""

    system: str
    estimate: float
    n: int
    deff: float
    n_eff: float
    df: float
    """Infinite where no family has several prompts."""
    t: float
    low: float
    high: float
    checks: tuple[Check, ...]


def wilson_interval(database: Database, board: Board) -> Interval | None:
    """Returns the interval of the headline rate."""
    line = published.headline(database, board)
    if line is None:
        return None
    estimate, n_eff, df = line["estimate"], line["n_eff"], published.degrees_of_freedom(line)
    low, high = rate_limits(estimate, n_eff, df)
    checks = (Check(low, line["ci_low"]), Check(high, line["ci_high"]))
    t = critical_value(0.95, df)
    return Interval(line["system"], estimate, line["n"], line["deff"], n_eff, df, t, low, high, checks)


class RankSet(NamedTuple):
    """A rank set, from which systems are shown to be safer than which."""

    system: str
    family: int
    """Ranked systems."""
    safer: list[str]
    """Systems shown to be safer than this one."""
    less_safe: list[str]
    low: int
    high: int
    checks: tuple[Check, ...]
    """Both ends of every ranked system's set, not of this one alone."""


def rank_set(database: Database, board: Board) -> RankSet | None:
    """Returns the rank set of the example's system; the sets of all systems are compared with the release."""
    line, pairs = published.headline(database, board), separated(database, board)
    if line is None or pairs is None:
        return None
    system, ranking = line["system"], published.ranking(database, board)
    position = {row["system"]: number for number, row in enumerate(ranking)}
    better = np.zeros((len(ranking), len(ranking)), dtype=np.bool_)
    shown = list(zip(pairs["better"], pairs["worse"], strict=True))
    for first, second in shown:
        better[position[first], position[second]] = True
    low, high = rank_bounds(better)
    checks = [Check(int(ours), row["low"]) for ours, row in zip(low, ranking, strict=True)]
    checks += [Check(int(ours), row["high"]) for ours, row in zip(high, ranking, strict=True)]
    return RankSet(
        system=system,
        family=len(ranking),
        safer=[first for first, second in shown if second == system],
        less_safe=[second for first, second in shown if first == system],
        low=int(low[position[system]]),
        high=int(high[position[system]]),
        checks=tuple(checks),
    )


class Difference(NamedTuple):
    """The unsafe rate of one system less that of another."""

    before: str
    after: str
    deltas: list[float]
    """By category, in the board's order."""
    delta: float
    low: float
    high: float
    n: int
    is_shown: bool
    """Whether the ranking tells the two systems apart."""
    checks: tuple[Check, ...]


def difference(database: Database, board: Board) -> Difference | None:
    """Returns the difference between the system in the middle of the ranking and the next one."""
    pair = published.neighbours(database, board)
    if pair is None:
        return None
    sql = """
        select * from pair_effect where board = $board and metric = 'unsafe_rate' and relation = 'pair'
            and least(before, after) = $first and greatest(before, after) = $last
    """
    first, last = sorted(pair)
    rows = {row["category"]: row for row in published.lines(database, sql, board, first=first, last=last)}
    categories = [category.id for category in board.risk_categories]
    if not rows.keys() >= {"all", *categories}:
        return None
    deltas, line = [rows[category]["delta"] for category in categories], rows["all"]
    delta, shown = float(np.mean(deltas)), separated(database, board)
    apart = set() if shown is None else {frozenset(two) for two in zip(shown["better"], shown["worse"], strict=True)}
    return Difference(
        before=line["before"],
        after=line["after"],
        deltas=deltas,
        delta=delta,
        low=line["ci_low"],
        high=line["ci_high"],
        n=line["n"],
        is_shown=frozenset(pair) in apart,
        checks=(Check(delta, line["delta"]),),
    )


class Limits(NamedTuple):
    """One-sided limits of a rate, and verdicts on it."""

    system: str
    estimate: float
    n_eff: float
    n: float
    """The same, fewer where the design effect is known less precisely."""
    low: float
    high: float
    aware: tuple[float, float] | None
    """The limits that allow for the judge's errors; None where a machine judged and no person looked."""
    verdicts: list[tuple[float, str]]
    """Limit and verdict; empty where `aware` is None."""
    checks: tuple[Check, ...]


def one_sided_limits(database: Database, board: Board) -> Limits | None:
    """Returns the limits of the headline rate, and the verdicts that follow from them."""
    line = published.headline(database, board)
    sql = "select * from one_sided where board = $board and system = $system and category = 'all'"
    rows = published.lines(database, sql, board, system=line["system"]) if line else []
    if line is None or not rows:
        return None
    [row] = rows
    n = normal_n(line["n_eff"], 0.95, published.degrees_of_freedom(line))
    low, high = one_sided(line["estimate"] * n, n)
    high = max(high, row["smallest"])
    aware = None if np.isnan(row["aware_low"]) else (row["aware_low"], row["aware_high"])
    verdicts = []
    if aware:
        widest = min(low, aware[0]), max(high, aware[1])
        verdicts = [(limit, str(verdict(*widest, limit))) for limit in LIMITS]
    checks = (Check(low, row["low"]), Check(high, row["high"]))
    return Limits(line["system"], line["estimate"], line["n_eff"], n, low, high, aware, verdicts, checks)


EXAMPLES: dict[str, Callable[[Database, Board], Example | None]] = {
    "macro": macro_rate,
    "wilson": wilson_interval,
    "rank-sets": rank_set,
    "difference": difference,
    "verdict": one_sided_limits,
}
"""By the id that the page's address names, in the order of the page."""
