"""What may be published at all, again; and harm compared under every weighting."""

from typing import NamedTuple

import numpy as np

from leaderboard.boards.board import Board
from leaderboard.site.data.database import Database
from leaderboard.site.examples import published
from leaderboard.site.examples.published import Check
from leaderboard.statistics import below_floor, is_reliable


class Floor(NamedTuple):
    """A board's cells against the floor under which nothing is published."""

    families: int
    items: int
    """The floor."""
    cells: int
    smallest: str
    smallest_families: int
    smallest_items: int
    below: int
    marked: int
    """Cells on fewer than 50 prompts."""
    checks: tuple[Check, ...]
    """Whether each cell is above the floor, as it must be to be in a release."""


def disclosure_floor(database: Database, board: Board) -> Floor | None:
    """Returns a board's cells against the floor, whether or not it has results: the rule looks at prompts only."""
    sql = """
        select category, harmful_items as items, harmful_families as families
        from category where board = $board and harmful_items > 0
        union all
        select category, benign_items, benign_families from category where board = $board and benign_items > 0
        order by items, families, category
    """
    found = published.lines(database, sql, board)
    if not found:
        return None
    items, families = (np.array([line[name] for line in found]) for name in ("items", "families"))
    below = below_floor(families, items)
    small = found[0]
    return Floor(
        families=board.disclosure.families,
        items=board.disclosure.items,
        cells=len(found),
        smallest=small["category"],
        smallest_families=small["families"],
        smallest_items=small["items"],
        below=int(below.sum()),
        marked=int((~is_reliable(items)).sum()),
        checks=tuple(Check(bool(under), False) for under in below),
    )


class Dominance(NamedTuple):
    """Two systems' harm under every weighting of severity; two points of each one's curve are published."""

    first: str
    second: str
    unsafe: tuple[float, float]
    severe: tuple[float, float]
    relation: str
    checks: tuple[Check, ...] = ()


def dominance(database: Database, board: Board) -> Dominance | None:
    """Returns how the system in the middle of the ranking compares with the next one; None without severity."""
    pair = published.neighbours(database, board)
    if pair is None or not board.severity:
        return None
    sql = """
        select * from dominance where board = $board and least(first, second) = $low and greatest(first, second) = $high
    """
    low, high = sorted(pair)
    found = published.lines(database, sql, board, low=low, high=high)
    if not found:
        return None
    first, second = found[0]["first"], found[0]["second"]
    unsafe, severe = (
        tuple(_estimate(database, board, system, metric) for system in (first, second))
        for metric in ("unsafe_rate", "severe_rate")
    )
    return Dominance(first, second, (unsafe[0], unsafe[1]), (severe[0], severe[1]), found[0]["relation"])


def _estimate(database: Database, board: Board, system: str, metric: str) -> float:
    line = published.score(database, board, system, metric)
    return float(line["estimate"]) if line else float("nan")
