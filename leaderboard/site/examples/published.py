"""The published numbers that the examples start from, and the rules by which an example's system is chosen."""

import math
from typing import Any, NamedTuple

import numpy as np

from leaderboard.boards.board import Board
from leaderboard.site.data.database import Database
from leaderboard.site.data.queries import view_of

Line = dict[str, Any]


class Check(NamedTuple):
    """A number computed again, and the same one as the release publishes it."""

    ours: float
    published: float

    @property
    def same(self) -> bool:
        return math.isclose(self.ours, self.published, rel_tol=1e-6, abs_tol=1e-9)


class Cell(NamedTuple):
    """One risk category of one system: its responses, and what is published of its unsafe rate."""

    category: str
    items: int
    responses: int
    unsafe: int
    missing: int
    rate: float
    low: float
    high: float
    n_eff: float


def lines(database: Database, sql: str, board: Board, **parameters: Any) -> list[Line]:
    """Returns what a query on one board finds, a dictionary a row. NaN stands for what is NULL."""
    found = database.rows(sql, {"board": board.id, **parameters})
    return [{str(name): value for name, value in line.items()} for line in found.to_dict("records")]


def ranking(database: Database, board: Board) -> list[Line]:
    """Returns the ranked systems, safest first, those of one rank by id, each with how many outcomes it lacks."""
    sql = """
        select system, rank, low, high, missing from rank_set join row using (board, system)
        where board = $board and "view" = $view order by rank, system
    """
    return lines(database, sql, board, view=view_of(board))


def whole_ranking(database: Database, board: Board) -> list[str]:
    """Returns the ranked systems that lack no outcome, in the order of the ranking."""
    return [line["system"] for line in ranking(database, board) if not line["missing"]]


def middle(database: Database, board: Board) -> str | None:
    """Returns the system in the middle of the ranking among those that lack no outcome: neither a winner nor a loser,
    and hardly ever one without an unsafe response."""
    found = whole_ranking(database, board)
    return found[(len(found) - 1) // 2] if found else None


def neighbours(database: Database, board: Board) -> tuple[str, str] | None:
    """Returns the system in the middle of the ranking and the next one in it."""
    found = whole_ranking(database, board)
    place = (len(found) - 1) // 2
    return (found[place], found[place + 1]) if len(found) > 1 else None


def score(database: Database, board: Board, system: str, metric: str = "unsafe_rate") -> Line | None:
    """Returns the line of one metric of a system over the whole board."""
    sql = "select * from score where board = $board and system = $system and metric = $metric and category = 'all'"
    found = lines(database, sql, board, system=system, metric=metric)
    return found[0] if found else None


def cells(database: Database, board: Board, system: str) -> list[Cell]:
    """Returns a system's risk categories in the order of the board's definition."""
    unsafe = [outcome.id for outcome in board.outcome if outcome.harmful.unsafe]
    sql = """
        select s.category, s.n as items, sum(o.responses) as responses,
            coalesce(sum(o.responses) filter (list_contains($unsafe, o.outcome)), 0) as unsafe,
            coalesce(sum(o.responses) filter (o.outcome is null), 0) as missing,
            s.estimate as rate, s.ci_low as low, s.ci_high as high, s.n_eff
        from score s join outcome_count o on
            o.board = s.board and o.system = s.system and o.category = s.category and o.kind = 'harmful'
        where s.board = $board and s.system = $system and s.metric = 'unsafe_rate' group by all
    """
    found = {line["category"]: line for line in lines(database, sql, board, system=system, unsafe=unsafe)}
    return [_cell(found[category.id]) for category in board.risk_categories if category.id in found]


def _cell(line: Line) -> Cell:
    counts = {name: int(line[name]) for name in ("items", "responses", "unsafe", "missing")}
    return Cell(
        category=line["category"], rate=line["rate"], low=line["low"], high=line["high"], n_eff=line["n_eff"], **counts
    )


def weighted_items(cells: list[Cell]) -> float:
    """Returns how many items of equal weight are worth those of categories that each weigh the same."""
    return len(cells) ** 2 / sum(1 / cell.items for cell in cells)


def degrees(database: Database, board: Board) -> int | None:
    """Returns the degrees of freedom of the macro rate, families less categories; None where a family lies in several
    categories, so that what is published does not tell them."""
    sql = """
        select any_value(b.harmful_families) as families, sum(c.harmful_families) as added, count(*) as categories
        from board b join category c using (board) where board = $board and c.harmful_items > 0
    """
    [found] = lines(database, sql, board)
    alone = found["families"] == found["added"] and found["families"] > found["categories"]
    return int(found["families"] - found["categories"]) if alone else None


def is_counted(board: Board) -> bool:
    """Whether every prompt is its own family and answered once: counts by category are then all that there is to know,
    and outcomes can be put back in any order."""
    alone = all(category.harmful_families == category.harmful_items for category in board.risk_categories)
    return alone and board.epochs == 1


def put_back(counts: list[tuple[int, int]]) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Returns (scores[items], category[items]) from each category's (items, events)."""
    scores = np.concatenate([np.arange(items) < events for items, events in counts]).astype(float)
    return scores, np.repeat(np.arange(len(counts)), [items for items, _ in counts])
