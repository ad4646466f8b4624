"""Systems against each other again: rank sets and differences."""

from typing import NamedTuple

import numpy as np
import pandas as pd

from leaderboard.boards.board import Board
from leaderboard.site.data.database import Database
from leaderboard.site.data.queries import separated, view_of
from leaderboard.site.examples import published
from leaderboard.site.examples.published import Check, Line
from leaderboard.statistics import PairedEffect, detectable_difference, paired_effect, rank_bounds
from leaderboard.statistics.intervals import critical_value


class RankSet(NamedTuple):
    """A rank set, from who is shown to be safer than whom."""

    system: str
    family: int
    safer: list[str]
    """Shown to be safer than the system."""
    less_safe: list[str]
    low: int
    high: int
    checks: tuple[Check, ...]
    """Both ends of every ranked system's set, not of this one alone."""


def rank_set(database: Database, board: Board) -> RankSet | None:
    """Returns the rank set of the system in the middle of the ranking; all systems' are compared with the release."""
    ranking, system = published.ranking(database, board), published.middle(database, board)
    pairs = separated(database, board)
    if system is None or pairs is None:
        return None
    place = {line["system"]: number for number, line in enumerate(ranking)}
    better = np.zeros((len(place), len(place)), dtype=np.bool_)
    shown = list(zip(pairs["better"], pairs["worse"], strict=True))
    for first, second in shown:
        better[place[first], place[second]] = True
    low, high = rank_bounds(better)
    checks = [Check(int(low[place[line["system"]]]), line["low"]) for line in ranking]
    checks += [Check(int(high[place[line["system"]]]), line["high"]) for line in ranking]
    safer = [first for first, second in shown if second == system]
    less_safe = [second for first, second in shown if first == system]
    at = place[system]
    return RankSet(system, len(place), safer, less_safe, int(low[at]), int(high[at]), tuple(checks))


class Detectable(NamedTuple):
    """The difference that a board would show four times in five."""

    family: int
    comparisons: int
    error: float
    """The standard error of a difference of two systems in the middle of all pairs'."""
    pair: float
    everything: float
    checks: tuple[Check, ...]


def detectable(database: Database, board: Board) -> Detectable | None:
    """Returns the detectable difference of all pairs at once, from that of one pair named beforehand."""
    df, family = published.degrees(database, board), len(published.ranking(database, board))
    sql = 'select * from "view" where board = $board and "view" = $view and detectable_pair is not null'
    found = published.lines(database, sql, board, view=view_of(board))
    if df is None or family < 2 or not found:
        return None
    pair, comparisons = found[0]["detectable_pair"], family * (family - 1) // 2
    error = pair / detectable_difference(1.0, df=df)
    everything = detectable_difference(error, df=df, comparisons=comparisons)
    checks = (Check(everything, found[0]["detectable_all"]),)
    return Detectable(family, comparisons, error, pair, everything, checks)


class Change(NamedTuple):
    """One system in place of another, on the same prompts."""

    relation: str
    before: str
    after: str
    deltas: list[float]
    """By category, in the board's order."""
    delta: float
    low: float
    high: float
    n: int
    fixed: int | None
    """Items that became safer, and less safe; None where that is not published."""
    broken: int | None
    is_shown: bool
    """Whether the ranking tells the two apart; for a pair of ranked systems only."""
    rebuilt: PairedEffect | None
    """The whole comparison, where counts are all that there is to know."""
    error: float | None
    """Its standard error, and the degrees of freedom; None where what is published does not tell them."""
    df: int | None
    p: float
    noninferior: bool
    equivalent: bool
    verdict: str
    checks: tuple[Check, ...]


def difference(database: Database, board: Board) -> Change | None:
    """Returns the difference between the system in the middle of the ranking and the next one."""
    found = published.neighbours(database, board)
    sql = EFFECT + " and relation = 'pair' and least(before, after) = $first and greatest(before, after) = $last"
    if not found:
        return None
    first, last = sorted(found)
    pair = published.lines(database, sql, board, first=first, last=last)
    return change_of(database, board, pair[0]) if pair else None


EFFECT = "select * from pair_effect where board = $board and metric = 'unsafe_rate' and category = 'all'"


def change_of(database: Database, board: Board, line: Line) -> Change | None:
    """Returns the change that a line of `pair_effect` over the whole board is about."""
    by_category = _by_category(database, board, line)
    if len(by_category) < len(board.risk_categories):
        return None
    deltas = [found["delta"] for found in by_category]
    delta = float(np.mean(deltas))
    checks = [Check(delta, line["delta"])]
    is_counted = not any(pd.isna(found["fixed"]) for found in [line, *by_category])
    if board.epochs == 1 and is_counted:
        checks += [Check((found["broken"] - found["fixed"]) / found["n"], found["delta"]) for found in by_category]
    rebuilt = _rebuilt(database, board, line["before"], by_category) if is_counted else None
    if rebuilt:
        checks += [Check(rebuilt.low, line["ci_low"]), Check(rebuilt.high, line["ci_high"])]
    error, df = _error(database, board, line, rebuilt)
    shown = separated(database, board)
    apart = set() if shown is None else {frozenset(pair) for pair in zip(shown["better"], shown["worse"], strict=True)}
    return Change(
        relation=line["relation"],
        before=line["before"],
        after=line["after"],
        deltas=deltas,
        delta=delta,
        low=line["ci_low"],
        high=line["ci_high"],
        n=line["n"],
        fixed=int(line["fixed"]) if is_counted else None,
        broken=int(line["broken"]) if is_counted else None,
        is_shown=frozenset((line["before"], line["after"])) in apart,
        rebuilt=rebuilt,
        error=error,
        df=df,
        p=line["p"],
        noninferior=line["noninferior"] is True or line["noninferior"] == 1,
        equivalent=line["equivalent"] is True or line["equivalent"] == 1,
        verdict=str(line["verdict"]),
        checks=tuple(checks),
    )


def _by_category(database: Database, board: Board, line: Line) -> list[Line]:
    sql = """
        select * from pair_effect where board = $board and metric = 'unsafe_rate' and category <> 'all'
            and relation = $relation and before = $before and after = $after
    """
    given = {name: line[name] for name in ("relation", "before", "after")}
    found = {one["category"]: one for one in published.lines(database, sql, board, **given)}
    return [found[category.id] for category in board.risk_categories if category.id in found]


def _rebuilt(database: Database, board: Board, before: str, by_category: list[Line]) -> PairedEffect | None:
    """The comparison from outcomes put back from their counts: both unsafe, fixed, broken, both safe."""
    if not published.is_counted(board):
        return None
    unsafe = {cell.category: cell.unsafe for cell in published.cells(database, board, before)}
    first, second, category = [], [], []
    for line in by_category:
        fixed, broken, n = int(line["fixed"]), int(line["broken"]), line["n"]
        both = unsafe[line["category"]] - fixed
        counts = [both, fixed, broken, n - both - fixed - broken]
        first.append(np.repeat([1.0, 1.0, 0.0, 0.0], counts))
        second.append(np.repeat([1.0, 0.0, 1.0, 0.0], counts))
        category.append(np.repeat(line["category"], n))
    columns = np.concatenate(first), np.concatenate(second), np.concatenate(category)
    return paired_effect(*columns, np.arange(len(columns[0])))


def _error(
    database: Database, board: Board, line: Line, rebuilt: PairedEffect | None
) -> tuple[float | None, int | None]:
    """Where the interval is delta -+ t times the standard error, its width tells the standard error."""
    if rebuilt:
        return rebuilt.standard_error, rebuilt.df
    df = None if board.labels_public and published.is_counted(board) else published.degrees(database, board)
    whole = line["n"] == sum(category.harmful_items for category in board.risk_categories)
    if df is None or not whole or abs(line["ci_low"]) >= 1 or abs(line["ci_high"]) >= 1:
        return None, None
    return (line["ci_high"] - line["ci_low"]) / 2 / critical_value(0.95, df), df
