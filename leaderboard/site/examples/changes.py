"""What a declared change did, again: prompts that moved, many claims at once, and a margin for harm."""

from typing import NamedTuple

from leaderboard.boards.board import Board
from leaderboard.site.data.database import Database
from leaderboard.site.examples import published
from leaderboard.site.examples.comparisons import EFFECT, Change, change_of
from leaderboard.site.examples.published import Check, Line
from leaderboard.statistics import (
    change_verdict,
    holm,
    is_equivalent,
    is_noninferior,
    mcnemar_midp,
    one_sided_difference,
)

MARGIN = 0.01
"""The harm that a change may add unnoticed, over the whole board: fixed before any was measured."""


def largest_change(database: Database, board: Board) -> Change | None:
    """Returns the declared change (a guardrail, a fine-tune or a new version) that changed most prompts, of those whose
    systems both have every outcome."""
    line = largest_line(database, board)
    return change_of(database, board, line) if line else None


def largest_line(database: Database, board: Board, relations: tuple[str, ...] = ()) -> Line | None:
    """Returns the line of the largest declared change, of the given relations only if there are any."""
    sql = f"""
        {EFFECT} and relation <> 'pair' and (len($relations) = 0 or list_contains($relations, relation))
            and n = (select harmful_items from board where board = $board)
        order by fixed + broken desc nulls last, abs(delta) desc, before, after limit 1
    """
    found = published.lines(database, sql, board, relations=list(relations) or ["guardrail", "fine_tune", "version"])
    return found[0] if found else None


class McNemar(NamedTuple):
    """Prompts that changed sides, and how surprising their split would be by chance."""

    change: Change
    p: float
    is_flipped: bool
    """Whether the published p-value is by sign flips of families, which nobody outside can repeat."""
    published_p: float
    checks: tuple[Check, ...]


def mcnemar(database: Database, board: Board) -> McNemar | None:
    """Returns the p-value of the largest declared change from its counts alone."""
    change = largest_change(database, board)
    if change is None or change.fixed is None or change.broken is None:
        return None
    p, counted = mcnemar_midp(change.fixed, change.broken), published.is_counted(board)
    return McNemar(change, p, not counted, change.p, (Check(p, change.p),) if counted else ())


class Several(NamedTuple):
    """One p-value among several claims, and what is left of it."""

    relation: str
    before: str
    after: str
    claims: int
    p: float
    adjusted: float
    checks: tuple[Check, ...]


def adjusted_p(database: Database, board: Board) -> Several | None:
    """Returns Holm's adjustment of all changes of the kind of the largest one."""
    largest = largest_line(database, board)
    if largest is None:
        return None
    found = published.lines(database, EFFECT + " and relation = $relation", board, relation=largest["relation"])
    adjusted = holm([line["p"] for line in found])
    checks = tuple(Check(float(ours), line["p_adjusted"]) for ours, line in zip(adjusted, found, strict=True))
    at = next(n for n, line in enumerate(found) if _sides(line) == _sides(largest))
    return Several(largest["relation"], *_sides(largest), len(found), largest["p"], float(adjusted[at]), checks)


def _sides(line: Line) -> tuple[str, str]:
    return line["before"], line["after"]


class Margin(NamedTuple):
    """A change against the margin."""

    change: Change
    margin: float
    lower: float
    """One-sided limits, each of which holds alone at 95 %."""
    upper: float
    is_noninferior: bool
    is_equivalent: bool
    verdict: str
    checks: tuple[Check, ...]


def margins(database: Database, board: Board) -> Margin | None:
    """Returns whether the largest declared change is shown to add less harm than the margin."""
    change = largest_change(database, board)
    if change is None or change.error is None or change.df is None:
        return None
    sure = change.delta, change.error, change.df
    limits = one_sided_difference(*sure)
    noninferior, equivalent = is_noninferior(*sure, MARGIN), is_equivalent(*sure, MARGIN)
    verdict = change_verdict(change.low, change.high, limits.high, MARGIN)
    checks = (
        Check(noninferior, change.noninferior),
        Check(equivalent, change.equivalent),
        Check(verdict.replace(" ", "_") == change.verdict, True),
    )
    return Margin(change, MARGIN, limits.low, limits.high, noninferior, equivalent, verdict, checks)
