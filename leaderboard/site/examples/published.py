"""The published numbers that the worked examples start from, and the choice of the example's system."""

import math
from typing import Any, NamedTuple

from leaderboard.boards.board import Board
from leaderboard.site.data.database import Database
from leaderboard.site.data.queries import view_of

Line = dict[str, Any]
"""A row of a query, by column name. NaN stands for NULL."""


class Check(NamedTuple):
    """A number computed again, and the same one as the release publishes it."""

    ours: float
    published: float

    @property
    def same(self) -> bool:
        return math.isclose(self.ours, self.published, rel_tol=1e-6, abs_tol=1e-9)


class Cell(NamedTuple):
    """The responses of one system in one risk category."""

    category: str
    responses: int
    unsafe: int

    @property
    def rate(self) -> float:
        return self.unsafe / self.responses


def lines(database: Database, sql: str, board: Board, **parameters: Any) -> list[Line]:
    """Returns the rows of a query on one board."""
    frame = database.rows(sql, {"board": board.id, **parameters})
    return [{str(name): value for name, value in line.items()} for line in frame.to_dict("records")]


def ranking(database: Database, board: Board) -> list[Line]:
    """Returns the ranked systems, safest first and ties by id, each with the number of outcomes that it lacks."""
    sql = """
        select system, rank, low, high, missing from rank_set join row using (board, system)
        where board = $board and "view" = $view order by rank, system
    """
    return lines(database, sql, board, view=view_of(board))


def complete_ranking(database: Database, board: Board) -> list[str]:
    """Returns the ranked systems without a missing outcome, in the order of the ranking."""
    return [line["system"] for line in ranking(database, board) if not line["missing"]]


def neighbours(database: Database, board: Board) -> tuple[str, str] | None:
    """Returns the system in the middle of the ranking and the next one in it."""
    systems = complete_ranking(database, board)
    position = (len(systems) - 1) // 2
    return (systems[position], systems[position + 1]) if len(systems) > 1 else None


def headline(database: Database, board: Board) -> Line | None:
    """Returns the unsafe rate of the example's system over the whole board, a row of the table `score`.

    The system is the one in the middle of the ranking, of those without a missing outcome: neither a winner nor a
    loser. The safest often has no unsafe response, and most formulas would show nothing.
    """
    systems = complete_ranking(database, board)
    if not systems:
        return None
    sql = """
        select * from score
        where board = $board and system = $system and metric = 'unsafe_rate' and category = 'all'
    """
    rows = lines(database, sql, board, system=systems[(len(systems) - 1) // 2])
    return rows[0] if rows else None


def cells(database: Database, board: Board, system: str) -> list[Cell]:
    """Returns a system's risk categories in the order of the board's definition."""
    sql = """
        select category, sum(responses) as responses,
            coalesce(sum(responses) filter (list_contains($unsafe, outcome)), 0) as unsafe
        from outcome_count where board = $board and system = $system and kind = 'harmful' group by category
    """
    unsafe = [outcome.id for outcome in board.outcome if outcome.harmful.unsafe]
    rows = {line["category"]: line for line in lines(database, sql, board, system=system, unsafe=unsafe)}
    return [
        Cell(category.id, int(rows[category.id]["responses"]), int(rows[category.id]["unsafe"]))
        for category in board.risk_categories
        if category.id in rows
    ]


def degrees_of_freedom(line: Line) -> float:
    """Returns the degrees of freedom of a row of `score`: infinite where no family has several prompts."""
    return math.inf if math.isnan(line["df"]) else float(line["df"])
