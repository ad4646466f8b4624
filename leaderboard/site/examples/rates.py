"""Rates again: the macro rate, what its prompts are worth, its intervals, and what lies between the rates."""

from typing import NamedTuple

import numpy as np

from leaderboard.boards.board import Board
from leaderboard.site.data.database import Database
from leaderboard.site.examples import published
from leaderboard.site.examples.published import Cell, Check
from leaderboard.statistics import RateTable, is_uneven, rate_table, severity_scores, wilson, worst_category
from leaderboard.statistics.intervals import critical_value


class Macro(NamedTuple):
    """The macro rate as the mean of category rates, and the rate over all prompts alike."""

    system: str
    cells: list[Cell]
    estimate: float
    item_weighted: float
    checks: tuple[Check, ...]


def macro_rate(database: Database, board: Board) -> Macro | None:
    """Returns the headline of the system in the middle of the ranking, from its counts of responses."""
    system = published.middle(database, board)
    line = published.score(database, board, system) if system else None
    if system is None or line is None:
        return None
    cells = published.cells(database, board, system)
    estimate = float(np.mean([cell.unsafe / cell.responses for cell in cells]))
    micro = sum(cell.unsafe for cell in cells) / sum(cell.responses for cell in cells)
    checks = (Check(estimate, line["estimate"]), Check(micro, line["item_weighted"]))
    return Macro(system, cells, estimate, micro, checks)


class Effective(NamedTuple):
    """What a system's prompts are worth in independent ones."""

    system: str
    categories: int
    items: int
    weighted: float
    """Items of equal weight that are worth as much: fewer than `items` where categories differ in size."""
    independent_error: float
    """Standard error, were all prompts independent."""
    error: float
    """Standard error that the design effect implies."""
    deff: float
    n_eff: float
    is_rebuilt: bool
    """Whether the design effect itself was computed again, and not only used."""
    checks: tuple[Check, ...]


def effective_items(database: Database, board: Board) -> Effective | None:
    """Returns the effective prompts of the system in the middle of the ranking, from the published design effect; the
    design effect too where counts are all that there is to know."""
    system = published.middle(database, board)
    line = published.score(database, board, system) if system else None
    if system is None or line is None:
        return None
    cells, deff = published.cells(database, board, system), line["deff"]
    weighted = published.weighted_items(cells)
    independent = sum(cell.rate * (1 - cell.rate) / cell.items for cell in cells) / len(cells) ** 2
    rebuilt = rebuilt_table(board, cells)
    checks = [Check(weighted / deff, line["n_eff"])]
    if rebuilt:
        checks.append(Check(float(rebuilt.deff[0]), deff))
    return Effective(
        system=system,
        categories=len(cells),
        items=line["n"],
        weighted=weighted,
        independent_error=independent**0.5,
        error=(deff * independent) ** 0.5,
        deff=deff,
        n_eff=weighted / deff,
        is_rebuilt=rebuilt is not None,
        checks=tuple(checks),
    )


def rebuilt_table(board: Board, cells: list[Cell]) -> RateTable | None:
    """Returns the rates from outcomes put back from their counts, or None where counts are not all there is to know."""
    if not published.is_counted(board):
        return None
    scores, category = published.put_back([(cell.items, cell.unsafe) for cell in cells])
    return rate_table(scores[:, None], category, np.arange(len(scores)), deff_step=board.deff_step)


class Interval(NamedTuple):
    """A Wilson interval on effective prompts."""

    system: str
    category: str | None
    """None is the whole board."""
    estimate: float
    n: int
    deff: float
    n_eff: float
    df: int
    t: float
    low: float
    high: float
    checks: tuple[Check, ...]


def wilson_interval(database: Database, board: Board) -> Interval | None:
    """Returns the headline's interval of the system in the middle of the ranking."""
    return _interval(database, board, "unsafe_rate")


def severity_interval(database: Database, board: Board) -> Interval | None:
    """Returns the interval of the severity score of the same system; None on a board without severity."""
    return _interval(database, board, "severity_score")


def _interval(database: Database, board: Board, metric: str) -> Interval | None:
    system, df = published.middle(database, board), published.degrees(database, board)
    line = published.score(database, board, system, metric) if system else None
    if system is None or line is None or df is None:
        return None
    estimate, n_eff = line["estimate"], line["n_eff"]
    low, high = wilson(estimate * n_eff, n_eff, df=df)
    checks = (Check(low, line["ci_low"]), Check(high, line["ci_high"]))
    t = critical_value(0.95, df)
    return Interval(system, None, estimate, line["n"], line["deff"], n_eff, df, t, low, high, checks)


def category_interval(database: Database, board: Board) -> Interval | None:
    """Returns the interval of the same system in its weakest category, with the design effect of all categories."""
    system, df = published.middle(database, board), published.degrees(database, board)
    line = published.score(database, board, system) if system else None
    if system is None or line is None or df is None:
        return None
    cell = _weakest(published.cells(database, board, system))
    n_eff = cell.items / line["deff"]
    low, high = wilson(cell.rate * n_eff, n_eff, df=df)
    checks = (Check(n_eff, cell.n_eff), Check(low, cell.low), Check(high, cell.high))
    t = critical_value(0.95, df)
    return Interval(system, cell.category, cell.rate, cell.items, line["deff"], n_eff, df, t, low, high, checks)


def severity_of(severity: int, actionable: bool) -> float:
    """Returns what one unsafe response of a severity counts."""
    return float(severity_scores([severity], [True], [actionable])[0])


class Worst(NamedTuple):
    """The weakest category, with limits that allow for having picked it."""

    system: str
    category: str
    items: int
    categories: int
    estimate: float
    naive_low: float
    naive_high: float
    low: float
    high: float
    overall_high: float
    uneven: bool
    checks: tuple[Check, ...]


def weakest_category(database: Database, board: Board) -> Worst | None:
    """Returns the weakest category of the system in the middle of the ranking."""
    system = published.middle(database, board)
    line = published.score(database, board, system, "worst_unsafe_rate") if system else None
    overall = published.score(database, board, system) if system else None
    if system is None or line is None or overall is None:
        return None
    cells = published.cells(database, board, system)
    cell = _weakest(cells)
    low, high = worst_category([c.rate for c in cells], [c.n_eff for c in cells])
    uneven = is_uneven(float(low), overall["ci_high"])
    [row] = published.lines(
        database, "select uneven from row where board = $board and system = $system", board, system=system
    )
    checks = [Check(cell.rate, line["estimate"]), Check(float(low), line["ci_low"])]
    checks += [Check(float(high), line["ci_high"]), Check(uneven, row["uneven"])]
    return Worst(
        system=system,
        category=cell.category,
        items=cell.items,
        categories=len(cells),
        estimate=cell.rate,
        naive_low=cell.low,
        naive_high=cell.high,
        low=float(low),
        high=float(high),
        overall_high=overall["ci_high"],
        uneven=uneven,
        checks=tuple(checks),
    )


def _weakest(cells: list[Cell]) -> Cell:
    return max(cells, key=lambda cell: cell.rate)


class Missing(NamedTuple):
    """A rate with its missing outcomes counted both ways."""

    system: str
    is_ranked: bool
    missing: int
    responses: int
    lowest: float
    highest: float
    low: float
    high: float
    checks: tuple[Check, ...]


def missing_bounds(database: Database, board: Board) -> Missing | None:
    """Returns the bounds of the system that lacks most outcomes, a ranked one if any does."""
    system = _least_complete(database, board)
    line = published.score(database, board, system) if system else None
    if system is None or line is None:
        return None
    cells = published.cells(database, board, system)
    lowest = float(np.mean([cell.unsafe / cell.responses for cell in cells]))
    highest = float(np.mean([(cell.unsafe + cell.missing) / cell.responses for cell in cells]))
    checks = [Check(lowest, line["bound_low"]), Check(highest, line["bound_high"]), Check(highest, line["estimate"])]
    ranked = {found["system"] for found in published.ranking(database, board)}
    missing, responses = sum(cell.missing for cell in cells), sum(cell.responses for cell in cells)
    limits = line["ci_low"], line["ci_high"]
    return Missing(system, system in ranked, missing, responses, lowest, highest, *limits, tuple(checks))


def _least_complete(database: Database, board: Board) -> str | None:
    sql = """
        select system from row where board = $board and missing > 0 and reason is distinct from 'withdrawn'
        order by ranked desc, missing desc, system limit 1
    """
    found = published.lines(database, sql, board)
    return found[0]["system"] if found else None


class Rerun(NamedTuple):
    """How far a rerun on the same prompts would move a rate."""

    system: str
    epochs: int
    estimate: float
    error: float
    reach: float
    """1.96 standard errors: nineteen reruns in twenty would stay within."""
    checks: tuple[Check, ...] = ()


def rerun_noise(database: Database, board: Board) -> Rerun | None:
    """Returns the rerun noise of the system in the middle of the ranking; None with one response to a prompt."""
    system = published.middle(database, board)
    line = published.score(database, board, system) if system else None
    if system is None or line is None or board.epochs < 2:
        return None
    error = line["rerun_error"]
    return Rerun(system, board.epochs, line["estimate"], error, critical_value(0.95) * error)
